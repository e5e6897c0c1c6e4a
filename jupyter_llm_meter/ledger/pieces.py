"""Where sums over a range of time come from: the rollups that cover it, and calls at its edges.

Two kinds of rollups keep different columns apart; `family_of` finds those that keep all that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, Subquery, Table, and_, case, func, literal, select, text, union_all
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.schema import (
    LEVELS,
    LONG_SPANS,
    PLACE_COLUMNS,
    PLACE_LEVELS,
    SERIES_COLUMNS,
    SERIES_LEVELS,
    SUMS,
    calls,
    cell_rollups,
    places,
    rollups,
    series,
)

Piece = tuple[str | None, "int | None", "int | None"]
"""A level, or None for the calls themselves, with the first instant and the first after it."""


class Family(NamedTuple):
    """Rollups, and what they keep apart."""

    rollups: Table
    owners: Table
    owner_id: str
    columns: Sequence[str]
    levels: Sequence[str]


_OF_SERIES = Family(rollups, series, "series_id", SERIES_COLUMNS, SERIES_LEVELS)
_OF_PLACES = Family(cell_rollups, places, "place_id", PLACE_COLUMNS, PLACE_LEVELS)


def family_of(asked: set[str]) -> Family | None:
    """The rollups that keep the columns apart."""
    return next((each for each in (_OF_SERIES, _OF_PLACES) if asked <= set(each.columns)), None)


def cut(start: int | None, end: int | None, levels: Sequence[str]) -> Iterator[Piece]:
    """Cut a range into whole spans, the longest first, and what sticks out at either end."""
    if start is not None and end is not None and start >= end:
        return
    if not levels:
        yield None, start, end
        return
    level, *finer = levels
    span = LEVELS[level]
    if span is None:
        if start is None and end is None:
            yield level, None, None
        else:
            yield from cut(start, end, finer)
        return
    first = None if start is None else -(-start // span) * span
    last = None if end is None else end // span * span
    if first is not None and last is not None and first >= last:
        yield from cut(start, end, finer)
        return
    if start != first:
        yield from cut(start, first, finer)
    yield level, first, last
    if end != last:
        yield from cut(last, end, finer)


def named_group(named: Any, columns: Sequence[str], name: str) -> ColumnElement[Any]:
    if name == "notebook_path" and "cell_id" in columns:
        has_cell: ColumnElement[Any] = case((named.c.cell_id.is_not(None), named.c.notebook_path))
        return has_cell
    column: ColumnElement[Any] = named.c[name]
    return column


def source_of(
    family: Family | None, pieces: Sequence[Piece], steps: tuple[int, int] | None, is_named: bool
) -> tuple[Subquery, Any]:
    """Sums of the pieces with the number of their owner, and where the owner's columns are."""
    parts = [_piece(family, piece, steps, is_named) for piece in pieces or [(None, 0, 0)]]
    source = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("pieces")
    return source, source if family is None else family.owners


def _piece(family: Family | None, piece: Piece, steps: tuple[int, int] | None, is_named: bool) -> Select[Any]:
    level, start, end = piece
    if level is None or family is None:
        money = case((calls.c.priced_calls == 1, calls.c.cost_pico), else_=0)
        figures = [
            (money if name == "cost_pico" else func.coalesce(calls.c[name], 0)).label(name) for name in SUMS
        ]
        owner = [calls.c[name] for name in _CALL_COLUMNS] if family is None else [calls.c[family.owner_id]]
        moment: ColumnElement[Any] = calls.c.started_at
        condition = between(moment, start, end)
    else:
        table = family.rollups
        figures = [table.c[name].label(name) for name in SUMS]
        owner, moment = [table.c[family.owner_id]], table.c.start
        is_long = [text(LONG_SPANS)] if LEVEL_NUMBERS[level] >= LEVEL_NUMBERS["day"] else []
        condition = and_(table.c.level == LEVEL_NUMBERS[level], *is_long, between(moment, start, end))
    if steps is None:
        return select(*(owner if is_named else [literal(0).label("nobody")]), *figures).where(condition)
    step, moved = steps
    shifted = moment + moved
    # A remainder has the sign of the number: of times before 1970 too the step is the one below.
    begun = (shifted - ((shifted % step) + step) % step).label("step")
    return select(begun, *owner, *figures).where(condition)


_CALL_COLUMNS = tuple(dict.fromkeys((*SERIES_COLUMNS, "cell_id")))


def joined(query: Select[Any], family: Family | None, source: Subquery, is_named: bool) -> Select[Any]:
    if family is None or not is_named:
        return query.select_from(source)
    return query.select_from(source.join(family.owners, family.owners.c.id == source.c[family.owner_id]))


def between(moment: ColumnElement[Any], start: int | None, end: int | None) -> ColumnElement[bool]:
    bounds = [] if start is None else [moment >= start]
    if end is not None:
        bounds.append(moment < end)
    return and_(True, *bounds)
