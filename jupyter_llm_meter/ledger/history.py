"""Sums over past calls, from rollups where a range covers whole quarter hours and from calls at its edges.

Every figure that is not a counter comes from here: exact for any range, fast because few rows are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import add
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.rows import QUARTER_US
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUMS, calls, rollups, series

Sums = tuple[int, ...]


def sums_by(
    connection: Connection,
    column: str | None,
    start: int | None,
    end: int | None,
    where: Sequence[tuple[str, str | None]] = (),
) -> dict[Any, Sums]:
    """Sum up calls, grouped by a column or, with None, in one group None; see `sums_by_columns`."""
    columns = [] if column is None else [column]
    totals = sums_by_columns(connection, columns, start, end, where)
    return {group[0] if group else None: figures for group, figures in totals.items()}


def sums_by_columns(
    connection: Connection,
    columns: Sequence[str],
    start: int | None,
    end: int | None,
    where: Sequence[tuple[str, str | None]] = (),
) -> dict[tuple[Any, ...], Sums]:
    """Sum up calls, grouped by columns.

    Columns that rollups do not keep apart cost a look at every call of the range.

    Args:
        connection: A transaction on the ledger.
        columns: Columns of `calls`; ``started_at`` groups by quarter hour.
        start: First microsecond counted; None: from the first call.
        end: First microsecond not counted; None: to the last call.
        where: Columns of `calls` with the value they must have; None: that they have none.

    Returns:
        Values of the columns to figures in the order of ``SUMS``; None where a call has no value.
    """
    asked = {*columns, *(name for name, _value in where)}
    only_calls = not asked <= {*SERIES_COLUMNS, "started_at"}
    totals: dict[tuple[Any, ...], Sums] = {}
    for is_whole, first, last in [(False, start, end)] if only_calls else _pieces(start, end):
        query = _of_rollups(columns, where) if is_whole else _of_calls(columns, where)
        moment = rollups.c.quarter if is_whole else calls.c.started_at
        for row in connection.execute(query.where(_between(moment, first, last))):
            group, figures = tuple(row[: len(columns)]), row[len(columns) :]
            totals[group] = added(totals.get(group), tuple(int(figure or 0) for figure in figures))
    return {group: figures for group, figures in totals.items() if figures[0]}


def unpriced_tokens_by(
    connection: Connection,
    column: str,
    start: int,
    end: int | None,
    where: Sequence[tuple[str, str | None]] = (),
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


def _of_calls(columns: Sequence[str], where: Sequence[tuple[str, str | None]]) -> Select[Any]:
    quarter = calls.c.started_at - calls.c.started_at % QUARTER_US
    groups = [quarter if name == "started_at" else calls.c[name] for name in columns]
    money = case((calls.c.priced_calls == 1, calls.c.cost_pico), else_=0)
    figures = [func.sum(money if name == "cost_pico" else calls.c[name]) for name in SUMS]
    return _grouped(groups, figures).where(*(calls.c[name] == value for name, value in where))


def _of_rollups(columns: Sequence[str], where: Sequence[tuple[str, str | None]]) -> Select[Any]:
    groups = [rollups.c.quarter if name == "started_at" else series.c[name] for name in columns]
    query = _grouped(groups, [func.sum(rollups.c[name]) for name in SUMS])
    if not where and set(columns) <= {"started_at"}:
        return query.select_from(rollups)
    joined = rollups.join(series, rollups.c.series_id == series.c.id)
    return query.select_from(joined).where(*(series.c[name] == value for name, value in where))


def _grouped(groups: Sequence[ColumnElement[Any]], figures: Sequence[ColumnElement[Any]]) -> Select[Any]:
    named = [group.label(f"group_{number}") for number, group in enumerate(groups)]
    return select(*named, *figures).group_by(*(label.name for label in named))


def _between(moment: ColumnElement[Any], start: int | None, end: int | None) -> ColumnElement[bool]:
    bounds = [] if start is None else [moment >= start]
    if end is not None:
        bounds.append(moment < end)
    return and_(True, *bounds)
