"""When spools are imported: at start and end of a service, when a process ends, when the ledger is back.

Methods run on the service's loop.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from jupyter_llm_meter.ledger import LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.service.signals import Signals
from jupyter_llm_meter.service.spool_import import SpoolImport
from llm_meter_tap.wire import file_lock

DEATH_PAUSES_S = (0.0, 0.2, 1.0, 5.0)
"""A dying process closes its socket a moment before the operating system drops the lock of its spool."""


class ImportSchedule:
    """Imports the spools of a private folder when there is a reason to.

    Args:
        spools: Imports them.
        folder: The private folder.
        ledger: Gets the calls; while it cannot be used, they wait in the spools.
        background: Runs the imports.
        signals: Announces that the ledger can be used again.
    """

    def __init__(
        self,
        spools: SpoolImport,
        *,
        folder: Path,
        ledger: LedgerAccess,
        background: Background,
        signals: Signals,
    ) -> None:
        self._spools = spools
        self._folder = folder
        self._ledger = ledger
        self._background = background
        self._signals = signals
        self._recovery: asyncio.Task[None] | None = None

    async def import_waiting(self) -> None:
        """Check the ledger and import what waited for a service, of living processes too."""
        with suppress(LedgerUnavailable):
            await self._ledger.check()
            await self._spools.run(with_living=True)

    async def import_all(self, *, with_living: bool) -> None:
        """Import the spools; calls wait there while the ledger cannot be used."""
        # The state says that the ledger is away, and the import is repeated when it is back.
        with suppress(LedgerUnavailable):
            await self._spools.run(with_living=with_living)

    def import_dead_soon(self, spool: str | None = None) -> None:
        """Import the spools of processes that have ended; returns at once.

        Args:
            spool: File name of the spool whose process may be ending; None: import without waiting for one.
        """
        self._background.start(self._import_dead(None if spool is None else self._folder / "spool" / spool))

    async def _import_dead(self, spool: Path | None) -> None:
        for pause_s in DEATH_PAUSES_S:
            await asyncio.sleep(pause_s)
            if spool is None or not file_lock.is_held(str(spool)):
                await self.import_all(with_living=False)
                return

    def recover_ledger(self) -> None:
        """Try the ledger again from time to time until it can be used, then import what waited for it."""
        if self._recovery is None or self._recovery.done():
            self._recovery = self._background.start(self._recover())
            self._signals.standing_changed()

    async def _recover(self) -> None:
        is_back = False
        while not is_back:
            await asyncio.sleep(self._ledger.retry_in_s)
            with suppress(LedgerUnavailable):
                await self._spools.run(with_living=True)
                await self._ledger.check()
                is_back = True
        self._signals.ledger_returned.emit()
        self._signals.standing_changed()
