"""The exceptions that user code may see.

A small tree for the public functions, and the one exception that a captured call may raise. Every other
failure of the tap is counted by `runtime/faults.py` and never raised.
"""

from __future__ import annotations

from llm_meter_tap.langchain import RaisedWhenRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class TapError(Exception):
    """A public function of the tap failed."""


class TapInactive(TapError):
    """This process is not metered: it was not started by a lab with LLM Meter."""


class TokenCountUnavailable(TapError):
    """No tokenizer is available; nothing was counted or recorded."""


class LimitExceeded(RaisedWhenRead):
    """A hard limit refuses a call; nothing of it has left the machine.

    It is a `BaseException` because SDKs wrap and retry ordinary ones.

    Attributes:
        standing: The standing of the limit that refuses (used, reserved, remaining, resets_at, ...); empty
            when unknown.
        headline: The message without its figures; empty when there are none.
        details: The figures, when the limit resets, and who can raise it: a name and its value each.
    """

    def __init__(
        self,
        message: str,
        standing: Mapping[str, Any] | None = None,
        headline: str = "",
        details: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.standing: dict[str, Any] = dict(standing or {})
        self.headline = headline
        self.details = tuple(details)
