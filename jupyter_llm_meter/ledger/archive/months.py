"""Which months are old enough, and how old anything is: a clock that is wrong must not archive or remove.

Age counts up to now, but at most up to a week after the last but one day with calls. A clock that jumps ahead
finds the ledger's own days, and what it dates wrongly makes one day at most before people notice.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection, func, select

from jupyter_llm_meter.ledger.call_rows import LEVEL_NUMBERS
from jupyter_llm_meter.ledger.errors import ArchiveError
from jupyter_llm_meter.ledger.rows import from_us, to_us
from jupyter_llm_meter.ledger.schema import call_rows, rollups

LEAST_DAYS = 35
"""Calls that are younger stay in the ledger: limits, forecasts and badges look at the last month's."""

_QUIET = timedelta(days=7)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def month_of(at: int) -> str:
    """The month of UTC that holds an instant, in microseconds."""
    return f"{from_us(at):%Y-%m}".zfill(len("2026-03"))


def bounds_of(month: str) -> tuple[int, int]:
    """The first instant of a month and the first after it, in microseconds.

    Raises:
        ArchiveError: It is no month.
    """
    if not _MONTH.fullmatch(month) or month < "0001":
        raise ArchiveError(f"{month!r} is no month; name one such as 2026-03")
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=timezone.utc)
    return to_us(first), to_us(_next(first))


def months_before(at: datetime, count: int) -> str:
    """The month that is so many months before that of an instant."""
    number = at.year * 12 + at.month - 1 - count
    return f"{max(number // 12, 1):04}-{number % 12 + 1:02}"


def trusted_now(connection: Connection, now: datetime) -> datetime | None:
    """The present by the clock and by the ledger; None while the ledger has calls of fewer than two days."""
    day = rollups.c.start
    known = (rollups.c.level == LEVEL_NUMBERS["day"], rollups.c.calls > 0, day <= to_us(now))
    days = connection.scalars(select(day).where(*known).distinct().order_by(day.desc()).limit(2)).all()
    return None if len(days) < 2 else min(now, from_us(days[1]) + _QUIET)


def first_month_kept(connection: Connection, now: datetime, days: int) -> int | None:
    """The first instant, in microseconds, of what is not older than some days: the start of a month.

    Args:
        connection: A transaction on the ledger.
        now: The present by the clock.
        days: A month is old if all of it is so many days in the past.
    """
    present = trusted_now(connection, now)
    if present is None:
        return None
    last = present - timedelta(days=days)
    return to_us(last.replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def old_months(connection: Connection, end: int) -> list[tuple[str, int]]:
    """The months with calls in the ledger before an instant, oldest first, each with how many they are."""
    found: list[tuple[str, int]] = []
    at = call_rows.c.started_at
    first = connection.scalar(select(func.min(at)).where(at < end))
    while first is not None:
        month = month_of(first)
        start, after = bounds_of(month)
        query = select(func.count()).select_from(call_rows).where(at >= start, at < after)
        found.append((month, connection.scalar(query) or 0))
        first = connection.scalar(select(func.min(at)).where(at >= after, at < end))
    return found


def _next(first: datetime) -> datetime:
    if (first.year, first.month) == (9999, 12):
        return datetime.max.replace(tzinfo=timezone.utc)
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
