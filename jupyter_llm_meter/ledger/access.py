"""Opens the service's ledger, and handles a ledger that cannot be used.

A database that is damaged, of another program or of a newer version is left untouched; metering continues in
a new database beside it, which is used again as long as the first one cannot be. A database that cannot be
reached is tried again after growing pauses. Until then every use raises ``LedgerUnavailable``, and calls wait
in the spools.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock
from typing import TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.core.prices import price
from jupyter_llm_meter.ledger.batch import Pricer
from jupyter_llm_meter.ledger.errors import LedgerAddressError, LedgerUnavailable, UnusableLedger
from jupyter_llm_meter.ledger.location import sqlite_url
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.store import NO_OUTBOX, Ledger
from jupyter_llm_meter.runtime.locks import FileLock
from jupyter_llm_meter.runtime.problems import Problems

__all__ = ["LedgerAccess", "LedgerUnavailable"]

UNAVAILABLE = "ledger-unavailable"
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
WORKERS = 8
OPENING_PATIENCE_S = 5.0
"""How long others wait while one thread tries to reach the database; less than a tap's patience."""

Result = TypeVar("Result")


class LedgerAccess:
    """One ledger for the threads of one service.

    Args:
        url: SQLAlchemy URL of the ledger.
        folder: The private folder; gets the new ledger if it cannot be made beside the bad one.
        problems: Gets the problem of a ledger that cannot be used.
        went_away: Called when the ledger cannot be reached, on the loop of the caller.
        pricer: Finds the cost of calls.
        outbox: Where alerts go besides the ledger.
        is_replaced: Whether metering continues in a new database where this one must not be written to.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        problems: Problems,
        *,
        went_away: Callable[[], None] = lambda: None,
        pricer: Pricer = price,
        outbox: Outbox = NO_OUTBOX,
        is_replaced: bool = True,
    ) -> None:
        self._url = url
        self._folder = folder
        self._problems = problems
        self._went_away = went_away
        self._pricer = pricer
        self._outbox = outbox
        self._is_replaced = is_replaced
        self._opening = Lock()
        self._ledger: Ledger | None = None
        self._pause_s = FIRST_PAUSE_S
        self._closed_until = float("-inf")
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="llm-meter-ledger")

    async def use(self, work: Callable[[Ledger], Result]) -> Result:
        """Run work on the ledger in a thread of its own.

        Raises:
            LedgerUnavailable: The database cannot be used now; nothing was kept.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, self._work, work)
        except LedgerUnavailable:
            self._went_away()
            raise

    async def check(self) -> None:
        """Try the database once; if it can be used, it is no longer away.

        Raises:
            LedgerUnavailable: It cannot be used.
        """
        await self.use(lambda ledger: ledger.review([], datetime.now(timezone.utc)))
        self._pause_s = FIRST_PAUSE_S
        self._problems.resolve(UNAVAILABLE)

    @property
    def retry_in_s(self) -> float:
        """Seconds until a database that is away is tried again; 0 when it is not away."""
        return max(0.0, self._closed_until - time.monotonic())

    def close(self) -> None:
        """Wait for what is under way and close the ledger."""
        self._workers.shutdown(wait=True)
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def _work(self, work: Callable[[Ledger], Result]) -> Result:
        if self.retry_in_s:
            raise LedgerUnavailable("ledger-closed")
        try:
            ledger = self._open()
            try:
                return work(ledger)
            except UnusableLedger as error:
                return work(self._replace(ledger, error))
        except (LedgerUnavailable, LedgerAddressError) as error:
            self._report_away(error.explanation)
            raise LedgerUnavailable(error.explanation.code, **error.explanation.values) from error

    def _report_away(self, reason: Explanation) -> None:
        self._closed_until = time.monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._problems.report(UNAVAILABLE, explain("ledger-away", error=reason))

    def _open(self) -> Ledger:
        if not self._opening.acquire(timeout=OPENING_PATIENCE_S):
            raise LedgerUnavailable("ledger-silent")
        try:
            if self._ledger is None:
                try:
                    self._ledger = self._open_at(self._url)
                except UnusableLedger as error:
                    self._ledger = self._open_beside(error)
            return self._ledger
        finally:
            self._opening.release()

    def _replace(self, bad: Ledger, error: UnusableLedger) -> Ledger:
        with self._opening:
            if self._ledger is bad:
                self._ledger = self._open_beside(error)
                bad.close()
            assert self._ledger is not None
            return self._ledger

    def _open_beside(self, error: UnusableLedger) -> Ledger:
        if not self._is_replaced:
            raise LedgerUnavailable(error.explanation.code, **error.explanation.values) from error
        home, stem, suffix = self._place_beside()
        # Two services that find the same bad ledger must use the same new one.
        with FileLock(home / f".{stem}.replacing"):
            known = sorted(home.glob(f"{stem}-????????T??????Z{suffix}"), reverse=True)
            fresh = home / f"{stem}-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}{suffix}"
            path, ledger = self._first_usable([*known, fresh])
        self._problems.report(error.code, explain("ledger-replaced", error=error.explanation, path=str(path)))
        return ledger

    def _place_beside(self) -> tuple[Path, str, str]:
        try:
            url = make_url(self._url)
        except ArgumentError:
            return self._folder, "ledger", ".sqlite3"
        if not url.drivername.startswith("sqlite") or not url.database:
            return self._folder, "ledger", ".sqlite3"
        path = Path(url.database)
        home = path.parent if os.access(path.parent, os.W_OK) else self._folder
        return home, path.stem, path.suffix

    def _first_usable(self, paths: list[Path]) -> tuple[Path, Ledger]:
        *known, fresh = paths
        for path in known:
            try:
                return path, self._open_at(sqlite_url(path))
            except UnusableLedger:
                continue  # it is bad as well; the new one comes last
        return fresh, self._open_at(sqlite_url(fresh))

    def _open_at(self, url: str) -> Ledger:
        return Ledger.open(url, self._pricer, self._outbox)
