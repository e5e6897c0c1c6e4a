"""Tasks that run unattended: they are kept alive, and their failures are logged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from llm_meter_tap.runtime.guard import PassingBy

Result = TypeVar("Result")


class Background:
    """The unattended tasks of one loop.

    Args:
        log: Takes every failure.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Run work on the current loop; after `cancel` it ends before it begins."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        if self._is_closed:
            task.cancel()
        return task

    async def cancel(self) -> None:
        """End what still runs, and what is started from now on: what it works on may be closed."""
        self._is_closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._log.error("LLM Meter: a task of the service failed", exc_info=task.exception())


def start_thread(work: Callable[[], Result], name: str) -> Future[Result]:
    """Run work in a daemon thread, which does not keep the process alive; its requests are not metered.

    Args:
        work: The work.
        name: Name of the thread.
    """
    future: Future[Result] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        with PassingBy():
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - the caller gets it from the future
                future.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return future
