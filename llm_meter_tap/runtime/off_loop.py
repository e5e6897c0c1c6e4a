"""Waits for blocking work in asynchronous code without blocking its event loop.

Owns the question which event loop runs. Refuses the user's executor, whose workers may all be waiting for the
very call that waits here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

Result = TypeVar("Result")


class UnknownLoop(Exception):
    """The event loop is neither asyncio's nor trio's."""


async def run(executor: Executor, function: Callable[[], Result]) -> Result:
    """Run a function in a thread and await its result.

    Args:
        executor: Where, under asyncio; trio has threads of its own.
        function: Goes on to its end when the waiting task is cancelled.

    Raises:
        UnknownLoop: Nothing was run.
    """
    trio = _running_trio()
    if trio is not None:
        try:
            waiting = trio.to_thread.run_sync(function, abandon_on_cancel=True)
        except TypeError:  # before trio 0.23
            waiting = trio.to_thread.run_sync(function, cancellable=True)
        result: Result = await waiting
        return result
    if not _is_asyncio():
        raise UnknownLoop
    import asyncio

    return await asyncio.wrap_future(executor.submit(function))


def _running_trio() -> Any | None:
    """trio, if a task of it runs; that may be a guest of asyncio's loop, or the host of one."""
    sniffio = sys.modules.get("sniffio")  # trio's own dependency
    if "trio" not in sys.modules or sniffio is None:
        return None
    try:
        return sys.modules["trio"] if sniffio.current_async_library() == "trio" else None
    except sniffio.AsyncLibraryNotFoundError:
        return None


def _is_asyncio() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None
