"""Calls leave the ledger: some of a month into a file, then out of the tables, in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from jupyter_llm_meter.ledger.archive.files import COLUMNS, PartFile, write_part
from jupyter_llm_meter.ledger.archive.marks import marks_of
from jupyter_llm_meter.ledger.archive.months import bounds_of
from jupyter_llm_meter.ledger.archive.parts import Part, remove_unused
from jupyter_llm_meter.ledger.engine import reading, writing
from jupyter_llm_meter.ledger.errors import ArchiveError
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.rows import QUARTER_US, to_us
from jupyter_llm_meter.ledger.schema import (
    KIND_COLUMNS,
    PLACE_COLUMNS,
    SERIES_COLUMNS,
    archive_marks,
    archive_parts,
    archive_unpriced,
    kinds,
    meta,
    places,
    series,
    shapes,
)
from jupyter_llm_meter.ledger.sql import Sql, Values

MOST_CALLS = 5_000
"""Calls of one part: others wait for the ledger while a part leaves it."""

ATTEMPTS = 3
_AT_ONCE = 500
_ROW = f"id, {', '.join(COLUMNS)}"
_FIRST = Sql(
    f"SELECT {_ROW} FROM call_rows WHERE started_at >= ? AND started_at < ? ORDER BY started_at, id LIMIT ?"
)
_AGAIN = Sql(f"SELECT {_ROW} FROM call_rows WHERE started_at >= ? AND started_at <= ?")
_DELETE = Sql("DELETE FROM call_rows WHERE id IN (?*)")
_POSITION = {name: number for number, name in enumerate(COLUMNS)}
_SHARED = (
    ("series_id", series, SERIES_COLUMNS),
    ("kind_id", kinds, KIND_COLUMNS),
    ("place_id", places, PLACE_COLUMNS),
    ("shape_id", shapes, ("shape",)),
)

Shared = dict[str, dict[int, dict[str, Any]]]


def archive_some(engine: Engine, folder: Path, month: str, now: datetime) -> Part | None:
    """Move the first calls of a month into a file.

    Args:
        engine: The ledger's database.
        folder: The archive.
        month: A month of UTC, such as ``2026-03``.
        now: Is noted as the time at which they left.

    Returns:
        The file as the ledger knows it; None where the ledger has no calls of the month.

    Raises:
        ArchiveError: The file cannot be written, or the calls change all the time; the ledger is as it was.
        LedgerUnavailable: The calls are still in the ledger, or in the file that it knows.
    """
    start, end = bounds_of(month)
    for _attempt in range(ATTEMPTS):
        with reading(engine) as connection:
            rows = [_plain(row) for row in _FIRST.all(connection, start, end, MOST_CALLS)]
            if not rows:
                return None
            ledger_id = connection.scalar(select(meta.c.value).where(meta.c.key == "ledger_id"))
            shared = _shared(connection, rows)
        if shared is None:
            continue
        file = write_part(
            folder, {"ledger": ledger_id, "month": month, "calls": len(rows)}, _lines(rows, shared)
        )
        part = _give_up(engine, rows, shared, file, month, now)
        if part is not None:
            return part
        remove_unused(engine, folder, file.name)
    raise ArchiveError(
        f"calls of {month} changed while they were archived; they stay in the ledger: try again later"
    )


def _plain(row: Values) -> Values:
    """A row with its id as text."""
    call_id = row[1]
    return (row[0], call_id.hex() if isinstance(call_id, bytes) else call_id, *row[2:])


def _shared(connection: Connection, rows: Sequence[Values]) -> Shared | None:
    """By the column, the rows that calls refer to; None where one of them is gone meanwhile."""
    found: Shared = {}
    for column, table, names in _SHARED:
        wanted = sorted({row[1 + _POSITION[column]] for row in rows} - {None})
        mine: dict[int, dict[str, Any]] = {}
        for first in range(0, len(wanted), _AT_ONCE):
            query = select(table.c.id, *(table.c[name] for name in names))
            query = query.where(table.c.id.in_(wanted[first : first + _AT_ONCE]))
            mine.update((row["id"], dict(row)) for row in connection.execute(query).mappings())
        if len(mine) != len(wanted):
            return None
        found[column] = mine
    return found


def _lines(rows: Sequence[Values], shared: Shared) -> list[Any]:
    """The lines of a file: a row that calls share stands before the first of them."""
    lines: list[Any] = []
    told: set[tuple[str, int]] = set()
    for _id, *call in rows:
        for column, known in shared.items():
            number = call[_POSITION[column]]
            if number is not None and (column, number) not in told:
                told.add((column, number))
                lines.append(
                    {column: number, **{name: each for name, each in known[number].items() if name != "id"}}
                )
        lines.append(call)
    return lines


def _give_up(
    engine: Engine, rows: Sequence[Values], shared: Shared, file: PartFile, month: str, now: datetime
) -> Part | None:
    """Take calls out of the ledger and note their file; None, and nothing changes, where one changed."""
    calls = [_named(row, shared) for row in rows]
    marks, unpriced = marks_of(calls), _unpriced(calls)
    first, last = calls[0]["started_at"], calls[-1]["started_at"]
    metered = (call["started_at"] for call in calls if call["source"] != "import")
    values: dict[str, Any] = {
        **{"month": month, "file": file.name, "sha256": file.sha256, "bytes": file.size, "calls": len(rows)},
        **{
            "first_at": first,
            "last_at": last,
            "metered_from": next(metered, None),
            "archived_at": to_us(now),
        },
    }
    with writing(engine) as connection:
        now_there = {row[0]: row for row in map(_plain, _AGAIN.all(connection, first, last))}
        if any(now_there.get(row[0]) != row for row in rows):
            return None
        recall_of(connection).change(connection)
        for start in range(0, len(rows), _AT_ONCE):
            _DELETE.run(connection, [row[0] for row in rows[start : start + _AT_ONCE]])
        part_id = connection.scalar(insert(archive_parts).values(values).returning(archive_parts.c.id))
        connection.execute(insert(archive_marks).values(part_id=part_id, marks=marks))
        if unpriced:
            connection.execute(insert(archive_unpriced), [{"part_id": part_id, **row} for row in unpriced])
    return Part(id=int(part_id or 0), restored_at=None, removed_at=None, **values)


def _named(row: Values, shared: Shared) -> dict[str, Any]:
    """A call's own values with those of its series and kind."""
    call = dict(zip(COLUMNS, row[1:], strict=True))
    return {**shared["kind_id"][call["kind_id"]], **shared["series_id"][call["series_id"]], **call}


def _unpriced(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    tokens: dict[tuple[int, int], int] = {}
    for call in calls:
        if call["unpriced_calls"]:
            key = call["series_id"], call["started_at"] - call["started_at"] % QUARTER_US
            tokens[key] = tokens.get(key, 0) + (call["input_tokens"] or 0) + (call["output_tokens"] or 0)
    return [{"series_id": key[0], "start": key[1], "tokens": each} for key, each in sorted(tokens.items())]
