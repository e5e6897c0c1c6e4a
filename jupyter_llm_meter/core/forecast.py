"""Forecasts how much of a limit will be used, assuming that the remaining time is like the time just past.

Pure arithmetic. The past that counts is as long as the time that remains in the window, but at least an
eighth of the window and at most all of it: with twenty days left in a month, the last twenty days count; with
one day left, the last four. So a night is compared with whole days, not with the hour before it. Use before
the start of the window counts too. If the first use is more recent than a twenty-fourth of the window, there
is no forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

ENDLESS_LOOKS_BACK = timedelta(days=30)
"""The past that counts for a total, which never ends."""

_FURTHEST = timedelta(days=365)
_SHORTEST_SHARE = 8
_EVIDENCE_SHARE = 24
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class Forecast:
    """The forecast of a standing.

    Attributes:
        used: The use at the end of the window, in the limit's unit; None for a total.
        amount: The amount in force.
        reached_at: When the amount is reached, if that is before the window ends; None where it already was.
    """

    used: Decimal | None
    amount: Decimal
    reached_at: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """The member ``forecast`` of a standing."""
        said: dict[str, Any] = {}
        if self.used is not None:
            said["used"] = format(self.used, "f")
            said["ratio"] = float((self.used / self.amount).quantize(_MILLIONTH, ROUND_DOWN))
        if self.reached_at is not None:
            said["reached_at"] = self.reached_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return said


def look_back(window_start: datetime, resets_at: datetime | None, now: datetime) -> timedelta:
    """How much of the past is taken to show the pace.

    Args:
        window_start: The window's first instant.
        resets_at: The first instant after it; None for a total.
        now: An instant in it.
    """
    if resets_at is None:
        return ENDLESS_LOOKS_BACK
    length = resets_at - window_start
    return min(max(resets_at - now, length / _SHORTEST_SHARE), length)


def forecast(
    amount: Decimal,
    used: Decimal,
    window_start: datetime,
    resets_at: datetime | None,
    now: datetime,
    recent: Decimal,
    first_use: datetime | None,
) -> Forecast | None:
    """Forecast a standing.

    Args:
        amount: The amount in force, in the limit's unit.
        used: What was used in the window.
        window_start: The window's first instant.
        resets_at: The first instant after it; None for a total.
        now: An instant in it.
        recent: What was used in the time that `look_back` names, until now.
        first_use: The subject's first use ever; None without any.

    Returns: The forecast; None where there is too little data.
    """
    behind = look_back(window_start, resets_at, now)
    length = ENDLESS_LOOKS_BACK if resets_at is None else resets_at - window_start
    known = timedelta(0) if first_use is None else now - first_use
    if known <= length / _EVIDENCE_SHARE:
        return None
    pace = recent / _seconds(min(behind, known))
    reached_at = _reached(amount - used, pace, now, resets_at or now + _FURTHEST)
    if resets_at is None:
        return None if reached_at is None else Forecast(None, amount, reached_at)
    at_end = used + pace * _seconds(resets_at - now)
    return Forecast(at_end.quantize(_grain(used, recent), ROUND_HALF_UP), amount, reached_at)


def _reached(left: Decimal, pace: Decimal, now: datetime, before: datetime) -> datetime | None:
    if left <= 0 or left >= pace * _seconds(before - now):
        return None
    return now + timedelta(seconds=float(left / pace))


def _grain(*figures: Decimal) -> Decimal:
    """Dollars to a ten-thousandth, what is counted to one."""
    is_whole = all(figure == figure.to_integral_value() for figure in figures)
    return Decimal(1) if is_whole else Decimal("0.0001")


def _seconds(span: timedelta) -> Decimal:
    return Decimal(str(span.total_seconds()))
