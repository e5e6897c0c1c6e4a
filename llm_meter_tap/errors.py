"""The exceptions that the tap lets user code see.

Owns one small tree for the public functions and the one exception that a captured call may raise. Refuses all
others: what goes wrong inside the tap is counted by `faults.py`, never raised.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn


class TapError(Exception):
    """A public function of the tap could not do what it was asked."""


class TapInactive(TapError):
    """There is nothing to record into: this process was not started by a lab with LLM Meter."""


class TokenCountUnavailable(TapError):
    """No tokenizer is within reach; nothing was counted or recorded."""


class LimitExceeded(BaseException):
    """A blocking limit refuses a call; not a byte of it has left the machine.

    A `BaseException`, because SDKs wrap and retry ordinary ones.

    Attributes:
        standing: The standing of the limit that says no (used, reserved, remaining, resets_at, ...), empty
            when unknown.
    """

    def __init__(self, message: str, standing: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.standing: dict[str, Any] = dict(standing or {})

    @property
    def generations(self) -> NoReturn:
        """Raises this refusal: LangChain's asynchronous models read it of whatever is no `Exception`.

        They gather with `return_exceptions=True` (langchain_core, `BaseChatModel.agenerate`), and would raise
        an `AttributeError`, which says nothing and is retried.
        """
        raise self
