"""Writes the rows of calls, and adds them to the sums of their series and places."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, itemgetter

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.rows import Row, own_values, span_start, stored_id, sums
from jupyter_llm_meter.ledger.schema import (
    KIND_COLUMNS,
    LEVELS,
    OWN_COLUMNS,
    PLACE_COLUMNS,
    PLACE_LEVELS,
    SERIES_COLUMNS,
    SERIES_LEVELS,
    SUMS,
    call_rows,
    cell_rollups,
    rollups,
)
from jupyter_llm_meter.ledger.shared_rows import KINDS, PLACES, SERIES, SHAPES
from jupyter_llm_meter.ledger.sql import Insert, Inserts, Values

_SERIES, _KIND, _PLACE = itemgetter(*SERIES_COLUMNS), itemgetter(*KIND_COLUMNS), itemgetter(*PLACE_COLUMNS)
_INSERT = Insert(call_rows, ("call_id", "series_id", "kind_id", "place_id", "shape_id", *OWN_COLUMNS[1:]))
_SUMMED = ", ".join(f"{name} = {{0}}.{name} + excluded.{name}" for name in SUMS)
_ADD_TO_SERIES = Insert(
    rollups,
    ("level", "start", "series_id", *SUMS),
    f"ON CONFLICT (level, start, series_id) DO UPDATE SET {_SUMMED.format('rollups')}",
)
_ADD_TO_PLACES = Insert(
    cell_rollups,
    ("level", "start", "place_id", *SUMS),
    f"ON CONFLICT (level, start, place_id) DO UPDATE SET {_SUMMED.format('cell_rollups')}",
)
LEVEL_NUMBERS = {name: number for number, name in enumerate(LEVELS)}


def write_calls(connection: Connection, rows: Sequence[Row], inserts: Inserts) -> None:
    """Write new rows, with other inserts of the transaction."""
    series = SERIES.ids(connection, {_SERIES(row) for row in rows})
    kinds = KINDS.ids(connection, {_KIND(row) for row in rows})
    places = PLACES.ids(connection, {_PLACE(row) for row in rows})
    named = {(row["usage_shape"],) for row in rows if row["usage_shape"] is not None}
    shapes = SHAPES.ids(connection, named) if named else {}
    inserts.add(
        _INSERT,
        [
            (
                stored_id(connection, row["call_id"]),
                series[_SERIES(row)],
                kinds[_KIND(row)],
                places[_PLACE(row)],
                shapes.get((row["usage_shape"],)),
                *own_values(row),
            )
            for row in rows
        ],
    )


def add_to_rollups(connection: Connection, changes: Sequence[tuple[Row, int]], inserts: Inserts) -> None:
    """Add calls, or sums of calls, to the sums of every level.

    Args:
        connection: The transaction that also writes the calls.
        changes: Rows, each with 1 to add it or -1 to take it back.
        inserts: What else the transaction inserts.
    """
    figures = [tuple(sign * figure for figure in sums(row)) for row, sign in changes]
    add_figures(connection, [row for row, _sign in changes], figures, inserts)


def add_figures(
    connection: Connection, changed: Sequence[Row], figures: Sequence[Values], inserts: Inserts
) -> None:
    """Add figures to the sums of every level in which calls are.

    Args:
        connection: The transaction that also writes the calls.
        changed: Rows of calls, or of sums of calls.
        figures: For each of them what is added to each of `SUMS`; less than 0 is taken back.
        inserts: What else the transaction inserts.
    """
    if not changed:
        return
    rows = [{"cell_id": None, **row} for row in changed]
    of_series, of_places = list(map(_SERIES, rows)), list(map(_PLACE, rows))
    times = [row["started_at"] for row in rows]
    for shared, keys, levels, insert in (
        (SERIES, of_series, SERIES_LEVELS, _ADD_TO_SERIES),
        (PLACES, of_places, PLACE_LEVELS, _ADD_TO_PLACES),
    ):
        ids = shared.ids(connection, set(keys))
        inserts.add(insert, _added([ids[key] for key in keys], times, figures, levels))


def _added(
    owners: Sequence[int], times: Sequence[int], figures: Sequence[Values], levels: Sequence[str]
) -> list[Values]:
    """Rows of rollups, in the order in which all transactions lock them."""
    finest: dict[tuple[int, int], list[int]] = {}
    for owner, at, mine in zip(owners, times, figures, strict=True):
        _add(finest, (span_start(at, levels[0]), owner), mine)
    rows: list[Values] = []
    for level in levels:
        of_level: dict[tuple[int, int], list[int]] = {}
        for (start, owner), known in finest.items():
            _add(of_level, (span_start(start, level), owner), known)
        rows += [(LEVEL_NUMBERS[level], *key, *mine) for key, mine in sorted(of_level.items())]
    return rows


def _add(sums_of: dict[tuple[int, int], list[int]], key: tuple[int, int], figures: Sequence[int]) -> None:
    known = sums_of.get(key)
    sums_of[key] = list(figures) if known is None else list(map(add, known, figures))
