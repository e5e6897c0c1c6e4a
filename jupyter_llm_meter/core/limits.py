"""Limits: reads them from configuration and settings, and merges those of administrator and user.

A limit says how much of a unit may be used in a window. A value that would switch a limit off unnoticed is an
error: a typo, 0, a boolean, NaN. The module has no counters and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.windows import WEEKDAYS, WINDOWS
from llm_meter_tap.wire.shape import finite_decimal

SCOPES = ("user", "team", "key", "project", "notebook", "kernel", "model", "provider")
UNITS = ("tokens", "USD", "calls")
ON_EXCEED = ("warn", "block")
UNPRICED = ("allow", "block")
"""What a limit in dollars does with calls of models without a known price, besides a price ceiling."""
HIGHEST_CEILING = Decimal(1_000_000)
"""Dollars per million tokens."""


@dataclass(frozen=True)
class Limit:
    """One limit, complete: every default is filled in.

    Attributes:
        scope: Whose use is counted, one of ``SCOPES``.
        value: The one user, model, ... that it applies to; None: each one is counted separately.
        window: Calendar interval, one of ``WINDOWS``.
        unit: What is counted, one of ``UNITS``.
        amount: The most that may be used in a window; greater than 0.
        warn_at: Shares of the amount, ascending in (0, 1), at which to warn.
        on_exceed: What happens at the amount: ``warn``, or ``block``: the call that would pass it is refused.
        unpriced: What a limit in dollars does with calls of a model without a known price: ``allow``: they
            don't count; ``block``: they are refused; a price ceiling: they are reserved and counted at so
            many dollars per million tokens, input and output alike.
        notify: Names of the channels that are notified; None: all default channels.
        time_zone: IANA name of the zone whose calendar counts.
        week_start: First day of a week, one of ``WEEKDAYS``.
        reset_hour: Local hour at which days, weeks and months begin.
        source: Where it was set: ``default``, ``settings`` or ``config``.
        is_own: It is a user's limit, tighter than the administrator's limit of the same id; both apply.
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
"""The limit in force when no limit is set, in the form that `parse_limits` reads."""

_FIELDS = (
    "scope",
    "value",
    "window",
    "unit",
    "amount",
    "warn_at",
    "on_exceed",
    "unpriced",
    "notify",
    "time_zone",
    "week_start",
    "reset_hour",
)


def parse_limits(
    items: Sequence[Mapping[str, Any]], source: str, default_time_zone: str = "UTC"
) -> list[Limit]:
    """Read limits from configuration or settings.

    Args:
        items: Flat objects as documented in ``docs/reference/protocol.md``, "Limits".
        source: Where they come from; kept with each limit.
        default_time_zone: IANA name used where a limit names none.

    Raises:
        LimitError: At the first limit that cannot be kept.
    """
    if isinstance(items, (str, bytes, Mapping)) or not isinstance(items, Sequence):
        raise LimitError(f"limits is {items!r}; it must be a list of limits")
    limits: list[Limit] = []
    for number, item in enumerate(items, start=1):
        where = f"limit {number}"
        limit = _parse(item, where, source, default_time_zone)
        if any(limit.id == known.id for known in limits):
            raise LimitError(
                f"{where}: {limit.id} is set twice; remove one, or change its scope, value, window or unit"
            )
        limits.append(limit)
    return limits


def merge_limits(admin: Sequence[Limit], settings: Sequence[Limit]) -> list[Limit]:
    """The limits in force: all of the administrator's, then those of the settings.

    One of the settings with the id of an administrator's holds beside it where it is tighter, else not.
    """
    taken = {limit.id: limit for limit in admin}
    return [*admin, *(limit for each in settings if (limit := _beside(taken.get(each.id), each)))]


def _beside(admin: Limit | None, limit: Limit) -> Limit | None:
    if admin is None:
        return limit
    is_tighter = (
        limit.amount < admin.amount
        or (limit.is_blocking and not admin.is_blocking)
        or (limit.unpriced != "allow" and admin.unpriced == "allow")
    )
    return replace(limit, is_own=True) if is_tighter else None


