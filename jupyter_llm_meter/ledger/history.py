"""Sums over past calls, from rollups where a range covers whole quarter hours and from calls at its edges.

Every figure that is not a counter comes from here: exact for any range, fast because few rows are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, null, select
from sqlalchemy.sql import ColumnElement

from .rows import QUARTER_US
from .schema import SUMS, calls, rollups, series

Sums = tuple[int, ...]


def sums_by(
    connection: Connection,
    column: str | None,
    start: int | None,
    end: int | None,
    where: Sequence[tuple[str, str]] = (),
) -> dict[Any, Sums]:
    """Sum up calls, grouped by a column.

    Args:
        connection: A transaction on the ledger.
        column: A column of `calls`; ``started_at`` groups by quarter hour, None makes one group, None.
        start: First microsecond counted; None: from the first call.
        end: First microsecond not counted; None: to the last call.
        where: Columns of ``SERIES_COLUMNS`` with the value they must have.

    Returns:
        Group to figures in the order of ``SUMS``. The group None is what has no value in the column.
    """
    totals: dict[Any, Sums] = {}
    for is_whole, first, last in _pieces(start, end):
        from_calls = column == "cell_id" or not is_whole
        query = _of_calls(column, where) if from_calls else _of_rollups(column, where)
        moment = calls.c.started_at if from_calls else rollups.c.quarter
        for group, *figures in connection.execute(query.where(_between(moment, first, last))):
            known = totals.get(group)
            added = tuple(int(figure or 0) for figure in figures)
            totals[group] = added if known is None else tuple(map(sum, zip(known, added, strict=True)))
    return {group: figures for group, figures in totals.items() if figures[0]}


def _pieces(start: int | None, end: int | None) -> Iterator[tuple[bool, int | None, int | None]]:
    """Cut a range into whole quarter hours and what sticks out at either end."""
    whole_start = None if start is None else -(-start // QUARTER_US) * QUARTER_US
    whole_end = None if end is None else end // QUARTER_US * QUARTER_US
    if whole_start is not None and whole_end is not None and whole_start >= whole_end:
        yield False, start, end
        return
    if start != whole_start:
        yield False, start, whole_start
    yield True, whole_start, whole_end
    if end != whole_end:
        yield False, whole_end, end


def _of_calls(column: str | None, where: Sequence[tuple[str, str]]) -> Select[Any]:
    group: ColumnElement[Any] | None = None
    if column == "started_at":
        group = calls.c.started_at - calls.c.started_at % QUARTER_US
    elif column is not None:
        group = calls.c[column]
    money = case((calls.c.priced_calls == 1, calls.c.cost_pico), else_=0)
    figures = [func.sum(money if name == "cost_pico" else calls.c[name]) for name in SUMS]
    return _grouped(group, figures).where(*(calls.c[name] == value for name, value in where))


def _of_rollups(column: str | None, where: Sequence[tuple[str, str]]) -> Select[Any]:
    group: ColumnElement[Any] | None = None
    if column == "started_at":
        group = rollups.c.quarter
    elif column is not None:
        group = series.c[column]
    figures = [func.sum(rollups.c[name]) for name in SUMS]
    query = _grouped(group, figures)
    if column in (None, "started_at") and not where:
        return query.select_from(rollups)
    joined = rollups.join(series, rollups.c.series_id == series.c.id)
    return query.select_from(joined).where(*(series.c[name] == value for name, value in where))


def _grouped(group: ColumnElement[Any] | None, figures: Sequence[ColumnElement[Any]]) -> Select[Any]:
    if group is None:
        return select(null(), *figures)
    return select(group.label("grouped"), *figures).group_by("grouped")


def _between(moment: ColumnElement[Any], start: int | None, end: int | None) -> ColumnElement[bool]:
    bounds = [] if start is None else [moment >= start]
    if end is not None:
        bounds.append(moment < end)
    return and_(True, *bounds)
