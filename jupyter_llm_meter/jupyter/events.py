"""Standings as Jupyter events: pushed to every browser after a commit.

Events are numbered. The first commit is sent at once, later ones at most four times a second, each event with
all calls since the one before. This runs on the service's loop; only the emission is done on the server's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from jupyter_events import EventLogger

from jupyter_llm_meter.runtime.background import Background

SCHEMA_ID = "https://events.jupyter.org/jupyter_llm_meter/standing/v1"
SCHEMA_PATH = Path(__file__).parent.parent / "event_schemas" / "standing" / "v1.yaml"
PAUSE_S = 0.25

Document = dict[str, object]


class StandingEvents:
    """The stream of standings of one service.

    Args:
        logger: The server's event logger, with our schema registered.
        server_loop: The loop on which it may be used.
        standing: Composes the document, without ``call_ids`` and ``seq``.
        background: Runs the stream.
    """

    def __init__(
        self,
        logger: EventLogger,
        server_loop: asyncio.AbstractEventLoop,
        *,
        standing: Callable[[], Awaitable[Document]],
        background: Background,
    ) -> None:
        self._logger = logger
        self._server_loop = server_loop
        self._standing = standing
        self._background = background
        self._call_ids: list[str] = []
        self._is_due = False
        self._stream: asyncio.Task[None] | None = None
        self.seq = 0

    def send_soon(self, call_ids: Sequence[str] = ()) -> None:
        """Send an event soon; called on the service's loop, returns at once.

        Args:
            call_ids: Calls that were committed; none when something else about the standing changed.
        """
        self._call_ids += call_ids
        self._is_due = True
        if self._stream is None or self._stream.done():
            self._stream = self._background.start(self._send_while_due())

    async def _send_while_due(self) -> None:
        while self._is_due:
            self._is_due = False
            call_ids, self._call_ids = self._call_ids, []
            document = await self._standing()
            self.seq += 1
            await self._emit({**document, "seq": self.seq, "call_ids": call_ids})
            await asyncio.sleep(PAUSE_S)

    async def _emit(self, document: Document) -> None:
        async def emit() -> None:
            self._logger.emit(schema_id=SCHEMA_ID, data=document)

        # Waiting for a busy server keeps one document in flight; the commits meanwhile join the next.
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(emit(), self._server_loop))
