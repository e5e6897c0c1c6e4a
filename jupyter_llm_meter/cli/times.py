"""Times as people type them on the command line."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from jupyter_llm_meter.cli.command import CommandError


def parse_start(text: str | None, time_zone: str, option: str) -> datetime | None:
    """The first instant of a date, or the instant of a time, in UTC.

    Raises:
        CommandError: It is neither.
    """
    return _parse(text, time_zone, option, days_after=0)


def parse_end(text: str | None, time_zone: str, option: str) -> datetime | None:
    """The first instant after a date, so that the day counts whole, or the instant of a time, in UTC.

    Raises:
        CommandError: It is neither.
    """
    return _parse(text, time_zone, option, days_after=1)


def known_zone(name: str) -> str:
    """The name of a zone, if there is one of that name.

    Raises:
        CommandError: There is none.
    """
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        raise CommandError(
            f"--time-zone is {name!r}; it must be an IANA name such as Asia/Shanghai"
        ) from None


def _parse(text: str | None, time_zone: str, option: str, days_after: int) -> datetime | None:
    if text is None:
        return None
    zone = ZoneInfo(time_zone)
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-01") else None
        if day is not None:
            local = datetime.combine(day + timedelta(days=days_after), time(), tzinfo=zone)
        else:
            local = datetime.fromisoformat(text.replace("Z", "+00:00"))
            local = local if local.tzinfo else local.replace(tzinfo=zone)
        return local.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise CommandError(
            f"{option} is {text!r}; it must be a date such as 2026-11-01 "
            "or a time such as 2026-11-01T12:00:00Z"
        ) from None
