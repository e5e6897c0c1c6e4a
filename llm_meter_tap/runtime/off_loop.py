"""Waits for blocking work without blocking an event loop: asyncio's, trio's, gevent's.

Under asyncio and trio the work runs in threads of the tap's own: the workers of the user's executor may all
be waiting for the very call that waits here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from llm_meter_tap.runtime.native import Workers

Result = TypeVar("Result")


class UnknownLoop(Exception):
    """The event loop that runs is neither asyncio's nor trio's."""


async def run(workers: Workers, function: Callable[[], Result]) -> Result:
    """Run a function in a thread and await its result.

    Args:
        workers: The threads.
        function: Raises nothing. Runs to its end when the waiting task is cancelled.

    Raises:
        UnknownLoop: The function was not run.
    """
    trio = _running_trio()
    if trio is not None:
        return await _under_trio(trio, workers, function)
    if not _is_asyncio():
        raise UnknownLoop
    return await _under_asyncio(workers, function)


async def _under_trio(trio: Any, workers: Workers, function: Callable[[], Result]) -> Result:
    token, done, results = trio.lowlevel.current_trio_token(), trio.Event(), []

    def job() -> None:
        results.append(function())
        token.run_sync_soon(done.set)

    workers.run(job)
    await done.wait()
    return results[0]


async def _under_asyncio(workers: Workers, function: Callable[[], Result]) -> Result:
    import asyncio

    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result) -> None:
        if not future.done():  # the waiting task may be cancelled
            future.set_result(result)

    def job() -> None:
        result = function()
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result)

    workers.run(job)
    return await future


def run_beside_greenlets(function: Callable[[], Result]) -> Result:
    """Run a function and wait for its result, while other greenlets run on if gevent has patched sockets.

    Args:
        function: Runs to its end when the waiting greenlet is killed.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("socket"):
        return function()
    result: Result = sys.modules["gevent"].get_hub().threadpool.apply(function)
    return result


def _running_trio() -> Any | None:
    """trio, if one of its tasks runs; it may be a guest of asyncio's loop, or the host of one."""
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
