"""A thread with an event loop of its own. Requests that it makes are not metered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Event, Thread
from typing import TypeVar

from llm_meter_tap.runtime.guard import PassingBy

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines on its loop for any other thread.

    Args:
        name: Name of the thread.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._is_ready = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self, first: Callable[[], object]) -> None:
        """Start the thread; returns when `first` has run on the loop, successfully or not."""

        def run_first() -> None:
            try:
                first()
            finally:
                self._is_ready.set()

        with PassingBy():  # a callback runs in the context in which it was scheduled
            self._loop.call_soon(run_first)
        self._thread.start()
        self._is_ready.wait()

    def submit(self, work: Coroutine[object, object, Result]) -> Future[Result]:
        """Run a coroutine on the loop."""
        with PassingBy():
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call_soon(self, work: Callable[[], object]) -> None:
        """Call a function on the loop."""
        with PassingBy():
            self._loop.call_soon_threadsafe(work)

    def call_later(self, pause_s: float, work: Callable[[], object]) -> None:
        """Call a function on the loop after a pause."""
        self.call_soon(lambda: self._loop.call_later(pause_s, work))

    def stop(self, patience_s: float) -> None:
        """Stop the loop and wait so many seconds for the thread to end."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(patience_s)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()
