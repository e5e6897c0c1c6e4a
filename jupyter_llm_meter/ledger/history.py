"""Sums over past calls, from rollups where a range covers whole spans of time and from calls at its edges.

Every figure that is not a counter comes from here: exact for any range, fast because few rows are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby
from operator import add
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, Subquery, Table, and_, case, func, literal, select, text, union_all
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.core.windows import local_time
from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.rows import QUARTER_US, from_us
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

Sums = tuple[int, ...]
Where = Sequence[tuple[str, str | None]]
Piece = tuple[str | None, "int | None", "int | None"]
"""A level, or None for the calls themselves, with the first instant and the first after it."""

_DAY_US = 86_400_000_000
_MICROSECOND = timedelta(microseconds=1)


class _Family(NamedTuple):
    """Rollups, and what they keep apart."""

    rollups: Table
    owners: Table
    owner_id: str
    columns: Sequence[str]
    levels: Sequence[str]


_OF_SERIES = _Family(rollups, series, "series_id", SERIES_COLUMNS, SERIES_LEVELS)
_OF_PLACES = _Family(cell_rollups, places, "place_id", PLACE_COLUMNS, PLACE_LEVELS)


class Largest(NamedTuple):
    """The groups with the most tokens, and the sums of all others."""

    groups: dict[tuple[Any, ...], Sums]
    rest: Sums


def sums_by(
    connection: Connection, column: str | None, start: int | None, end: int | None, where: Where = ()
) -> dict[Any, Sums]:
    """Sum up calls, grouped by a column or, with None, in one group None; see `sums_by_columns`."""
    columns = [] if column is None else [column]
    totals = sums_by_columns(connection, columns, start, end, where)
    return {group[0] if group else None: figures for group, figures in totals.items()}


def sums_by_columns(
    connection: Connection, columns: Sequence[str], start: int | None, end: int | None, where: Where = ()
) -> dict[tuple[Any, ...], Sums]:
    """Sum up calls, grouped by columns.

    Columns that no rollups keep apart cost a look at every call of the range.

    Args:
        connection: A transaction on the ledger.
        columns: Columns of `calls`; the notebook of a group without a cell is left out.
        start: First microsecond counted; None: from the first call.
        end: First microsecond not counted; None: to the last call.
        where: Columns of `calls` with the value they must have; None: that they have none.

    Returns:
        Values of the columns to figures in the order of ``SUMS``; None where a call has no value.
    """
    query, _groups = _grouped(columns, start, end, where)
    return _read(connection, query, len(columns))


def largest(
    connection: Connection,
    columns: Sequence[str],
    start: int | None,
    end: int | None,
    where: Where,
    limit: int,
) -> Largest:
    """The `limit` groups with the most tokens, see `sums_by_columns`; of equal ones that with more calls."""
    query, groups = _grouped(columns, start, end, where)
    sums_of = dict(zip(SUMS, list(query.selected_columns)[len(columns) :], strict=True))
    names = [func.coalesce(group, "") for group in groups]
    order: list[ColumnElement[Any]] = [sums_of["tokens"].desc(), sums_of["calls"].desc(), *names]
    found = _read(connection, query.order_by(*order).limit(limit), len(columns))
    whole = sums_by(connection, None, start, end, where).get(None, (0,) * len(SUMS))
    for figures in found.values():
        whole = tuple(mine - theirs for mine, theirs in zip(whole, figures, strict=True))
    return Largest(found, whole)


def sums_by_time(
    connection: Connection,
    unit: str,
    zone: ZoneInfo,
    columns: Sequence[str],
    start: int | None,
    end: int | None,
    where: Where = (),
) -> Iterator[tuple[datetime, tuple[Any, ...], Sums]]:
    """Sum up calls by local time and columns.

    Args:
        connection: A transaction on the ledger.
        unit: ``hour`` or ``day``.
        zone: Whose calendar counts.
        columns: See `sums_by_columns`.
        start: See `sums_by_columns`.
        end: See `sums_by_columns`.
        where: See `sums_by_columns`.

    Yields:
        A local time in the hour or day, the values of the columns, and figures; a time may come again.
    """
    asked = {*columns, *(name for name, _value in where)}
    family = _family(asked)
    for offset, first, last in _stretches(connection, zone, start, end):
        step = QUARTER_US if offset is None else _DAY_US if unit == "day" else _DAY_US // 24
        names = [] if family is None else family.levels
        levels = [name for name in names if _fits(LEVELS[name], step, offset or 0)]
        pieces = list(_cut(first, last, levels[::-1]))
        for group, figures in _by_step(connection, family, pieces, columns, where, (step, offset or 0)):
            yield _local(int(group[0]), offset, zone), group[1:], figures


def unpriced_tokens_by(
    connection: Connection, column: str, start: int, end: int | None, where: Where = ()
) -> dict[str | None, int]:
    """The tokens of calls with usage and without a price, grouped by a column.

    Args:
        connection: A transaction on the ledger.
        column: The column of `calls`.
        start: First microsecond counted.
        end: First microsecond not counted; None: to the last call.
        where: See `sums_by_columns`.
    """
    query = (
        select(calls.c[column], func.sum(calls.c.tokens))
        .where(calls.c.unpriced_calls == 1, _between(calls.c.started_at, start, end))
        .where(*(calls.c[name] == value for name, value in where))
        .group_by(calls.c[column])
    )
    return {subject: int(tokens) for subject, tokens in connection.execute(query)}


def added(known: Sums | None, figures: Sums) -> Sums:
    """Figures and those that are known already."""
    return figures if known is None else tuple(map(add, known, figures))


def _family(asked: set[str]) -> _Family | None:
    """The rollups that keep the columns apart."""
    return next((each for each in (_OF_SERIES, _OF_PLACES) if asked <= set(each.columns)), None)


def _cut(start: int | None, end: int | None, levels: Sequence[str]) -> Iterator[Piece]:
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
            yield from _cut(start, end, finer)
        return
    first = None if start is None else -(-start // span) * span
    last = None if end is None else end // span * span
    if first is not None and last is not None and first >= last:
        yield from _cut(start, end, finer)
        return
    if start != first:
        yield from _cut(start, first, finer)
    yield level, first, last
    if end != last:
        yield from _cut(last, end, finer)


def _grouped(
    columns: Sequence[str], start: int | None, end: int | None, where: Where
) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """The query of sums by columns, and the columns."""
    family = _family({*columns, *(name for name, _value in where)})
    pieces = list(_cut(start, end, [] if family is None else family.levels[::-1]))
    source, named = _source(family, pieces, None, bool(columns or where))
    groups = [_named_group(named, columns, name) for name in columns]
    query = select(*groups, *(func.sum(source.c[name]).label(f"sum_{name}") for name in SUMS))
    query = _joined(query, family, source, bool(columns or where))
    query = query.where(*(named.c[name] == value for name, value in where)).group_by(*groups)
    return (query.having(func.sum(source.c.calls) != 0) if columns else query), groups


def _named_group(named: Any, columns: Sequence[str], name: str) -> ColumnElement[Any]:
    if name == "notebook_path" and "cell_id" in columns:
        has_cell: ColumnElement[Any] = case((named.c.cell_id.is_not(None), named.c.notebook_path))
        return has_cell
    column: ColumnElement[Any] = named.c[name]
    return column


def _by_step(
    connection: Connection,
    family: _Family | None,
    pieces: Sequence[Piece],
    columns: Sequence[str],
    where: Where,
    steps: tuple[int, int],
) -> Iterator[tuple[tuple[Any, ...], Sums]]:
    """Sums by columns and by time in steps; times are moved by the zone's offset first."""
    if not pieces:
        return
    is_named = bool(columns or where)
    source, named = _source(family, pieces, steps, is_named)
    groups = [source.c.step, *(_named_group(named, columns, name) for name in columns)]
    query = select(*groups, *(func.sum(source.c[name]) for name in SUMS)).group_by(*groups)
    query = _joined(query, family, source, is_named)
    query = query.where(*(named.c[name] == value for name, value in where)).order_by(source.c.step)
    yield from _read(connection, query, len(groups)).items()


