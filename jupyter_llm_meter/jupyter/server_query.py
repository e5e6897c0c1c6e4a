"""Queries the Jupyter server from the service, which runs on another loop.

A query runs on the server's loop, and the service waits for its answer for a short time. While the server is
busy, the last answer is used. A query that has no answer yet is not repeated.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

PATIENCE_S = 0.5
FRESH_S = 1.0

_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class ServerQuery(Generic[Answer]):
    """One query to the server, its last answer, and the run in progress.

    Args:
        loop: The server's loop.
        run: The query; runs on the server's loop.
        unknown: The answer before the first one.

    Attributes:
        last: The last answer.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, run: Callable[[], Awaitable[Answer]], unknown: Answer
    ) -> None:
        self._loop = loop
        self._run = run
        self.last = unknown
        self._answered_at = float("-inf")
        self._pending: Future[Answer] | None = None
        self._task: asyncio.Task[Any] | None = None

    async def answer(self, patience: float | None = PATIENCE_S) -> Answer:
        """Return an answer no older than a second, or the last one when the server is busy or fails.

        Args:
            patience: How long to wait for the server, in seconds; None: until it answers.
        """
        if time.monotonic() - self._answered_at < FRESH_S:
            return self.last
        if self._pending is None:
            self._pending = asyncio.run_coroutine_threadsafe(self._run_here(), self._loop)
        elif not self._pending.done() and patience is not None:
            patience = 0.0
        pending = self._pending
        await asyncio.wait([asyncio.wrap_future(pending)], timeout=patience)
        if pending.done():
            self._pending = None
            if not pending.cancelled():
                self._keep_answer(pending)
        return self.last

    def _keep_answer(self, pending: Future[Answer]) -> None:
        error = pending.exception()
        if error is None:
            self.last = pending.result()
            self._answered_at = time.monotonic()
        else:
            _log.warning("LLM Meter: the server's kernels could not be read: %r", error)

    def expire(self) -> None:
        """Ask the server again at the next query; from any thread."""
        self._answered_at = float("-inf")

    async def cancel(self) -> None:
        """Cancel a run in progress; on the server's loop, after the last query."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run_here(self) -> Answer:
        self._task = asyncio.current_task()
        return await self._run()
