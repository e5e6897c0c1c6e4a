"""The tap inside the server's own process: calls of chat assistants and other server extensions.

A call carries the name of the extension that makes it. Nothing here blocks the server's loop: what a first
call would have to wait for is done at the start, and the tap, which talks to the service, is closed in a
thread.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Collection
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires

from jupyter_server.extension.manager import ExtensionManager

from llm_meter_tap import startup, tap
from llm_meter_tap.provenance import agent, propagation

OWN_PACKAGES = ("jupyter_llm_meter", "llm_meter_tap")
SERVER = "jupyter-server"

_REQUIRED_NAME = re.compile(r"[A-Za-z0-9._-]+")  # PEP 508 begins with the name

_latest: OwnCalls | None = None


class OwnCalls:
    """The tap of the server's process. Of several servers in one process the latest started has it.

    Args:
        extensions: The extensions of the server.
    """

    def __init__(self, extensions: ExtensionManager) -> None:
        self._callers = Callers(extension_packages(extensions))

    def start(self) -> None:
        """Meter the process, with the libraries that it imported before; after the environment is set."""
        global _latest
        _latest = self
        _leave_other_folder()
        present = tap.current()
        if present is None:  # LLM_METER_DISABLE
            return
        import_module("llm_meter_tap.calls.call")  # else loaded with the first library, perhaps on the loop
        startup.activate()
        agent.name_parts(self._callers.name_of)
        propagation.carry_into_threads()
        present.prepare()

    async def stop(self) -> None:
        """Restore the libraries' functions and send what is left to the service, which still runs.

        After the environment is restored. A call in flight settles as aborted and continues
        unmetered. A process that an outer lab meters is that lab's again.
        """
        global _latest
        if _latest is not self:
            return
        _latest = None
        startup.deactivate()
        agent.forget_parts()
        await asyncio.to_thread(tap.close_tap)
        startup.activate()


def leave_unmetered() -> None:
    """Meter nothing in this process, not even for an outer lab that started it."""
    startup.deactivate()
    tap.close_tap()


def _leave_other_folder() -> None:
    """A server started from another lab may have made calls for that one before it loaded this extension."""
    present = tap.current()
    if present is not None and present.folder != os.environ.get("LLM_METER_DIR"):
        tap.close_tap()


class Callers:
    """Finds the package on a stack that makes a call.

    Args:
        extensions: The top-level packages of the server's extensions.
    """

    def __init__(self, extensions: Collection[str]) -> None:
        self._extensions = frozenset(extensions)
        self._distributions = {SERVER, *map(_distribution_name, self._extensions)}
        self._built_on_server: dict[str, bool] = {}

    def name_of(self, packages: tuple[str, ...]) -> str | None:
        """Return the innermost extension, else the innermost package built on the server or an extension.

        The libraries in between, an SDK or what wraps it, are neither: they work for their caller.

        Args:
            packages: The top-level packages on the stack, innermost first.
        """
        for package in packages:
            if package in self._extensions:
                return package
        for package in packages:
            if package not in self._built_on_server:
                self._built_on_server[package] = self._is_built_on_server(package)
            if self._built_on_server[package]:
                return package
        return None

    def _is_built_on_server(self, package: str) -> bool:
        """Whether the distribution of the package's name says that it requires the server or an extension."""
        if package in sys.stdlib_module_names or package in OWN_PACKAGES:
            return False
        try:
            required = requires(package) or ()
        except (PackageNotFoundError, ValueError):  # ValueError: a name such as the main module's of a path
            return False
        names = (_REQUIRED_NAME.match(requirement) for requirement in required)
        return any(name and _distribution_name(name.group()) in self._distributions for name in names)


def extension_packages(extensions: ExtensionManager) -> set[str]:
    """Return the top-level packages of the enabled extensions but ours."""
    modules = set()
    for name, extension in extensions.extensions.items():
        if extension.enabled:
            modules.add(name)
            modules.update(point.module_name for point in extension.extension_points.values())
    return {module.partition(".")[0] for module in modules}.difference(OWN_PACKAGES)


def _distribution_name(name: str) -> str:
    """Return a name as distributions are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