def _source(
    family: _Family | None, pieces: Sequence[Piece], steps: tuple[int, int] | None, is_named: bool
) -> tuple[Subquery, Any]:
    """Sums of the pieces with the number of their owner, and where the owner's columns are."""
    parts = [_piece(family, piece, steps, is_named) for piece in pieces or [(None, 0, 0)]]
    source = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("pieces")
    return source, source if family is None else family.owners


def _piece(
    family: _Family | None, piece: Piece, steps: tuple[int, int] | None, is_named: bool
) -> Select[Any]:
    level, start, end = piece
    if level is None or family is None:
        money = case((calls.c.priced_calls == 1, calls.c.cost_pico), else_=0)
        figures = [
            (money if name == "cost_pico" else func.coalesce(calls.c[name], 0)).label(name) for name in SUMS
        ]
        owner = [calls.c[name] for name in _CALL_COLUMNS] if family is None else [calls.c[family.owner_id]]
        moment: ColumnElement[Any] = calls.c.started_at
        condition = _between(moment, start, end)
    else:
        table = family.rollups
        figures = [table.c[name].label(name) for name in SUMS]
        owner, moment = [table.c[family.owner_id]], table.c.start
        is_long = [text(LONG_SPANS)] if LEVEL_NUMBERS[level] >= LEVEL_NUMBERS["day"] else []
        condition = and_(table.c.level == LEVEL_NUMBERS[level], *is_long, _between(moment, start, end))
    if steps is None:
        return select(*(owner if is_named else [literal(0).label("nobody")]), *figures).where(condition)
    step, moved = steps
    shifted = moment + moved
    # A remainder has the sign of the number: of times before 1970 too the step is the one below.
    begun = (shifted - ((shifted % step) + step) % step).label("step")
    return select(begun, *owner, *figures).where(condition)


