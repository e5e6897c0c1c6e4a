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

FIELDS = (
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
        raise LimitError("limits-no-list", given=repr(items))
    limits: list[Limit] = []
    for number, item in enumerate(items, start=1):
        limit = _parse(item, number, source, default_time_zone)
        if any(limit.id == known.id for known in limits):
            raise LimitError("limit-twice", number=number, id=limit.id)
        limits.append(limit)
    return limits


def _parse(item: Mapping[str, Any], number: int, source: str, default_time_zone: str) -> Limit:
    if not isinstance(item, Mapping):
        raise LimitError("limit-no-object", number=number, given=repr(item))
    for key in item:
        if key not in FIELDS:
            allowed = ", ".join(FIELDS)
            raise LimitError("limit-unknown-field", number=number, field=repr(key), allowed=allowed)
    for key in ("window", "unit", "amount"):
        if item.get(key) is None:
            raise LimitError("limit-missing-field", number=number, field=key)
    return Limit(
        scope=_choice(item, "scope", SCOPES, number, "user"),
        value=_value(item, number),
        window=_choice(item, "window", WINDOWS, number),
        unit=_choice(item, "unit", UNITS, number),
        amount=_amount(item, number),
        warn_at=_warn_at(item, number),
        on_exceed=_choice(item, "on_exceed", ON_EXCEED, number, "warn"),
        unpriced=_unpriced(item, number),
        notify=_notify(item, number),
        time_zone=_time_zone(item, number, default_time_zone),
        week_start=_choice(item, "week_start", WEEKDAYS, number, "monday"),
        reset_hour=_reset_hour(item, number),
        source=source,
    )


def _choice(
    item: Mapping[str, Any], field: str, allowed: tuple[str, ...], number: int, default: str | None = None
) -> str:
    given = item.get(field)
    if given is None and default is not None:
        return default
    if not isinstance(given, str) or given not in allowed:
        choices = ", ".join(allowed)
        raise LimitError("limit-choice", number=number, field=field, given=repr(given), allowed=choices)
    return given


def _value(item: Mapping[str, Any], number: int) -> str | None:
    given = item.get("value")
    if given is None or (isinstance(given, str) and given):
        return given
    raise LimitError("limit-value", number=number, given=repr(given))


def _amount(item: Mapping[str, Any], number: int) -> Decimal:
    amount = _decimal(item["amount"])
    if amount is None or amount <= 0:
        raise LimitError("limit-amount", number=number, given=repr(item["amount"]))
    return amount


def read_unpriced(given: Any) -> str | Decimal | None:
    """Read what happens to calls without a known price; None if the value is not allowed."""
    if isinstance(given, str) and given in UNPRICED:
        return given
    ceiling = finite_decimal(given)
    return ceiling if ceiling is not None and 0 < ceiling <= HIGHEST_CEILING else None


def _unpriced(item: Mapping[str, Any], number: int) -> str | Decimal:
    given = item.get("unpriced")
    if given is None:
        return "allow"
    found = read_unpriced(given)
    if found is None:
        raise LimitError("limit-unpriced", number=number, given=repr(given), highest=int(HIGHEST_CEILING))
    if item["unit"] != "USD":
        raise LimitError("limit-unpriced-unit", number=number, given=repr(given))
    if found == "block" and item.get("on_exceed") != "block":
        raise LimitError("limit-unpriced-warn", number=number)
    return found


def _warn_at(item: Mapping[str, Any], number: int) -> tuple[Decimal, ...]:
    given = item.get("warn_at")
    if given is None:
        return (Decimal("0.8"),)
    ratios = [_decimal(ratio) for ratio in given] if isinstance(given, (list, tuple)) else [None]
    if any(ratio is None or not 0 < ratio < 1 for ratio in ratios):
        raise LimitError("limit-warn-at", number=number, given=repr(given))
    return tuple(sorted({ratio for ratio in ratios if ratio is not None}))


def _notify(item: Mapping[str, Any], number: int) -> tuple[str, ...] | None:
    given = item.get("notify")
    if given is None:
        return None
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) and name for name in given):
        raise LimitError("limit-notify", number=number, given=repr(given))
    return tuple(dict.fromkeys(given))


def _time_zone(item: Mapping[str, Any], number: int, default: str) -> str:
    given = item.get("time_zone")
    name = default if given is None else given
    try:
        if not isinstance(name, str) or not name:
            raise ValueError
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise LimitError("limit-time-zone", number=number, given=repr(name)) from None
    return name


def _reset_hour(item: Mapping[str, Any], number: int) -> int:
    given = item.get("reset_hour")
    hour = Decimal(0) if given is None else _decimal(given)
    if hour is None or hour != hour.to_integral_value() or not 0 <= hour <= 23:
        raise LimitError("limit-reset-hour", number=number, given=repr(given))
    return int(hour)


def _decimal(given: Any) -> Decimal | None:
    """A finite number as Decimal; None for a boolean, text, NaN or infinity."""
    return None if isinstance(given, str) else finite_decimal(given)
