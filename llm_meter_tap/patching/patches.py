"""Replaces a function of a library by a wrapper, and restores it.

Nothing is wrapped twice. A wrapper that somebody else has wrapped in turn stays in place when the others
are restored. A wrapper may be made as late as the function's first call: until then a stand-in is in its
place, which costs an import next to nothing.
"""

from __future__ import annotations

import functools

from llm_meter_tap.system import Threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Make = Callable[[Callable[..., Any]], Callable[..., Any]]

_ORIGINAL = "__llm_meter_original__"
_COROUTINE = 0x80  # inspect.CO_COROUTINE
_replaced: list[tuple[Any, str, Any]] = []
# By owner and name, those that have not been called yet.
_stand_ins: dict[tuple[Any, str], _StandIn] = {}
_loading = Threads.RLock()


def wrap(owner: Any, name: str, make: Make) -> None:
    """Replace `owner.name` by `make(original)`; a no-op when that has been done.

    Args:
        owner: A class or module that defines `name` itself.
        name: The attribute to replace.
        make: Gets the original function, returns the one to put in its place.

    Raises:
        KeyError: `owner` does not define `name`: a version of the library that this adapter does not know.
    """
    stand_in = _stand_ins.pop((owner, name), None)
    present = vars(owner)[name]
    if stand_in is not None:
        stand_in.wrapper = make(stand_in.original)
        if present is stand_in.function:
            _replace(owner, name, stand_in.original, stand_in.wrapper)
    elif not hasattr(present, _ORIGINAL):
        _replace(owner, name, present, make(present))


def wrap_on_call(owner: Any, name: str, load: Callable[[], object]) -> None:
    """Replace `owner.name` by a stand-in that has it wrapped when it is called for the first time.

    Args:
        owner: As in `wrap`.
        name: As in `wrap`.
        load: Calls `wrap` for the same function, or leaves it as it is. An `Exception` is counted.

    Raises:
        KeyError: As in `wrap`.
    """
    original = vars(owner)[name]
    if not hasattr(original, _ORIGINAL):
        stand_in = _stand_ins[owner, name] = _StandIn(original, load)
        stand_in.function = _replace(owner, name, original, stand_in.function)


class _StandIn:
    """What is called in place of a function that is yet to be wrapped.

    Attributes:
        original: The library's function.
        wrapper: What is put in its place, as soon as that is known.
        function: The stand-in's own.
    """

    def __init__(self, original: Any, load: Callable[[], object]) -> None:
        self.original = original
        self.wrapper: Callable[..., Any] | None = None
        self._load = load
        self.function = self._async_function() if _is_coroutine(original) else self._function()

    # Mocks (respx) bind arguments by the names that a function's signature has.

    def _function(self) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return (self.wrapper or self._wrapped())(*args, **kwargs)

        def handle_request(owner: Any, request: Any) -> Any:
            return (self.wrapper or self._wrapped())(owner, request)

        return handle_request if self.original.__name__ == handle_request.__name__ else call

    def _async_function(self) -> Callable[..., Any]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            return await (self.wrapper or self._wrapped())(*args, **kwargs)

        async def handle_async_request(owner: Any, request: Any) -> Any:
            return await (self.wrapper or self._wrapped())(owner, request)

        return handle_async_request if self.original.__name__ == handle_async_request.__name__ else call

    def _wrapped(self) -> Callable[..., Any]:
        with _loading:
            try:
                if self.wrapper is None:
                    self._load()
            except Exception as error:  # noqa: BLE001 - the tap's failures must never become the user's
                from llm_meter_tap.runtime import faults

                faults.count("patches", error)
                self.wrapper = self.original
        return self.wrapper or self.original


def _is_coroutine(function: Any) -> bool:
    return bool(getattr(getattr(function, "__code__", None), "co_flags", 0) & _COROUTINE)


def _replace(owner: Any, name: str, original: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    wrapper = functools.wraps(original)(function)
    setattr(wrapper, _ORIGINAL, original)
    setattr(owner, name, wrapper)
    _replaced.append((owner, name, wrapper))
    return wrapper


def restore_all() -> None:
    """Put every original back whose wrapper is still in place."""
    while _replaced:
        owner, name, wrapper = _replaced.pop()
        if vars(owner).get(name) is wrapper:
            setattr(owner, name, getattr(wrapper, _ORIGINAL))
            _stand_ins.pop((owner, name), None)
