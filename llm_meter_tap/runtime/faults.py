"""Counts what goes wrong inside the tap, and logs the first failure of a process.

An exception's message may quote a prompt or a key: only its type is logged, and for an error of the
operating system the reason. Loaded with http.client in processes that never call an LLM, so that it imports
little.
"""

from __future__ import annotations

import functools
from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])

# Where (function or step) -> how often. Read it when a figure looks wrong.
counts: Counter[str] = Counter()


def count(where: str, error: Exception) -> None:
    """Count one failure; log the first of a process, as a warning if it is the operating system's."""
    counts[where] += 1
    if sum(counts.values()) > 1:
        return
    import logging

    level, reason = logging.DEBUG, type(error).__name__
    if isinstance(error, OSError):
        level, reason = logging.WARNING, f"{reason}: {error.strerror}"
    logging.getLogger("llm_meter_tap").log(
        level,
        "LLM Meter could not do its part in %s (%s). Your program is not affected; calls may be missing "
        "from the meter. Run `jupyter llm-meter status` to see its state.",
        where,
        reason,
    )


def contained(function: Function) -> Function:
    """Make a function count its failures and return None instead of raising.

    `KeyboardInterrupt`, `CancelledError` and other `BaseException`s pass through.
    """

    @functools.wraps(function)
    def safely(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
            count(function.__qualname__, error)
            return None

    return safely  # type: ignore[return-value]
