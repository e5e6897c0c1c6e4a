"""Makes a subclass look like the response class that it replaces.

It has the same name, and a pickle or a copy is an object of the library's own class, without the tap's
attributes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OURS = "_llm_meter_"
"""How every attribute begins that an adapter puts on an object of the user's."""


def in_disguise(metered: Any, base: Any) -> Any:
    """Make a subclass look like its base; returns the subclass."""

    def __reduce_ex__(self: Any, protocol: Any) -> Any:
        reduced = base.__reduce_ex__(self, protocol)
        if isinstance(reduced, str):
            return reduced
        make, arguments, *rest = reduced
        if getattr(make, "__name__", None) == "__newobj__":
            make = base.__new__  # as copyreg does for an object's own class
        own_arguments = tuple(base if argument is metered else argument for argument in arguments)
        return (make, own_arguments, *[_without_ours(part) for part in rest])

    metered.__reduce_ex__ = __reduce_ex__
    metered.__name__ = base.__name__
    metered.__qualname__ = base.__qualname__
    metered.__module__ = base.__module__
    metered.__doc__ = base.__doc__
    return metered


def _without_ours(state: Any) -> Any:
    """The attributes of an object, or those and its slots, as the pickle protocol gives them."""
    if isinstance(state, tuple):
        return tuple(_without_ours(part) for part in state)
    if isinstance(state, dict):
        return {name: value for name, value in state.items() if not str(name).startswith(_OURS)}
    return state
