"""Reads how fast limits are used and calls are made, for forecasts and habits.

Reads only, from rollups where possible. One query per limit, so many subjects cost no more than one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, case, func, select

from jupyter_llm_meter.core.forecast import look_back
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import cost_at_ceiling
from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.counters import current_window, used_amount
from jupyter_llm_meter.ledger.history import sums_by, unpriced_tokens_by
from jupyter_llm_meter.ledger.rows import from_pico, from_us, to_pico, to_us
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS, SUMS, UNIT_SUMS, calls, rollups, series

_MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Pace:
    """A subject's recent use of one limit.

    Attributes:
        recent: Its use in the time that `core.forecast.look_back` names, in the limit's unit.
        first_use: The quarter hour of its first call ever.
    """

    recent: Decimal
    first_use: datetime


def paces(connection: Connection, limits: Sequence[Limit], now: datetime) -> dict[tuple[str, str], Pace]:
    """The pace of every subject that ever called, by the limit's id and the subject."""
    found: dict[tuple[str, str], Pace] = {}
    firsts: dict[str, Mapping[str, int]] = {}
    for limit in limits:
        column = SUBJECT_COLUMNS[limit.scope]
        if column not in firsts:
            firsts[column] = _first_uses(connection, column)
        recent = _recent(connection, limit, now)
        for subject, first in firsts[column].items():
            if limit.value in (None, subject):
                amount = used_amount(limit.unit, recent.get(subject, 0))
                found[limit.id, subject] = Pace(amount, from_us(first))
    return found


def busy_minutes(connection: Connection, user_id: str, start: datetime) -> list[tuple[int, Decimal]]:
    """The minutes since an instant in which a user called, each with its calls and its dollars."""
    minute = (calls.c.started_at - calls.c.started_at % _MINUTE_US).label("minute")
    money = case((calls.c.priced_calls == 1, calls.c.cost_pico), else_=0)
    query = (
        select(minute, func.sum(calls.c.calls), func.sum(money))
        .where(calls.c.user_id == user_id, calls.c.started_at >= to_us(start))
        .group_by("minute")
    )
    return [(int(count), from_pico(int(cost))) for _, count, cost in connection.execute(query)]


def _recent(connection: Connection, limit: Limit, now: datetime) -> dict[str, int]:
    window = current_window(limit, now)
    start = now - look_back(window.first_instant, window.resets_at, now)
    column = SUBJECT_COLUMNS[limit.scope]
    where = [] if limit.value is None else [(column, limit.value)]
    position = SUMS.index(UNIT_SUMS[limit.unit])
    by_subject = sums_by(connection, column, to_us(start), None, where)
    recent = {subject: figures[position] for subject, figures in by_subject.items() if subject is not None}
    if limit.price_ceiling is not None:
        for subject, tokens in unpriced_tokens_by(connection, column, to_us(start), None, where).items():
            if subject in recent:
                recent[subject] += to_pico(cost_at_ceiling(limit, tokens))
    return recent


def _first_uses(connection: Connection, column: str) -> dict[str, int]:
    named = series.c[column]
    query = (
        select(named, func.min(rollups.c.start))
        .select_from(rollups.join(series, rollups.c.series_id == series.c.id))
        .where(named.is_not(None), rollups.c.level == LEVEL_NUMBERS["quarter"])
        .group_by(named)
    )
    return dict(connection.execute(query).all())
