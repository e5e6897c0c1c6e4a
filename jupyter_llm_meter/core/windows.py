"""Calendar windows: the interval in which a limit counts, in an IANA time zone.

Windows of one kind partition time: every instant lies in exactly one, even when clocks change. Two rules
make it so:

- a boundary that falls into skipped local time is the first instant after the skip,
- a boundary that falls into repeated local time is the first of the two.

An hour is sixty minutes from a full local hour, so a repeated hour is two windows; where clocks move by
half an hour (Australia/Lord_Howe) the hour is cut at the change.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

WINDOWS = ("hour", "day", "week", "month", "total")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
"""Where the window ``total`` starts."""

_HOUR = timedelta(hours=1)
_Step = Callable[[date, int], date]


def window_bounds(
    window: str, at: datetime, time_zone: str, week_start: str = "monday", reset_hour: int = 0
) -> tuple[datetime, datetime | None]:
    """The window that holds an instant.

    Args:
        window: One of ``WINDOWS``.
        at: An aware instant.
        time_zone: IANA name of the zone whose calendar counts.
        week_start: One of ``WEEKDAYS``; matters to weeks only.
        reset_hour: Local hour, 0 to 23, at which days, weeks and months begin.

    Returns:
        The first instant of the window and the first after it, in UTC; the latter is None for ``total``.

    Raises:
        ValueError: The window is not one of ``WINDOWS`` or the instant is naive.
    """
    if at.tzinfo is None:
        raise ValueError("a window needs an aware instant, not a naive datetime")
    at = at.astimezone(timezone.utc)
    zone = ZoneInfo(time_zone)
    if window == "total":
        return EPOCH, None
    if window == "hour":
        return _hour(at, zone)
    if window == "day":
        first, step = at.astimezone(zone).date(), _add_days
    elif window == "week":
        local_date = at.astimezone(zone).date()
        first = local_date - timedelta(days=(local_date.weekday() - WEEKDAYS.index(week_start)) % 7)
        step = _add_weeks
    elif window == "month":
        first, step = at.astimezone(zone).date().replace(day=1), _add_months
    else:
        raise ValueError(f"window is {window!r}; allowed are {', '.join(WINDOWS)}")
    return _enclosing(at, first, step, zone, reset_hour)


def instant(local_date: date, hour: int, zone: ZoneInfo, minute: int = 0) -> datetime:
    """The UTC instant at which a zone's wall clock first shows a time of a date, or first passes it."""
    wall = datetime.combine(local_date, time(hour, minute), tzinfo=zone)
    by_old_offset = wall.astimezone(timezone.utc)
    by_new_offset = wall.replace(fold=1).astimezone(timezone.utc)
    is_skipped = by_new_offset < by_old_offset  # PEP 495: fold distinguishes a gap from a repetition
    return _change(by_new_offset, by_old_offset, zone) if is_skipped else by_old_offset


def _enclosing(
    at: datetime, first: date, step: _Step, zone: ZoneInfo, reset_hour: int
) -> tuple[datetime, datetime]:
    while instant(first, reset_hour, zone) > at:
        first = step(first, -1)
    while (end := instant(step(first, 1), reset_hour, zone)) <= at:
        first = step(first, 1)
    return instant(first, reset_hour, zone), end


def _hour(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    local = at.astimezone(zone)
    start = at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    end = start + _HOUR
    if _minutes(start, zone) != _minutes(at, zone):
        start = _change(start, at, zone)
    last = end - timedelta(microseconds=1)
    if _minutes(last, zone) != _minutes(at, zone):
        end = _change(at, last, zone)
    return start, end


def _minutes(at: datetime, zone: ZoneInfo) -> timedelta:
    """The part of the zone's offset that is below an hour: it alone moves the start of local hours."""
    return _offset(at, zone) % _HOUR


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second in (before, after] from which the zone has the offset that it has at `after`."""
    offset = _offset(after, zone)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, timezone.utc), zone) == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, timezone.utc)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return offset


def _add_days(day: date, count: int) -> date:
    return day + timedelta(days=count)


def _add_weeks(day: date, count: int) -> date:
    return day + timedelta(weeks=count)


def _add_months(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def local_time(at: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant in a zone; in UTC where the calendar ends before the zone's own date."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at.astimezone(timezone.utc)


def windows_before(window: str, now: datetime, time_zone: str, count: int) -> list[tuple[datetime, datetime]]:
    """The last whole windows before the one that holds an instant, latest first.

    Args:
        window: One of ``WINDOWS`` besides ``total``.
        now: The instant.
        time_zone: IANA name of the zone whose calendar counts.
        count: How many.
    """
    found = []
    first, _end = window_bounds(window, now, time_zone)
    for _ in range(count):
        start, end = window_bounds(window, first - timedelta(microseconds=1), time_zone)
        assert end is not None  # only a total never ends
        found.append((start, end))
        first = start
    return found
