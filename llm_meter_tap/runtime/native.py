"""Threads of the operating system's own, which the program does not see.

They are no `threading.Thread`: gevent may patch that module at any time, and a thread that was started before
then ends with an error on stderr. They end with the process, as daemon threads do. Loaded when the first
adapter is installed.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable

from llm_meter_tap.runtime import faults
from llm_meter_tap.system import Clock, Threads, exists

try:
    from _queue import Empty, SimpleQueue
except ImportError:  # PyPy
    from queue import Empty, SimpleQueue

__all__ = ["Empty", "Event", "SimpleQueue", "Thread", "Workers"]

_MOST_S = 0.1


class Event:
    """Something that happens once."""

    def __init__(self) -> None:
        self._lock = Threads.lock()
        self._lock.acquire()

    def set(self) -> None:
        """Wake everybody who waits."""
        with contextlib.suppress(RuntimeError):  # it was set before
            self._lock.release()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it happened, at most `timeout_s` seconds; returns whether it did."""
        has_happened = self._lock.acquire(timeout=timeout_s)
        if has_happened:
            self._lock.release()
        return has_happened


class Thread:
    """One thread, started at once.

    Args:
        function: Runs in the thread; an exception is counted.

    Raises:
        RuntimeError: No thread can be started, because the interpreter shuts down.
    """

    def __init__(self, function: Callable[[], object]) -> None:
        self._function = function
        self._ended = Event()
        self._native_id: int | None = None
        self._ident: int | None = None
        self.is_alive = True
        Threads.start(self._run, ())

    def _run(self) -> None:
        self._ident = Threads.ident()
        if Threads.native_id is not None:
            self._native_id = Threads.native_id()
        try:
            faults.contained(self._function)()
        finally:
            self.is_alive = False
            self._ended.set()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs in this thread."""
        return self._ident == Threads.ident()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end, at most `timeout_s` seconds; returns whether it came."""
        return self._ended.wait(timeout_s)

    def vanish(self) -> None:
        """Wait a moment until the system has taken a thread down that has ended (Linux)."""
        path = f"/proc/self/task/{self._native_id}"
        until = Clock.monotonic() + _MOST_S
        while self._native_id is not None and exists(path) and Clock.monotonic() < until:
            Clock.sleep(0.0001)


class Workers:
    """Runs jobs in a few threads, which end when there is nothing to do.

    Args:
        most: How many threads at a time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: deque[Callable[[], object]] = deque()
        self._running = 0
        self._lock = Threads.RLock()

    def run(self, job: Callable[[], object]) -> None:
        """Run a job as soon as a thread is free; returns at once.

        Raises:
            RuntimeError: No thread can be started, because the interpreter shuts down.
        """
        with self._lock:
            if self._running < self._most:
                Thread(self._work)
                self._running += 1
            self._jobs.append(job)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._running -= 1
                    return
                job = self._jobs.popleft()
            faults.contained(job)()
