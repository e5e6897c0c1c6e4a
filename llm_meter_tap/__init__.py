"""LLM Meter's tap: sees the LLM calls of the process it runs in and records what they used.

These are its functions for user code. Each name loads its module on first use, so that importing
`llm_meter_tap` takes a fraction of a millisecond in every interpreter that the lab starts.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llm_meter_tap.errors import LimitExceeded, TapError, TapInactive, TokenCountUnavailable
    from llm_meter_tap.manual import check_and_alert, count_tokens, record

__all__ = [
    "LimitExceeded",
    "TapError",
    "TapInactive",
    "TokenCountUnavailable",
    "check_and_alert",
    "count_tokens",
    "record",
]

_MANUAL = ("check_and_alert", "count_tokens", "record")


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    source = import_module(f"{__name__}.manual" if name in _MANUAL else f"{__name__}.errors")
    value: object = getattr(source, name)
    globals()[name] = value
    return value
