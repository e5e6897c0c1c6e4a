"""Archives calls once a day, while the service runs, and removes old files; one process at a time does.

A part at a time leaves the ledger, and others may write between two parts. Nothing is lost when the service
stops in the middle: what is left is done the next day. Methods run on the service's loop.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from datetime import datetime, timezone

from jupyter_llm_meter.ledger import ArchiveBusy, ArchiveError, LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.runtime.background import Background

FIRST_PAUSE_S = 300.0
"""A service that has just started has other things to do."""

DAY_S = 86_400.0
PAUSE_S = 1.0
"""Between two parts, so that the calls that waited are written."""


class ArchiveSchedule:
    """Archives the calls of one ledger when they are old enough.

    Args:
        ledger: The ledger.
        after_days: The age in days at which calls are archived; None: they never are.
        keep_months: The age in months at which files are removed; None: they never are.
        background: Runs the work.
        log: Says what was done, and what could not be.
    """

    def __init__(
        self,
        ledger: LedgerAccess,
        after_days: int | None,
        keep_months: int | None,
        *,
        background: Background,
        log: logging.Logger,
    ) -> None:
        self._ledger = ledger
        self._after_days = after_days
        self._keep_months = keep_months
        self._background = background
        self._log = log

    def start(self) -> None:
        """Begin, if there is something to do."""
        if self._after_days is not None or self._keep_months is not None:
            self._background.start(self._run())

    async def run_once(self) -> None:
        """Archive what is old enough, and remove what is too old, unless another process does."""
        try:
            with ExitStack() as stack:
                await self._ledger.use(lambda ledger: stack.enter_context(ledger.archive.locked()))
                await self._archive()
                await self._remove()
        except ArchiveBusy:
            self._log.debug("LLM Meter: another process archives calls")
        except ArchiveError as error:
            self._log.warning("LLM Meter: calls were not archived: %s", error)
        except LedgerUnavailable:
            pass  # the service's state says so

    async def _run(self) -> None:
        await asyncio.sleep(FIRST_PAUSE_S)
        while True:
            await self.run_once()
            await asyncio.sleep(DAY_S)

    async def _archive(self) -> None:
        days = self._after_days
        if days is None:
            return
        now = datetime.now(timezone.utc)
        months = await self._ledger.use(lambda ledger: ledger.archive.waiting(now, days, by_service=True))
        for month in months:
            calls = await self._archive_month(month.name, now)
            self._log.info("LLM Meter: %d calls of %s are archived; totals are as before", calls, month.name)

    async def _archive_month(self, name: str, now: datetime) -> int:
        """Archive a month part by part; returns how many calls left."""
        calls = 0
        while part := await self._ledger.use(lambda ledger: ledger.archive.archive_some(name, now)):
            calls += part.calls
            await asyncio.sleep(PAUSE_S)
        return calls

    async def _remove(self) -> None:
        months = self._keep_months
        if months is None:
            return
        now = datetime.now(timezone.utc)
        for part in await self._ledger.use(lambda ledger: ledger.archive.retire(months, now)):
            self._log.warning(
                "LLM Meter: the file of %d calls of %s is removed (c.LLMMeter.archive_keep_months is %d); "
                "their totals are kept",
                part.calls,
                part.month,
                months,
            )
