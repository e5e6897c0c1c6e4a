"""Questions about calls of which some are archived: their files are read into a table that only they see.

The table, and a view in the place of `calls`, belong to one connection and end with it. So the questions are
the same ones, and their answers are as if no call had left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from jupyter_llm_meter.ledger.archive.files import COLUMNS
from jupyter_llm_meter.ledger.archive.parts import Part, parts_in
from jupyter_llm_meter.ledger.archive.restoring import read_calls, stored_calls
from jupyter_llm_meter.ledger.engine import make_engine, reading
from jupyter_llm_meter.ledger.errors import ArchiveError
from jupyter_llm_meter.ledger.filters import Filter
from jupyter_llm_meter.ledger.schema import view_of_calls
from jupyter_llm_meter.ledger.sql import Sql, Values

_TABLE = "all_rows"
_STARTED_AT = COLUMNS.index("started_at")
_INSERT = Sql(f"INSERT INTO {_TABLE} ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})")
_LAST = 2**63 - 1
_COPY = Sql(f"INSERT INTO {_TABLE} SELECT * FROM call_rows WHERE started_at >= ? AND started_at < ?")

Progress = Callable[[int, int], None]
"""Told the calls that are read, and those of the whole."""


@contextmanager
def with_archived(engine: Engine, folder: Path, which: Filter, progress: Progress) -> Iterator[Engine]:
    """A database like the ledger's, in which `calls` has the archived calls of a range, too.

    Args:
        engine: The ledger's database.
        folder: The archive.
        which: Its range is read.
        progress: Is told how far it is.

    Raises:
        ArchiveError: A file of the range is missing, damaged or removed.
        LedgerUnavailable: The ledger cannot be read.
    """
    start, end = which.bounds
    own = make_engine(engine.url, is_single=True)
    try:
        with reading(own) as connection:
            if connection.dialect.name == "postgresql":
                # A part that leaves the ledger meanwhile would be read twice, or not at all.
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            parts = parts_in(connection, start, end)
            _refuse_removed(parts)
            _make_view(connection, start, end)
            done, whole = 0, sum(part.calls for part in parts)
            for part in parts:
                calls = [call for call in read_calls(folder, part) if _is_within(call, start, end)]
                for call in stored_calls(connection, calls):
                    _INSERT.run(connection, *call)
                done += part.calls
                progress(done, whole)
        yield own
    finally:
        own.dispose()


def _make_view(connection: Connection, start: int | None, end: int | None) -> None:
    """Let `calls` be the view of a table that has the calls of a range which are in the ledger."""
    connection.execute(text(f"CREATE TEMP TABLE {_TABLE} AS SELECT * FROM call_rows WHERE 1 = 0"))
    place = "temp." if connection.dialect.name == "sqlite" else ""
    connection.execute(text(f"CREATE INDEX {place}all_by_time ON {_TABLE} (started_at)"))
    _COPY.run(connection, -_LAST if start is None else start, _LAST if end is None else end)
    connection.execute(text(view_of_calls(connection.dialect.name, _TABLE, "TEMP VIEW")))


def _refuse_removed(parts: Sequence[Part]) -> None:
    removed = sorted({part.month for part in parts if part.removed_at is not None})
    if removed:
        raise ArchiveError(
            f"the calls of {', '.join(removed)} were removed for their age, so they cannot be shown one by "
            "one; their totals are still there: ask for another range, or without the archive"
        )


def _is_within(call: Values, start: int | None, end: int | None) -> bool:
    at = call[_STARTED_AT]
    return (start is None or at >= start) and (end is None or at < end)
