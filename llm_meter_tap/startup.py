"""Switches the tap on in a new interpreter.

Owns the conditions, the table of libraries and the folder for PYTHONPATH. Refuses to do anything unless the
lab has set LLM_METER_DIR, and to import what it may never need: adapters load when the user's code loads
their library.
"""

from __future__ import annotations

import os
import sys

from llm_meter_tap.patching import import_hook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

# Watched module -> the adapter of ours that knows it. An adapter has `patch(module)`.
ADAPTERS = {
    "httpx": "llm_meter_tap.transports.httpx",
    "httpx2": "llm_meter_tap.transports.httpx",
    "urllib3": "llm_meter_tap.transports.urllib3",
    "aiohttp": "llm_meter_tap.transports.aiohttp",
    "http.client": "llm_meter_tap.transports.http_client",
    "ipykernel.kernelapp": "llm_meter_tap.notebook.kernel",
    "multiprocessing.pool": "llm_meter_tap.notebook.pools",
}


def bootstrap_path() -> str:
    """The folder to put first on PYTHONPATH so that every Python started with it is metered."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap")


def is_wanted() -> bool:
    """Whether the environment asks for a tap: LLM_METER_DIR is set, LLM_METER_DISABLE is not."""
    return bool(os.environ.get("LLM_METER_DIR")) and not os.environ.get("LLM_METER_DISABLE")


def activate() -> None:
    """Watch for the libraries of `ADAPTERS`, if the environment asks for it. Idempotent, never raises."""
    _adopt_gateway_variables()
    if is_wanted():
        for name in ADAPTERS:
            import_hook.watch(name, _adapt)


def _adopt_gateway_variables() -> None:
    """Take what a lab says to a kernel behind a gateway, which hands on the variables named KERNEL_*.

    What the kernel's own host says goes before it. The folder is one of that host: "~" is its user's home.
    """
    for name in ("DIR", "USER", "TEAM", "PROJECT"):
        given = os.environ.get("KERNEL_LLM_METER_" + name)
        if given:
            os.environ.setdefault("LLM_METER_" + name, os.path.expanduser(given) if name == "DIR" else given)


def deactivate() -> None:
    """Undo `activate`: libraries get their own functions back; calls already under way still settle."""
    import_hook.unwatch_all()
    patching = sys.modules.get("llm_meter_tap.patching.patches")
    if patching is not None:
        patching.restore_all()


def _adapt(module: ModuleType) -> None:
    from importlib import import_module

    import_module(ADAPTERS[module.__name__]).patch(module)
