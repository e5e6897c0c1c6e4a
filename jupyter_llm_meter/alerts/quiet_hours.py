"""The hours of a day in which a channel's messages wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_llm_meter.alerts.errors import ChannelError
from jupyter_llm_meter.core.windows import instant, local_time
from jupyter_llm_meter.ledger import Quiet

_FIELDS = ("from", "to", "time_zone", "is_urgent_sent")
_CLOCK_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """Hours of every day. They may include midnight.

    Attributes:
        start: Local time at which they begin.
        end: Local time at which they end.
        time_zone: IANA name of their time zone.
        is_urgent_sent: Whether alerts of reached limits and refused calls are sent in these hours.
    """

    start: time
    end: time
    time_zone: str
    is_urgent_sent: bool = True

    def at(self, now: datetime) -> Quiet | None:
        """Return until when messages wait; None outside of the hours."""
        zone = ZoneInfo(self.time_zone)
        today = local_time(now, zone).date()
        for day in (today - _DAY, today):
            last = day if self.start < self.end else day + _DAY
            begins = instant(day, self.start.hour, zone, self.start.minute)
            until = instant(last, self.end.hour, zone, self.end.minute)
            if begins <= now < until:
                return Quiet(until, self.is_urgent_sent)
        return None

    def __str__(self) -> str:
        return f"{self.start:%H:%M} to {self.end:%H:%M}, {self.time_zone}"


def read_quiet_hours(given: Any) -> QuietHours | None:
    """Read the field ``quiet_hours`` of a channel; None if it is not set.

    Raises:
        ChannelError: It is not valid.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ChannelError("quiet-no-object", allowed=", ".join(_FIELDS))
    for key in given:
        if key not in _FIELDS:
            raise ChannelError("quiet-unknown-field", field=repr(key), allowed=", ".join(_FIELDS))
    start, end = (_time(given.get(name), name) for name in ("from", "to"))
    if start == end:
        raise ChannelError("quiet-same")
    return QuietHours(start, end, _time_zone(given.get("time_zone")), _flag(given.get("is_urgent_sent")))


def _time(given: Any, name: str) -> time:
    if not isinstance(given, str) or not _CLOCK_TIME.fullmatch(given):
        raise ChannelError("quiet-time", field=name, given=repr(given))
    return time.fromisoformat(given)


def _time_zone(given: Any) -> str:
    try:
        if not isinstance(given, str) or not given:
            raise ValueError
        ZoneInfo(given)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ChannelError("quiet-time-zone", given=repr(given)) from None
    return given


def _flag(given: Any) -> bool:
    if given is None or isinstance(given, bool):
        return given is not False
    raise ChannelError("quiet-urgent", given=repr(given))
