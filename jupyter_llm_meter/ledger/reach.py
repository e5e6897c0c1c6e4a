"""How far back the newest calls of a kind lie: rollups know it without a look at the calls.

A page of a notebook's calls needs those of a few quarter hours, however many calls the ledger has.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, false, func, select
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.archive.parts import last_archived
from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.filters import Filter
from jupyter_llm_meter.ledger.rows import QUARTER_US
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, calls, rollups, series

Condition = ColumnElement[bool]


def reach(
    connection: Connection, which: Filter, needed: int, order: str = "desc", beyond: int | None = None
) -> list[Condition]:
    """The conditions under which the first calls that are meant lie in `calls`; see `reach_of`.

    Where a search or a cell is asked for, rollups don't know where the calls lie, and there are none.
    """
    named = [(name, value) for name, value in which.columns if name in SERIES_COLUMNS]
    if not named:
        return []
    theirs = select(series.c.id).where(*(series.c[name] == value for name, value in named))
    of_series = rollups.c.series_id.in_(theirs)
    if which.search or len(named) < len(which.columns):
        return _whole_span(connection, of_series)
    start, end = which.bounds
    bounds = [] if start is None else [rollups.c.start > start - QUARTER_US]
    if end is not None:
        bounds.append(rollups.c.start < end)
    return reach_of(connection, and_(of_series, *bounds), needed, order, beyond)


def reach_of(
    connection: Connection,
    condition: Condition,
    needed: int,
    order: str = "desc",
    beyond: int | None = None,
) -> list[Condition]:
    """The conditions under which the first calls of some rollups lie.

    Args:
        connection: A transaction on the ledger.
        condition: Which rollups count.
        needed: How many calls are wanted.
        order: ``desc``: the newest come first; ``asc``: the oldest.
        beyond: Calls up to this instant are not wanted, in microseconds; None: all are.
    """
    at = rollups.c.start
    is_newest_first = order == "desc"
    query = select(at, func.sum(rollups.c.calls)).where(
        rollups.c.level == LEVEL_NUMBERS["quarter"], condition
    )
    if beyond is not None:
        query = query.where(at <= beyond if is_newest_first else at > beyond - QUARTER_US)
    query = query.group_by(at).order_by(at.desc() if is_newest_first else at.asc())
    found, last, count = False, 0, 0
    with connection.execute(query) as rows:
        for start, number in rows:
            found, last = True, start
            # How many of a cut quarter hour are wanted is unknown.
            count += 0 if beyond is not None and start <= beyond < start + QUARTER_US else int(number)
            if count >= needed:
                break
    if not found:
        return [false()]
    archived = last_archived(connection)
    if archived is not None and last <= archived:
        # Rollups count archived calls too: those of the ledger may lie further away.
        return []
    return [calls.c.started_at >= last] if is_newest_first else [calls.c.started_at < last + QUARTER_US]


def _whole_span(connection: Connection, condition: Condition) -> list[Condition]:
    at = rollups.c.start
    query = select(func.min(at), func.max(at)).where(rollups.c.level == LEVEL_NUMBERS["quarter"], condition)
    first, last = connection.execute(query).one()
    if first is None:
        return [false()]
    return [calls.c.started_at >= first, calls.c.started_at < last + QUARTER_US]
