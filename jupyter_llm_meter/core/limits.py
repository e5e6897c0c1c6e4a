"""Limits, and which of the administrator's and the user's limits are in force.

A limit says how much of a unit may be used in a window. `limit_reader` reads limits from configuration and
settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

UNITS = ("tokens", "USD", "calls")


@dataclass(frozen=True)
class Limit:
    """One limit, complete: every default is filled in.

    Attributes:
        scope: Whose use is counted, one of ``limit_reader.SCOPES``.
        value: The one user, model, ... that it applies to; None: each one is counted separately.
        window: Calendar interval, one of ``windows.WINDOWS``.
        unit: What is counted, one of ``UNITS``.
        amount: The most that may be used in a window; greater than 0.
        warn_at: Shares of the amount, ascending in (0, 1), at which to warn.
        on_exceed: What happens at the amount: ``warn``, or ``block``: the call that would pass it is refused.
        unpriced: What a limit in dollars does with calls of a model without a known price: ``allow``: they
            don't count; ``block``: they are refused; a price ceiling: they are reserved and counted at so
            many dollars per million tokens, input and output alike.
        notify: Names of the channels that are notified; None: all default channels.
        time_zone: IANA name of the zone whose calendar counts.
        week_start: First day of a week, one of ``windows.WEEKDAYS``.
        reset_hour: Local hour at which days, weeks and months begin.
        source: Where it was set: ``default``, ``settings`` or ``config``.
        is_own: It is a user's limit, tighter than the administrator's limit of the same id; both apply.
        is_ceiling: Nobody's own amount is above this one's: the hub's configuration set it.
        named_by: What its name says because another limit in force differs in it, see `core.limit_names`.
    """

    scope: str
    value: str | None
    window: str
    unit: str
    amount: Decimal
    warn_at: tuple[Decimal, ...] = (Decimal("0.8"),)
    on_exceed: str = "warn"
    unpriced: str | Decimal = "allow"
    notify: tuple[str, ...] | None = None
    time_zone: str = "UTC"
    week_start: str = "monday"
    reset_hour: int = 0
    source: str = "default"
    is_own: bool = False
    is_ceiling: bool = False
    named_by: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """``scope[=value]/window/unit[/own]``; survives a change of the amount, and so does the counter."""
        subject = self.scope if self.value is None else f"{self.scope}={self.value}"
        return f"{subject}/{self.window}/{self.unit}{'/own' if self.is_own else ''}"

    @property
    def is_blocking(self) -> bool:
        """Whether it is a hard limit, kept by reservations."""
        return self.on_exceed == "block"

    @property
    def price_ceiling(self) -> Decimal | None:
        """Dollars per million tokens of a model without a known price; None: the limit sets none."""
        return self.unpriced if isinstance(self.unpriced, Decimal) else None

    def to_dict(self) -> dict[str, Any]:
        """The flat JSON object of REST and events, with ``id`` and ``source``."""
        return {
            "id": self.id,
            "scope": self.scope,
            "value": self.value,
            "window": self.window,
            "unit": self.unit,
            "amount": _number(self.amount),
            "warn_at": [float(ratio) for ratio in self.warn_at],
            "on_exceed": self.on_exceed,
            **({"unpriced": self._unpriced_text()} if self.unit == "USD" else {}),
            "notify": None if self.notify is None else list(self.notify),
            "time_zone": self.time_zone,
            "week_start": self.week_start,
            "reset_hour": self.reset_hour,
            "source": self.source,
            **({"named_by": list(self.named_by)} if self.named_by else {}),
        }

    def _unpriced_text(self) -> str:
        return self.unpriced if isinstance(self.unpriced, str) else f"{self.unpriced.normalize():f}"


DEFAULT_LIMIT: dict[str, Any] = {"scope": "user", "window": "month", "unit": "tokens", "amount": 1_000_000}
"""The limit in force when no limit is set, in the form that `limit_reader.parse_limits` reads."""


def merge_limits(admin: Sequence[Limit], settings: Sequence[Limit]) -> list[Limit]:
    """Return the limits in force: all of the administrator's, then those of the settings.

    A limit of the settings with the same id as one of the administrator's applies only if it is tighter.
    """
    taken = {limit.id: limit for limit in admin}
    return [*admin, *(limit for each in settings if (limit := _beside(taken.get(each.id), each)))]


def notebooks_of(limits: Sequence[Limit]) -> list[str]:
    """The paths that limits of one notebook each name, sorted."""
    return sorted({each.value for each in limits if each.scope == "notebook" and each.value is not None})


def limits_at(limits: Sequence[Limit], places: Mapping[str, str]) -> Sequence[Limit]:
    """Return limits with those of moved notebooks at their new paths; the same list where none moved.

    Two limits that come to mean one notebook are like those of administrator and user: the later one applies
    only if it is tighter.

    Args:
        limits: The limits in force.
        places: The paths of moved notebooks, each with the new one.
    """
    if not any(path in places for path in notebooks_of(limits)):
        return limits
    found: dict[str, Limit] = {}
    for limit in limits:
        path = limit.value if limit.scope == "notebook" else None
        each = limit if path is None else replace(limit, value=places.get(path, path))
        beside = _beside(found.get(each.id), each)
        if beside is not None:
            found.setdefault(beside.id, beside)
    return list(found.values())


def _beside(admin: Limit | None, limit: Limit) -> Limit | None:
    if admin is None:
        return limit
    is_tighter = (
        limit.amount < admin.amount
        or (limit.is_blocking and not admin.is_blocking)
        or (limit.unpriced != "allow" and admin.unpriced == "allow")
    )
    return replace(limit, is_own=True) if is_tighter else None


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
