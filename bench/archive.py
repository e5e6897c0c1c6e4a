"""What an archive takes and saves: ``python bench/archive.py [CALLS]``, 200,000 by default.

Fills a ledger in a temporary folder, archives what is older than 90 days, and prints bytes a call, times, the
longest time for which a part held the ledger, and whether the totals of ledger and archive equal a plain scan
over all calls, before, between and after.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ledger_filler import NOW, fill
from sqlalchemy import Connection, Engine

from jupyter_llm_meter.ledger import Filter, Ledger, compact
from jupyter_llm_meter.ledger.answers import Answers
from jupyter_llm_meter.ledger.archive import archiving
from jupyter_llm_meter.ledger.engine import writing

DAYS = 90
SCANNED = (
    "count(*), sum(input_tokens), sum(output_tokens), sum(CASE WHEN priced_calls = 1 THEN cost_pico END)"
)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that some work took, and what it gave."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def scan(path: Path) -> tuple[int, ...]:
    """Calls, tokens and picodollars of the calls in the ledger, added up one by one."""
    with closing(sqlite3.connect(path)) as connection:
        found: tuple[int, ...] = connection.execute(f"SELECT {SCANNED} FROM calls").fetchone()
    return found


def scan_of(answers: Answers) -> tuple[int, ...]:
    """The same of all calls, archived ones too."""
    totals = [0, 0, 0, 0]
    for record in answers.records():
        cost = record.cost_amount or 0
        figures = (1, record.input_tokens or 0, record.output_tokens or 0, int(cost * 10**12))
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
    return tuple(totals)


def totals(ledger: Ledger) -> list[Any]:
    """What the sums say, by several groups."""
    return [ledger.usage(group) for group in ("none", "model", "notebook", "cell", "day")]


@contextmanager
def watched(held: list[float]) -> Iterator[None]:
    """Note for how long each part holds the ledger."""

    @contextmanager
    def measured(engine: Engine) -> Iterator[Connection]:
        with writing(engine) as connection:
            started = time.perf_counter()
            yield connection
        held.append(time.perf_counter() - started)

    archiving.writing = measured  # type: ignore[assignment]
    try:
        yield
    finally:
        archiving.writing = writing


def main(count: int) -> None:
    """Fill, archive, ask, restore."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        fill(path, count)
        full, plain = path.stat().st_size, scan(path)
        print(f"ledger of {count:,} calls: {full / count:,.0f} bytes a call")
        with Ledger.open(f"sqlite:///{path}") as ledger:
            measure(ledger, path, plain, full, count)


def measure(ledger: Ledger, path: Path, plain: tuple[int, ...], full: int, count: int) -> None:
    """Print what the archive of one ledger takes."""
    before, held = totals(ledger), []  # type: tuple[list[Any], list[float]]
    with watched(held):
        took, parts = timed(lambda: archive(ledger))
    calls, size = sum(part.calls for part in parts), sum(part.bytes for part in parts)
    print(f"archived {calls:,} calls in {len(parts)} files: {took:.1f} s, {calls / took:,.0f} calls/s")
    print(f"a part holds the ledger for at most {max(held) * 1e3:,.0f} ms")
    compact(f"sqlite:///{path}")
    print(
        f"archived: {size / calls:,.1f} bytes a call in files; ledger before and after: {full:,} and "
        f"{path.stat().st_size:,} bytes, {(full - path.stat().st_size) / calls:,.1f} less a call"
    )
    with closing(sqlite3.connect(path)) as connection:
        (marks,) = connection.execute("SELECT sum(length(marks)) FROM archive_marks").fetchone()
    print(f"marks by which late reports are known: {marks / calls:.1f} bytes a call in the ledger")
    print(f"totals as before: {totals(ledger) == before}")
    took, verdicts = timed(ledger.archive.verify)
    print(f"verify: {took:.1f} s, {sum(each.problem is None for each in verdicts)} of {len(verdicts)} files")
    with ledger.with_archived(Filter()) as everyone:
        print(f"ledger and archive equal a plain scan: {scan_of(everyone) == plain}")
    months = sorted({part.month for part in parts})
    took, _ = timed(lambda: [ledger.archive.restore(month, NOW) for month in months])
    print(f"restore: {took:.1f} s, {calls / took:,.0f} calls/s")
    print(f"restored: totals as before {totals(ledger) == before}, equal to the scan {scan(path) == plain}")
    assert count == plain[0]


def archive(ledger: Ledger) -> list[Any]:
    """Archive all that is older than `DAYS`; returns the parts."""
    parts = []
    with ledger.archive.locked():
        for month in ledger.archive.waiting(NOW, DAYS):
            while part := ledger.archive.archive_some(month.name, NOW):
                parts.append(part)
    return parts


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