_CALL_COLUMNS = tuple(dict.fromkeys((*SERIES_COLUMNS, "cell_id")))


def _joined(query: Select[Any], family: _Family | None, source: Subquery, is_named: bool) -> Select[Any]:
    if family is None or not is_named:
        return query.select_from(source)
    return query.select_from(source.join(family.owners, family.owners.c.id == source.c[family.owner_id]))


def _read(connection: Connection, query: Select[Any], columns: int) -> dict[tuple[Any, ...], Sums]:
    return {
        tuple(row[:columns]): tuple(map(int, row[columns:]))
        for row in connection.execute(query)
        if row[columns]
    }


def _stretches(
    connection: Connection, zone: ZoneInfo, start: int | None, end: int | None
) -> Iterator[tuple[int | None, int, int]]:
    """Cut a range where the zone's offset changes, in microseconds; None for a day in which it changes.

    Only days with calls are looked at: what lies between two of them has none.
    """
    day = rollups.c.start
    in_range = _between(day, None if start is None else start - start % _DAY_US, end)
    query = select(day).where(rollups.c.level == LEVEL_NUMBERS["day"], in_range).distinct().order_by(day)
    days = [(_offset_on(number, zone), number) for number in connection.scalars(query)]
    for offset, group in groupby(days, lambda each: each[0]):
        numbers = [number for _offset, number in group]
        first, last = numbers[0], numbers[-1] + _DAY_US
        yield (
            offset,
            first if start is None else max(first, start),
            last if end is None else min(last, end),
        )


def _offset_on(day: int, zone: ZoneInfo) -> int | None:
    """The zone's offset on a day of UTC; None where it changes."""
    offsets = {local_time(from_us(at), zone).utcoffset() for at in (day, day + _DAY_US - 1)}
    offset = offsets.pop()
    if offsets or offset is None:
        return None
    return offset // _MICROSECOND


def _fits(span: int | None, step: int, offset: int) -> bool:
    """Whether spans of a level never reach over the end of a local hour or day."""
    return span is not None and step % span == 0 and offset % span == 0


def _local(at: int, offset: int | None, zone: ZoneInfo) -> datetime:
    if offset is None:
        return local_time(from_us(at), zone)
    try:
        return from_us(at).replace(tzinfo=timezone(timedelta(microseconds=offset)))
    except OverflowError:
        return from_us(at - offset)


def _between(moment: ColumnElement[Any], start: int | None, end: int | None) -> ColumnElement[bool]:
    bounds = [] if start is None else [moment >= start]
    if end is not None:
        bounds.append(moment < end)
    return and_(True, *bounds)
