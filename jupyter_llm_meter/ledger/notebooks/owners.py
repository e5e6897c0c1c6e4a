"""Moves the series and places of notebooks: the rows by which calls and sums know their notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, delete, select, text, update

from jupyter_llm_meter.ledger.archive.owners import join_archived
from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.counters import upsert_sums
from jupyter_llm_meter.ledger.rows import Row
from jupyter_llm_meter.ledger.schema import (
    LEVELS,
    LONG_SPANS,
    PLACE_COLUMNS,
    SERIES_COLUMNS,
    SUMS,
    call_rows,
    cell_rollups,
    places,
    rollups,
    series,
)
from jupyter_llm_meter.ledger.shared_rows import digest_of

_VALUES_PER_QUERY = 500

Paths = Mapping[str, str]
"""Old paths of notebooks and their new ones."""


class Owners(NamedTuple):
    """Rows that calls refer to and that name their notebook, with their sums."""

    table: Table
    columns: Sequence[str]
    column: str
    rollups: Table


# Series come first: the calls of a place are found by their series.
OWNERS = (
    Owners(series, SERIES_COLUMNS, "series_id", rollups),
    Owners(places, PLACE_COLUMNS, "place_id", cell_rollups),
)


def move_owners(connection: Connection, owners: Owners, user_id: str, paths: Paths) -> None:
    """Rename the series or places of the notebooks, and join those that the new path has already."""
    table = owners.table
    rows = [
        {**row, "notebook_path": paths[row["notebook_path"]]}
        for part in parts(list(paths))
        for row in _rows(connection, table, part, user_id)
    ]
    digests = {digest_of([row[name] for name in owners.columns]): row for row in rows}
    taken = {
        digest: number
        for part in parts(list(digests))
        for digest, number in connection.execute(
            select(table.c.digest, table.c.id).where(table.c.digest.in_(part))
        )
    }
    renamed = [
        {"moved_id": row["id"], "new_digest": digest, "new_path": row["notebook_path"]}
        for digest, row in digests.items()
        if digest not in taken
    ]
    if renamed:
        statement = (
            update(table)
            .where(table.c.id == bindparam("moved_id"))
            .values(digest=bindparam("new_digest"), notebook_path=bindparam("new_path"))
        )
        connection.execute(statement, renamed)
    for digest, number in taken.items():
        _join(connection, owners, digests[digest]["id"], number)


def _rows(connection: Connection, table: Table, paths: Sequence[str], user_id: str) -> list[Row]:
    query = select(table).where(table.c.notebook_path.in_(paths), table.c.user_id == user_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def _join(connection: Connection, owners: Owners, old_id: int, kept_id: int) -> None:
    """Give the calls and sums of one series or place to another one."""
    name, sums = owners.column, owners.rollups
    long_spans = (sums.c[name] == old_id, text(LONG_SPANS))
    days = select(sums.c.start).where(*long_spans, sums.c.level == LEVEL_NUMBERS["day"])
    conditions: list[tuple[Any, ...]] = [long_spans]
    for day in connection.scalars(days).all():
        is_in_day = (sums.c.start >= day, sums.c.start < day + (LEVELS["day"] or 0))
        is_short = sums.c.level.in_([LEVEL_NUMBERS["quarter"], LEVEL_NUMBERS["hour"]])
        conditions.append((sums.c[name] == old_id, is_short, *is_in_day))
    for condition in conditions:
        rows = connection.execute(select(sums).where(*condition)).mappings()
        joined = [{**row, name: kept_id} for row in rows]
        if joined:
            upsert_sums(connection, sums, SUMS, joined)
    for condition in conditions:
        connection.execute(delete(sums).where(*condition))
    column = call_rows.c[name]
    moved_calls = update(call_rows).where(column == old_id)
    if owners.table is places:
        # Calls are found by their series.
        of_notebook = select(series.c.id).where(series.c.notebook_path == _path_of(connection, kept_id))
        moved_calls = moved_calls.where(call_rows.c.series_id.in_(of_notebook))
    connection.execute(moved_calls.values({name: kept_id}))
    join_archived(connection, owners.table, old_id, kept_id)
    connection.execute(delete(owners.table).where(owners.table.c.id == old_id))


def _path_of(connection: Connection, place_id: int) -> str | None:
    return connection.scalar(select(places.c.notebook_path).where(places.c.id == place_id))


def parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Values in parts that one statement can take."""
    for first in range(0, len(values), _VALUES_PER_QUERY):
        yield list(values[first : first + _VALUES_PER_QUERY])
