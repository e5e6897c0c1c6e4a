"""The archive of one ledger: what the command line and the service do with it.

Whoever moves calls holds a lock on the archive's folder, so one process at a time does. On another machine
with the same PostgreSQL ledger the transactions keep each call in one place all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, update

from jupyter_llm_meter.ledger.archive.archiving import archive_some
from jupyter_llm_meter.ledger.archive.files import remove_unfinished
from jupyter_llm_meter.ledger.archive.months import (
    bounds_of,
    first_month_kept,
    months_before,
    old_months,
    trusted_now,
)
from jupyter_llm_meter.ledger.archive.parts import Part, all_parts
from jupyter_llm_meter.ledger.archive.restoring import read_calls, restore_part
from jupyter_llm_meter.ledger.engine import reading, writing
from jupyter_llm_meter.ledger.errors import ArchiveBusy, ArchiveDamaged, ArchiveError
from jupyter_llm_meter.ledger.rows import from_us, to_us
from jupyter_llm_meter.ledger.schema import archive_parts
from jupyter_llm_meter.runtime.locks import FileLock

HELD_BACK = timedelta(days=7)
"""So long a month that was put back is left alone by the service."""

_LOCK = ".lock"
_FILES = "*.jsonl.gz"
Told = Callable[[int], None]
"""Told the calls of each part."""


class Month(NamedTuple):
    """Calls of a month that can be archived."""

    name: str
    calls: int


class Verdict(NamedTuple):
    """What became of a file; `problem` is None where it is as it was written."""

    part: Part
    problem: str | None


class Archive:
    """The archive of one ledger.

    Args:
        engine: The ledger's database.
        folder: Where the files are; made when the first one is written.

    Attributes:
        folder: Where the files are.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who moves calls between the ledger and this folder.

        Raises:
            ArchiveBusy: Another process does.
            ArchiveError: The folder cannot be made.
        """
        lock = FileLock(self.folder / _LOCK)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_held = lock.acquire()
        except OSError as error:
            raise ArchiveError(f"the archive {self.folder} cannot be written: {error.strerror}") from error
        if not is_held:
            raise ArchiveBusy(
                f"another process is moving calls to or from {self.folder}; wait until it is done"
            )
        try:
            remove_unfinished(self.folder)
            yield
        finally:
            lock.release()

    def waiting(self, now: datetime, days: int, *, by_service: bool = False) -> list[Month]:
        """The months of which calls can be archived, oldest first.

        Args:
            now: The present.
            days: How old all calls of a month must be.
            by_service: Leave months alone that somebody has just put back.
        """
        with reading(self._engine) as connection:
            end = first_month_kept(connection, now, days)
            months = [] if end is None else [Month(*each) for each in old_months(connection, end)]
            parts = all_parts(connection) if by_service and months else []
        since = to_us(now - HELD_BACK)
        held = {part.month for part in parts if part.restored_at is not None and part.restored_at > since}
        return [month for month in months if month.name not in held]

    def archive_some(self, month: str, now: datetime) -> Part | None:
        """Move some calls of a month into a file, under the lock; see `archiving.archive_some`."""
        return archive_some(self._engine, self.folder, month, now)

    def parts(self) -> list[Part]:
        """All files that were ever written, by month."""
        with reading(self._engine) as connection:
            return all_parts(connection)

    def verify(self, told: Told = lambda _calls: None) -> list[Verdict]:
        """Read every file, and compare it with what the ledger noted."""
        verdicts = []
        for part in self.parts():
            if part.state != "archived":
                continue
            try:
                read_calls(self.folder, part)
                verdicts.append(Verdict(part, None))
            except ArchiveDamaged as error:
                verdicts.append(Verdict(part, str(error)))
            told(part.calls)
        return verdicts

    def unknown_files(self) -> list[str]:
        """The files in the folder that this ledger has no calls in."""
        known = {part.file for part in self.parts() if part.state == "archived"}
        return sorted(path.name for path in self.folder.glob(_FILES) if path.name not in known)

    def restore(self, month: str, now: datetime, told: Told = lambda _calls: None) -> list[Part]:
        """Put the calls of a month back, under the lock; returns the parts that were.

        Raises:
            ArchiveError: Nothing of the month is archived, or a file is missing, damaged or removed. Nothing
                was put back then.
        """
        bounds_of(month)
        parts = [part for part in self.parts() if part.month == month and part.state != "restored"]
        if not parts:
            raise ArchiveError(f"no calls of {month} are archived; see archive --list")
        removed = next((part for part in parts if part.removed_at is not None), None)
        if removed is not None:
            at = from_us(removed.removed_at or 0)
            raise ArchiveError(
                f"the calls of {month} were removed on {at:%Y-%m-%d}; only their totals are left"
            )
        for part in parts:
            read_calls(self.folder, part)
        for part in parts:
            restore_part(self._engine, self.folder, part, now)
            told(part.calls)
        return parts

    def retire(self, months: int, now: datetime) -> list[Part]:
        """Remove the files of calls that are older than so many months, under the lock; returns their parts.

        The ledger notes it first: a file that is left behind by a killed process is removed the next time.
        """
        with reading(self._engine) as connection:
            present = trusted_now(connection, now)
        if present is None:
            return []
        oldest = months_before(present, months)
        old = [part for part in self.parts() if part.month < oldest and part.state == "archived"]
        if old:
            with writing(self._engine) as connection:
                ids = archive_parts.c.id.in_([part.id for part in old])
                connection.execute(update(archive_parts).where(ids).values(removed_at=to_us(now)))
        self._remove_files()
        return old

    def _remove_files(self) -> None:
        parts = self.parts()
        used = {part.file for part in parts if part.state == "archived"}
        for part in parts:
            if part.state == "removed" and part.file not in used:
                with suppress(OSError):
                    (self.folder / part.file).unlink()
