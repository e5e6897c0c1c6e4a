"""Turns the tap on in a new interpreter, if the lab has set LLM_METER_DIR.

When the user's code loads a library, the functions through which its requests go get a stand-in; the adapter
loads with the first request. A process that loads none of them pays for nothing else. What the tap uses of
the system is held from here on, before user code can patch it.
"""

from __future__ import annotations

import os
import sys

from llm_meter_tap import system
from llm_meter_tap.patching import import_hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# Watched module -> the adapter of ours that knows it. An adapter has `patch(module)`.
ADAPTERS = {
    "httpx": "llm_meter_tap.transports.httpx",
    "httpx2": "llm_meter_tap.transports.httpx",
    "httpcore": "llm_meter_tap.transports.httpcore",
    "httpcore2": "llm_meter_tap.transports.httpcore",
    "urllib3": "llm_meter_tap.transports.urllib3",
    "aiohttp": "llm_meter_tap.transports.aiohttp",
    "http.client": "llm_meter_tap.transports.http_client",
    "ipykernel.kernelapp": "llm_meter_tap.notebook.kernel",
    "IPython.core.interactiveshell": "llm_meter_tap.notebook.refusals",
    "multiprocessing.pool": "llm_meter_tap.notebook.pools",
    "nbclient.client": "llm_meter_tap.notebook.batch_runs",
}

# What of a library calls its adapter; the other adapters load together with their libraries.
_ENTRANCES = {
    "httpx": ("HTTPTransport.handle_request", "AsyncHTTPTransport.handle_async_request"),
    "httpcore": ("ConnectionPool.handle_request", "AsyncConnectionPool.handle_async_request"),
    "urllib3": ("HTTPConnectionPool.urlopen",),
    "aiohttp": ("ClientRequest.send", "client_proto.ResponseHandler.set_response_params"),
    "http.client": ("HTTPConnection.request", "HTTPConnection.getresponse"),
}
_ENTRANCES.update(httpx2=_ENTRANCES["httpx"], httpcore2=_ENTRANCES["httpcore"])

# The private folder when the tap was switched on.
_folder: str | None = None


def bootstrap_path() -> str:
    """Return the folder to put first on PYTHONPATH so that every Python started with it is metered."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap")


def folder() -> str | None:
    """Return the private folder (LLM_METER_DIR), also while the program has cleared its environment."""
    return os.environ.get("LLM_METER_DIR") or _folder


def is_wanted() -> bool:
    """Whether the environment asks for a tap: LLM_METER_DIR is set, LLM_METER_DISABLE is not."""
    return bool(folder()) and not os.environ.get("LLM_METER_DISABLE")


def is_answer_asked() -> bool:
    """Whether an answer may prove a call whose path is not known: LLM_METER_BY_ANSWER is not 0."""
    return os.environ.get("LLM_METER_BY_ANSWER") != "0"


def activate() -> None:
    """Watch for the libraries of `ADAPTERS`, if the environment asks for it. Idempotent, never raises."""
    global _folder
    _adopt_gateway_variables()
    if is_wanted():
        _folder = folder()
        for name in ADAPTERS:
            import_hook.watch(name, _adapt)


def _adopt_gateway_variables() -> None:
    """Adopt what a lab passes to a kernel behind a gateway, which forwards the variables named KERNEL_*.

    A variable of the kernel's own host comes first. The folder lies on that host: "~" is its user's home.
    """
    for name in ("DIR", "USER", "TEAM", "PROJECT"):
        given = os.environ.get("KERNEL_LLM_METER_" + name)
        if given:
            os.environ.setdefault("LLM_METER_" + name, os.path.expanduser(given) if name == "DIR" else given)


def deactivate() -> None:
    """Undo `activate`: libraries get their own functions back; calls already under way still settle."""
    global _folder
    _folder = None
    import_hook.unwatch_all()
    patching = sys.modules.get("llm_meter_tap.patching.patches")
    if patching is not None:
        patching.restore_all()


def _adapt(module: ModuleType) -> None:
    system.hold()
    entrances = _ENTRANCES.get(module.__name__)
    if entrances is None:
        _load_adapter(module)
        return
    from llm_meter_tap.patching import patches

    # The program may replace what is in the module before the first request: vcrpy and mocks do.
    as_imported = type(sys)(module.__name__)
    vars(as_imported).update(vars(module))
    for entrance in entrances:
        *path, name = entrance.split(".")
        owner: Any = module
        for part in path:
            owner = getattr(owner, part)
        patches.wrap_on_call(owner, name, lambda: _load_adapter(as_imported))


def _load_adapter(module: ModuleType) -> None:
    if _folder is None:
        return  # switched off meanwhile
    from importlib import import_module

    import_module(ADAPTERS[module.__name__]).patch(module)
