"""Pages of calls in any order, and all calls for an export. A page continues after the last call of the page
before, not from a number of rows: calls that arrive meanwhile
shift nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, not_, or_, select, true, tuple_
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.errors import BadCursor
from jupyter_llm_meter.ledger.filters import ALL_CALLS, Filter, conditions
from jupyter_llm_meter.ledger.history import sums_by
from jupyter_llm_meter.ledger.reach import reach
from jupyter_llm_meter.ledger.rows import Row, to_record
from jupyter_llm_meter.ledger.schema import calls
from llm_meter_tap.wire.record import CallRecord

Place = tuple[int | float | None, int, str]
"""The figure that calls are sorted by, when the call began, its id. No figure: among the unknown ones."""

ORDERS = ("desc", "asc")
"""Largest or newest first, or the other way round."""

RECORDS_AT_A_TIME = 1000
"""How many calls `records_after` gives at most."""

_LARGEST = 2**63 - 1
_ALL = 2**63


class _Sort(NamedTuple):
    figure: ColumnElement[Any]
    is_known: ColumnElement[bool]


SORTS: dict[str, _Sort] = {
    "started_at": _Sort(calls.c.started_at, true()),
    # The first condition is that of the index.
    "cost": _Sort(calls.c.cost_pico, and_(calls.c.cost_pico.is_not(None), calls.c.priced_calls == 1)),
    "tokens": _Sort(
        calls.c.tokens, or_(calls.c.input_tokens.is_not(None), calls.c.output_tokens.is_not(None))
    ),
    **{
        name: _Sort(calls.c[column], calls.c[column].is_not(None))
        for name, column in (
            ("input_tokens", "input_tokens"),
            ("output_tokens", "output_tokens"),
            ("duration", "duration_s"),
        )
    },
}
"""What calls can be sorted by. Calls whose figure is unknown come last in either order; money in another
currency than dollars counts as unknown."""


class Page(NamedTuple):
    """Some calls.

    Attributes:
        calls: The records.
        next_cursor: Where the next page starts; None after the last.
    """

    calls: list[CallRecord]
    next_cursor: str | None


def page_of_calls(
    connection: Connection,
    limit: int,
    cursor: str | None = None,
    which: Filter = ALL_CALLS,
    sort: str = "started_at",
    order: str = "desc",
) -> Page:
    """Calls by the page.

    Calls with the same figure come by their time and then by their id, in the same order.

    Args:
        connection: A transaction on the ledger.
        limit: The most calls to return.
        cursor: The `next_cursor` of the page before.
        which: The calls that are meant.
        sort: One of ``SORTS``.
        order: One of ``ORDERS``.

    Raises:
        BadCursor: The cursor is not from this ledger, or from another sort or order.
        ValueError: `sort` or `order` is not allowed.
    """
    for name, value, allowed in (("sort", sort, SORTS), ("order", order, ORDERS)):
        if value not in allowed:
            raise ValueError(f"{name} is {value!r}; allowed are {', '.join(allowed)}")
    place = None if cursor is None else _read_cursor(cursor, sort, order)
    wanted = _wanted(connection, which, sort, order, place, limit + 1)
    rows: list[Row] = []
    for is_known in (True, False):
        if len(rows) <= limit and _lies_ahead(is_known, sort, place):
            query = _ordered(sort, order, is_known, place).where(*wanted).limit(limit + 1 - len(rows))
            rows += [dict(row) for row in connection.execute(query).mappings()]
    shown = rows[:limit]
    next_cursor = _cursor(shown[-1], sort, order) if len(rows) > limit else None
    return Page([to_record(row) for row in shown], next_cursor)


def records_after(connection: Connection, after: tuple[int, str] | None, which: Filter) -> list[Row]:
    """The next rows of calls, oldest first, after a (started_at, call_id)."""
    query = select(calls).order_by(calls.c.started_at, calls.c.call_id).limit(RECORDS_AT_A_TIME)
    if after is not None:
        query = query.where(tuple_(calls.c.started_at, calls.c.call_id) > tuple_(*after))
        query = query.where(calls.c.started_at >= after[0])
    beyond = None if after is None else after[0]
    query = query.where(
        *conditions(connection, which), *reach(connection, which, RECORDS_AT_A_TIME, "asc", beyond)
    )
    found = connection.execute(query)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found.all()]


def _lies_ahead(is_known: bool, sort: str, place: Place | None) -> bool:
    """Whether calls with or without a known figure can come after a place."""
    if sort == "started_at":
        return is_known
    return not is_known or place is None or place[0] is not None


def _ordered(sort: str, order: str, is_known: bool, place: Place | None) -> Select[Any]:
    figure = SORTS[sort].figure
    columns: list[ColumnElement[Any]] = [calls.c.started_at, calls.c.call_id]
    if is_known and sort != "started_at":
        columns.insert(0, figure)
    query = select(calls).where(SORTS[sort].is_known if is_known else not_(SORTS[sort].is_known))
    if place is not None and (place[0] is not None) == is_known:
        here, there = tuple_(*columns), tuple_(*place[-len(columns) :])
        query = query.where(here < there if order == "desc" else here > there)
    return query.order_by(*(column.desc() if order == "desc" else column.asc() for column in columns))


def _wanted(
    connection: Connection, which: Filter, sort: str, order: str, place: Place | None, needed: int
) -> list[ColumnElement[bool]]:
    """What holds for the calls of a page, in the form in which the database finds them soonest."""
    if sort == "started_at":
        beyond = None if place is None else place[1]
        found = conditions(connection, which)
        if beyond is not None:
            found.append(calls.c.started_at <= beyond if order == "desc" else calls.c.started_at >= beyond)
        return [*found, *reach(connection, which, needed, order, beyond)]
    if sort == "cost" and _is_common(connection, which, needed):
        return conditions(connection, which, without_index=True)
    return [*conditions(connection, which), *reach(connection, which, _ALL)]


def _is_common(connection: Connection, which: Filter, needed: int) -> bool:
    """Whether a walk along the index of costs meets the calls sooner than a look at all of them."""
    if which.search:
        return True
    meant, whole = (
        sums_by(connection, None, *each.bounds, each.columns).get(None, (0,))[0]
        for each in (Filter(which.start, which.end, which.values), Filter())
    )
    return meant * meant > needed * whole


def _cursor(row: Mapping[str, Any], sort: str, order: str) -> str:
    is_known = {
        "started_at": True,
        "cost": row["priced_calls"] == 1,
        "tokens": row["input_tokens"] is not None or row["output_tokens"] is not None,
    }
    column = SORTS[sort].figure.key or ""
    figure = row[column] if is_known.get(sort, True) else None
    place = json.dumps([sort, order, figure, row["started_at"], row["call_id"]])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, sort: str, order: str) -> Place:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        place = None
    if not isinstance(place, list) or not _is_place(place):
        raise BadCursor(
            f"cursor {cursor!r} is none of this ledger; leave it out to start with the first call"
        )
    if place[:2] != [sort, order]:
        raise BadCursor(
            f"the cursor is of sort {place[0]} and order {place[1]}, and asked for are {sort} and {order}; "
            "leave it out to start with the first call"
        )
    return place[2], place[3], place[4]


def _is_place(parts: Sequence[Any]) -> bool:
    if len(parts) != 5 or not all(isinstance(part, str) for part in (*parts[:2], parts[4])):
        return False
    figure, started_at = parts[2:4]
    if type(started_at) is not int or abs(started_at) > _LARGEST:
        return False
    return figure is None or (type(figure) in (int, float) and abs(figure) <= _LARGEST)
