"""Reads a body as it passes, off the user's thread, and holds a bounded part of it.

A small body is read when it ends, on the user's thread, like that of any call. The user never waits: if more
arrives than can be read in time, beyond a bound, the rest is skipped, and the reader is notified of the gap.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy
from llm_meter_tap.runtime.native import SimpleQueue, Thread

_AT_ONCE = 64 * 1024
_MOST_HELD = 64 * 1024 * 1024
_EXIT_S = 2.0


class Reader:
    """Reads a body; every method is called on the same thread."""

    def feed(self, chunk: bytes) -> None:
        """Read the next piece."""
        raise NotImplementedError

    def skipped(self) -> None:
        """Note that pieces are missing here."""
        raise NotImplementedError

    def end(self, is_whole: bool) -> None:
        """Note the end.

        Args:
            is_whole: The body came to its end.
        """
        raise NotImplementedError


class PassingBody:
    """Passes a body on to its reader.

    Args:
        reader: The reader.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # Pieces, None for a gap, a bool for the end.
        self._queue: SimpleQueue[bytes | bool | None] = SimpleQueue()
        self._put = 0
        self._taken = 0
        self._has_gap = False
        self._is_ended = False
        self._is_given_up = False
        self._thread: Thread | None = None

    def append(self, chunk: bytes) -> None:
        """Pass one piece on, as it came."""
        if self._put - self._taken + len(chunk) > _MOST_HELD:
            if not self._has_gap:
                self._has_gap = True
                self._queue.put(None)
            return
        self._has_gap = False
        self._queue.put(chunk)
        self._put += len(chunk)
        if self._thread is None and self._put > _AT_ONCE:
            self._thread = Thread(self._run)

    def end(self, is_whole: bool) -> None:
        """Note the end; returns when a small body is read, and at once for a large one."""
        if self._is_ended:
            return
        self._is_ended = True
        self._queue.put(is_whole)
        if self._thread is None:
            self._run()

    def released(self) -> None:
        """At interpreter exit: wait a moment for what is left to be read, then skip the rest."""
        self.end(is_whole=False)
        if self._thread is not None and not self._thread.is_current:
            self._thread.join(_EXIT_S)
            self._is_given_up = True
            self._thread.join(_EXIT_S)

    def _run(self) -> None:
        with PassingBy():
            item: Any = None
            while not isinstance(item, bool):
                item = self._queue.get()
                if self._is_given_up and not isinstance(item, bool):
                    self._handle_item(None)
                    item = False
                self._handle_item(item)

    @faults.contained
    def _handle_item(self, item: bytes | bool | None) -> None:
        if item is None:
            self._reader.skipped()
        elif isinstance(item, bool):
            self._reader.end(item)
        else:
            self._taken += len(item)
            self._reader.feed(item)
