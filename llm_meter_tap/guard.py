"""Keeps layers of the tap that call each other from seeing one call twice.

Owns one context variable. Refuses to be a lock: it follows the thread or task that entered, and no other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_is_passing: ContextVar[bool] = ContextVar("llm_meter_is_passing", default=False)


def is_passing() -> bool:
    """Whether a layer further out has this request already, or it is the tap's own."""
    return _is_passing.get()


@contextlib.contextmanager
def passing_by() -> Iterator[None]:
    """Let every layer within stand aside."""
    before = _is_passing.get()
    _is_passing.set(True)
    try:
        yield
    finally:
        # Not ContextVar.reset: a coroutine that is collected unfinished is closed in a foreign context.
        _is_passing.set(before)
