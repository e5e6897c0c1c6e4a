"""LLM Meter: the fuel gauge, warning light and brake for LLM spending in JupyterLab notebooks.

This module has the entry points of Jupyter, and the public face of the tap under this package's name. It
imports nothing heavy, because kernels and the command line import it too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_llm_meter._version import __version__

if TYPE_CHECKING:
    from llm_meter_tap import LimitExceeded, check_and_alert, count_tokens, record

__all__ = ["LimitExceeded", "__version__", "check_and_alert", "count_tokens", "record"]

_TAP_NAMES = ("LimitExceeded", "check_and_alert", "count_tokens", "record")


def __getattr__(name: str) -> Any:
    """Load the tap's public face when it is first used."""
    if name in _TAP_NAMES:
        return getattr(import_module("llm_meter_tap"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-llm-meter"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from jupyter_llm_meter.jupyter.app import LLMMeter

    return [{"module": "jupyter_llm_meter.jupyter.app", "app": LLMMeter}]
