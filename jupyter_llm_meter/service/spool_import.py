"""Imports the spools of processes into the ledger (docs/reference/protocol.md, "The spool").

A file is removed only when no process locks it, after its records are committed. The lock is held meanwhile,
so that two services never import one dead spool at the same time; the ledger counts each call once in any
case.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.runtime.locks import FileLock
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.lines import SpoolLines, read_lines
from llm_meter_tap.wire.record import CallRecord

FILES_PROBLEM = "spool-unreadable"
LINES_PROBLEM = "spool-lines"
MOST_NAMED = 5

REJECTED = "rejected"
"""Folder beside the spools for those with lines that cannot be read."""

Settle = Callable[[Sequence[CallRecord], Sequence[str]], Awaitable[object]]


class SpoolImport:
    """Imports the spools of one private folder.

    Args:
        folder: The private folder.
        settle: Commits records to the ledger, each call once however often it is given, and releases the
            reservations of calls that were never sent.
        problems: Takes the problems of files and of lines that cannot be read: by number, never by content.
        end_holder: Takes back what a dead process holds of hard limits, by the name of its spool.
    """

    def __init__(
        self,
        folder: Path,
        settle: Settle,
        problems: Problems,
        end_holder: Callable[[str], Awaitable[object]],
    ) -> None:
        self._spools = folder / "spool"
        self._settle = settle
        self._end_holder = end_holder
        self._problems = problems
        self._one_at_a_time = asyncio.Lock()

    async def run(self, *, with_living: bool) -> None:
        """Import every spool.

        Args:
            with_living: Import the settled calls of living processes too, not only the spools of dead ones.

        Raises:
            LedgerUnavailable: From ``settle``; the files stay as they are.
        """
        async with self._one_at_a_time:
            unreadable = []
            for path in sorted(self._spools.glob("*.jsonl")):
                # A name with a dot in front is a spool that its process has not locked yet.
                if not path.name.startswith("."):
                    try:
                        await self._import_file(path, with_living=with_living)
                    except OSError as error:
                        unreadable.append(f"{path} ({error.strerror or error})")
            self._report_unreadable(unreadable)

    async def _import_file(self, path: Path, *, with_living: bool) -> None:
        lock = FileLock(path)
        is_dead = lock.acquire()
        try:
            if is_dead:
                await self._import_dead(path)
            elif with_living:
                lines = await _read(path)
                await self._settle(_settled_records(lines), lines.dropped())
        finally:
            lock.release()

    async def _import_dead(self, path: Path) -> None:
        lines = await _read(path)
        aborted = [_aborted(record) for record in lines.left_open()]
        await self._settle([*_settled_records(lines), *aborted], lines.dropped())
        await self._end_holder(path.name)
        if lines.errors:
            self._set_aside(path, lines)
        else:
            path.unlink(missing_ok=True)

    def _set_aside(self, path: Path, lines: SpoolLines) -> None:
        folder = self._spools / REJECTED
        folder.mkdir(mode=0o700, exist_ok=True)
        os.replace(path, folder / path.name)
        errors = "; ".join(lines.errors[:MOST_NAMED])
        self._problems.report(
            LINES_PROBLEM, explain("spool-lines", path=str(folder / path.name), errors=errors)
        )

    def _report_unreadable(self, files: Sequence[str]) -> None:
        if files:
            named = ", ".join(files[:MOST_NAMED])
            self._problems.report(FILES_PROBLEM, explain("spool-unreadable", files=named))
        else:
            self._problems.resolve(FILES_PROBLEM)


async def _read(path: Path) -> SpoolLines:
    return await asyncio.to_thread(lambda: read_lines(path.read_bytes(), tolerate_torn=True))


def _settled_records(lines: SpoolLines) -> list[CallRecord]:
    return [line.record for line in lines.settled() if line.record is not None]


def _aborted(record: CallRecord) -> CallRecord:
    return replace(record, status="aborted", basis="missing")
