"""Moves of notebooks and folders, on their way into the ledger: one after another, in their order.

While the ledger cannot be used they wait. Coroutine methods run on the service's loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial

from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.service.owner import Owner


@dataclass(frozen=True)
class _Move:
    old: str
    new: str
    at: datetime


class NotebookMoves:
    """Moves the histories of notebooks.

    Args:
        ledger: Has the histories.
        owner: The user of the lab.
        background: Runs the moves.
        moved: Called after each move.
        follow: Lets the limits of moved notebooks follow, on the thread that uses the ledger.
    """

    def __init__(
        self,
        ledger: LedgerAccess,
        owner: Owner,
        background: Background,
        moved: Callable[[], None],
        follow: Callable[[Ledger], None],
    ) -> None:
        self._ledger = ledger
        self._owner = owner
        self._background = background
        self._moved = moved
        self._follow = follow
        self._waiting: deque[_Move] = deque()
        self._attempt: asyncio.Task[None] | None = None

    def move(self, old: str, new: str) -> None:
        """Move a notebook, or all below a folder; returns at once.

        Args:
            old: Its path under the lab's root until now.
            new: Its path from now on.
        """
        self._waiting.append(_Move(old, new, datetime.now(timezone.utc)))
        self.attempt()

    def attempt(self) -> None:
        """Move what waits, if the ledger can be used."""
        if self._waiting and (self._attempt is None or self._attempt.done()):
            self._attempt = self._background.start(self._move_all())

    async def wait(self) -> None:
        """Wait for the moves that are under way, so that an answer from the ledger has them."""
        if self._attempt is not None and not self._attempt.done():
            await asyncio.wait([self._attempt])

    async def _move_all(self) -> None:
        while self._waiting:
            move = self._waiting[0]
            try:
                await self._ledger.use(partial(self._move_in, move=move))
            except LedgerUnavailable:
                return  # tried again when the ledger is back
            self._waiting.popleft()
            self._moved()

    def _move_in(self, ledger: Ledger, *, move: _Move) -> None:
        ledger.move_notebooks(self._owner.user, move.old, move.new, move.at)
        self._follow(ledger)