def _parse(item: Mapping[str, Any], where: str, source: str, default_time_zone: str) -> Limit:
    if not isinstance(item, Mapping):
        raise LimitError(f"{where} is {item!r}; it must be an object with window, unit and amount")
    for key in item:
        if key not in _FIELDS:
            raise LimitError(f"{where}: unknown field {key!r}; allowed are {', '.join(_FIELDS)}")
    for key in ("window", "unit", "amount"):
        if item.get(key) is None:
            raise LimitError(f"{where}: {key} is missing; every limit needs window, unit and amount")
    return Limit(
        scope=_choice(item, "scope", SCOPES, where, "user"),
        value=_value(item, where),
        window=_choice(item, "window", WINDOWS, where),
        unit=_choice(item, "unit", UNITS, where),
        amount=_amount(item, where),
        warn_at=_warn_at(item, where),
        on_exceed=_choice(item, "on_exceed", ON_EXCEED, where, "warn"),
        unpriced=_unpriced(item, where),
        notify=_notify(item, where),
        time_zone=_time_zone(item, where, default_time_zone),
        week_start=_choice(item, "week_start", WEEKDAYS, where, "monday"),
        reset_hour=_reset_hour(item, where),
        source=source,
    )


def _choice(
    item: Mapping[str, Any], field: str, allowed: tuple[str, ...], where: str, default: str | None = None
) -> str:
    given = item.get(field)
    if given is None and default is not None:
        return default
    if not isinstance(given, str) or given not in allowed:
        raise LimitError(f"{where}: {field} is {given!r}; allowed are {', '.join(allowed)}")
    return given


def _value(item: Mapping[str, Any], where: str) -> str | None:
    given = item.get("value")
    if given is None or (isinstance(given, str) and given):
        return given
    raise LimitError(
        f"{where}: value is {given!r}; it must be a non-empty text, or null to count each one separately"
    )


def _amount(item: Mapping[str, Any], where: str) -> Decimal:
    amount = _decimal(item["amount"])
    if amount is None or amount <= 0:
        raise LimitError(f"{where}: amount is {item['amount']!r}; it must be a number greater than 0")
    return amount


def read_unpriced(given: Any) -> str | Decimal | None:
    """Read what becomes of calls without a known price; None: it is none of what is allowed."""
    if isinstance(given, str) and given in UNPRICED:
        return given
    ceiling = finite_decimal(given)
    return ceiling if ceiling is not None and 0 < ceiling <= HIGHEST_CEILING else None


def _unpriced(item: Mapping[str, Any], where: str) -> str | Decimal:
    given = item.get("unpriced")
    if given is None:
        return "allow"
    found = read_unpriced(given)
    if found is None:
        raise LimitError(
            f"{where}: unpriced is {given!r}; allowed are allow, block, or a price ceiling: US dollars per "
            f"million tokens, greater than 0 and at most {HIGHEST_CEILING:,f}"
        )
    if item["unit"] != "USD":
        raise LimitError(
            f"{where}: unpriced is {given!r}, but only a limit in USD depends on prices; remove it, or set "
            "unit to USD"
        )
    if found == "block" and item.get("on_exceed") != "block":
        raise LimitError(
            f"{where}: unpriced is 'block', but the limit refuses no calls; set on_exceed to block as well"
        )
    return found


def _warn_at(item: Mapping[str, Any], where: str) -> tuple[Decimal, ...]:
    given = item.get("warn_at")
    if given is None:
        return (Decimal("0.8"),)
    ratios = [_decimal(ratio) for ratio in given] if isinstance(given, (list, tuple)) else [None]
    if any(ratio is None or not 0 < ratio < 1 for ratio in ratios):
        raise LimitError(f"{where}: warn_at is {given!r}; it must be a list of numbers between 0 and 1")
    return tuple(sorted({ratio for ratio in ratios if ratio is not None}))


def _notify(item: Mapping[str, Any], where: str) -> tuple[str, ...] | None:
    given = item.get("notify")
    if given is None:
        return None
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) and name for name in given):
        raise LimitError(
            f"{where}: notify is {given!r}; it must be a list of channel names, "
            "or null for all default channels"
        )
    return tuple(dict.fromkeys(given))


def _time_zone(item: Mapping[str, Any], where: str, default: str) -> str:
    given = item.get("time_zone")
    name = default if given is None else given
    try:
        if not isinstance(name, str) or not name:
            raise ValueError
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise LimitError(
            f"{where}: time_zone is {name!r}; it must be an IANA name such as Asia/Shanghai, "
            "or null for the server's time zone"
        ) from None
    return name


def _reset_hour(item: Mapping[str, Any], where: str) -> int:
    given = item.get("reset_hour")
    hour = Decimal(0) if given is None else _decimal(given)
    if hour is None or hour != hour.to_integral_value() or not 0 <= hour <= 23:
        raise LimitError(f"{where}: reset_hour is {given!r}; it must be a whole number from 0 to 23")
    return int(hour)


def _decimal(given: Any) -> Decimal | None:
    """A finite number as Decimal; None for a boolean, text, NaN or infinity."""
    return None if isinstance(given, str) else finite_decimal(given)


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
