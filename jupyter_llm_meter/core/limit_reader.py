"""Reads limits from configuration and settings.

A value that would turn a limit off without notice is an error: a typo, 0, a boolean, NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.limits import UNITS, Limit
from jupyter_llm_meter.core.windows import WEEKDAYS, WINDOWS
from llm_meter_tap.wire.shape import finite_decimal

SCOPES = ("user", "team", "key", "project", "notebook", "kernel", "model", "provider")
ON_EXCEED = ("warn", "block")
UNPRICED = ("allow", "block")
"""What a limit in dollars does with calls of models without a known price, besides a price ceiling."""
HIGHEST_CEILING = Decimal(1_000_000)
"""Dollars per million tokens."""

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
        LimitError: At the first limit that is not valid.
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
    """Read what happens to calls without a known price; None if the value is not allowed."""
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
