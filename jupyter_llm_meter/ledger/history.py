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

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.core.windows import local_time
from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.pieces import (
    Family,
    Piece,
    between,
    cut,
    family_of,
    joined,
    named_group,
    source_of,
)
from jupyter_llm_meter.ledger.rows import QUARTER_US, from_us
from jupyter_llm_meter.ledger.schema import LEVELS, SUMS, archive_unpriced, calls, rollups, series

Sums = tuple[int, ...]
Where = Sequence[tuple[str, str | None]]
_DAY_US = 86_400_000_000
_MICROSECOND = timedelta(microseconds=1)


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
    family = _family(columns, where)
    for offset, step, pieces in _cut_by_time(connection, family, unit, zone, start, end):
        for group, figures in _by_step(connection, family, pieces, columns, where, (step, offset or 0)):
            yield _local(int(group[0]), offset, zone), group[1:], figures


def calls_looked_at(
    connection: Connection,
    columns: Sequence[str],
    where: Where,
    bounds: tuple[int | None, int | None],
    by_time: tuple[str, ZoneInfo] | None = None,
) -> list[tuple[int | None, int | None]]:
    """The parts of a range, in microseconds, for which sums look at the calls themselves.

    Args:
        connection: A transaction on the ledger.
        columns: See `sums_by_columns`.
        where: See `sums_by_columns`.
        bounds: The range.
        by_time: Unit and zone of `sums_by_time`, if that is meant.
    """
    family = _family(columns, where)
    if by_time is None:
        pieces = list(cut(*bounds, [] if family is None else family.levels[::-1]))
    else:
        stretches = _cut_by_time(connection, family, *by_time, *bounds)
        pieces = [piece for _offset, _step, some in stretches for piece in some]
    return [(start, end) for level, start, end in pieces if level is None]


def unpriced_tokens_by(
    connection: Connection, column: str, start: int, end: int | None, where: Where = ()
) -> dict[str | None, int]:
    """The tokens of calls with usage and without a price, grouped by a column.

    Args:
        connection: A transaction on the ledger.
        column: The column of `calls`.
        start: First microsecond counted; of archived calls the first whole quarter hour.
        end: First microsecond not counted; None: to the last call.
        where: See `sums_by_columns`.
    """
    query = (
        select(calls.c[column], func.sum(calls.c.tokens))
        .where(calls.c.unpriced_calls == 1, between(calls.c.started_at, start, end))
        .where(*(calls.c[name] == value for name, value in where))
        .group_by(calls.c[column])
    )
    archived = (
        select(series.c[column], func.sum(archive_unpriced.c.tokens))
        .select_from(archive_unpriced.join(series, series.c.id == archive_unpriced.c.series_id))
        .where(between(archive_unpriced.c.start, start, end))
        .where(*(series.c[name] == value for name, value in where))
        .group_by(series.c[column])
    )
    found: dict[str | None, int] = {}
    for subject, tokens in (*connection.execute(query), *connection.execute(archived)):
        found[subject] = found.get(subject, 0) + int(tokens)
    return found


def added(known: Sums | None, figures: Sums) -> Sums:
    """Figures and those that are known already."""
    return figures if known is None else tuple(map(add, known, figures))


def _family(columns: Sequence[str], where: Where) -> Family | None:
    return family_of({*columns, *(name for name, _value in where)})


def _cut_by_time(
    connection: Connection,
    family: Family | None,
    unit: str,
    zone: ZoneInfo,
    start: int | None,
    end: int | None,
) -> Iterator[tuple[int | None, int, list[Piece]]]:
    """The pieces of each stretch of a range, with the zone's offset in it and the steps of its times."""
    for offset, first, last in _stretches(connection, zone, start, end):
        step = QUARTER_US if offset is None else _DAY_US if unit == "day" else _DAY_US // 24
        names = [] if family is None else family.levels
        levels = [name for name in names if _fits(LEVELS[name], step, offset or 0)]
        yield offset, step, list(cut(first, last, levels[::-1]))


def _grouped(
    columns: Sequence[str], start: int | None, end: int | None, where: Where
) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """The query of sums by columns, and the columns."""
    family = _family(columns, where)
    pieces = list(cut(start, end, [] if family is None else family.levels[::-1]))
    source, named = source_of(family, pieces, None, bool(columns or where))
    groups = [named_group(named, columns, name) for name in columns]
    query = select(*groups, *(func.sum(source.c[name]).label(f"sum_{name}") for name in SUMS))
    query = joined(query, family, source, bool(columns or where))
    query = query.where(*(named.c[name] == value for name, value in where)).group_by(*groups)
    return (query.having(func.sum(source.c.calls) != 0) if columns else query), groups


def _by_step(
    connection: Connection,
    family: Family | None,
    pieces: Sequence[Piece],
    columns: Sequence[str],
    where: Where,
    steps: tuple[int, int],
) -> Iterator[tuple[tuple[Any, ...], Sums]]:
    """Sums by columns and by time in steps; times are moved by the zone's offset first."""
    if not pieces:
        return
    is_named = bool(columns or where)
    source, named = source_of(family, pieces, steps, is_named)
    groups = [source.c.step, *(named_group(named, columns, name) for name in columns)]
    query = select(*groups, *(func.sum(source.c[name]) for name in SUMS)).group_by(*groups)
    query = joined(query, family, source, is_named)
    query = query.where(*(named.c[name] == value for name, value in where)).order_by(source.c.step)
    yield from _read(connection, query, len(groups)).items()


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
    in_range = between(day, None if start is None else start - start % _DAY_US, end)
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
