"""Replaces a function of a library by a wrapper, and restores it.

Nothing is wrapped twice. A wrapper that somebody else has wrapped in turn stays in place when the others
are restored.
"""

from __future__ import annotations

import functools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ORIGINAL = "__llm_meter_original__"
_replaced: list[tuple[Any, str, Any]] = []


def wrap(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace `owner.name` by `make(original)`; a no-op when that has been done.

    Args:
        owner: A class or module that defines `name` itself.
        name: The attribute to replace.
        make: Gets the original function, returns the one to put in its place.

    Raises:
        KeyError: `owner` does not define `name`: a version of the library that this adapter does not know.
    """
    original = vars(owner)[name]
    if hasattr(original, _ORIGINAL):
        return
    wrapper = functools.wraps(original)(make(original))
    setattr(wrapper, _ORIGINAL, original)
    setattr(owner, name, wrapper)
    _replaced.append((owner, name, wrapper))


def restore_all() -> None:
    """Put every original back whose wrapper is still in place."""
    while _replaced:
        owner, name, wrapper = _replaced.pop()
        if vars(owner).get(name) is wrapper:
            setattr(owner, name, getattr(wrapper, _ORIGINAL))
