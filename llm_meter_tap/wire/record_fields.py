"""How the value of each field of a record is read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from llm_meter_tap.wire.names import FIELDS
from llm_meter_tap.wire.shape import LARGEST_COUNT, parse_decimal, parse_time

STATUSES = ("ok", "error", "aborted", "refused")
BASES = ("reported", "counted", "partial", "missing", "none")
SOURCES = ("tap", "message", "output", "manual", "import", "gateway")


def time_written(moment: datetime) -> str:
    """Write a moment in RFC 3339, UTC, with microseconds."""
    utc = moment if moment.tzinfo is timezone.utc else moment.astimezone(timezone.utc)
    return utc.isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def _money_written(amount: Decimal) -> str:
    return format(amount, "f")


def _seconds_written(seconds: float) -> float:
    """Round to microseconds; clocks are no finer."""
    return round(seconds, 6)


# How a field's value is written, where JSON does not say.
WRITERS: dict[str, Callable[[Any], Any]] = {
    "started_at": time_written,
    "duration_s": _seconds_written,
    "time_to_first_chunk_s": _seconds_written,
    "cost_amount": _money_written,
}


class Unfit(Exception):
    """A value that a field may not hold; the message says what is allowed."""


def read_value(name: str, value: Any) -> Any:
    """Read the value of the field of a name.

    Raises:
        Unfit: The field may not hold it.
    """
    read: Callable[[Any], Any] = _READERS.get(name, _text)
    return read(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Unfit("a non-empty string")
    return value


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise Unfit(", ".join(allowed))
        return str(value)

    return read


def _time(value: Any) -> datetime:
    at = parse_time(value)
    if at is None:
        raise Unfit("an RFC 3339 time with Z or an offset, such as 2026-01-31T12:00:00.000000Z")
    return at


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_COUNT:
        raise Unfit("a whole number of at least 0")
    return value


def _seconds(value: Any) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value < float("inf"):
        raise Unfit("a number of seconds of at least 0")
    return float(value)


def _money(value: Any) -> Decimal:
    amount = parse_decimal(value)
    if amount is None or amount < 0:
        raise Unfit('a decimal string of at least 0, such as "0.000481"')
    return amount


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Unfit("a JSON object")
    return dict(value)


def _names(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) and name for name in value):
        raise Unfit("a list of non-empty strings")
    return list(value)


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise Unfit("a JSON object of whole numbers of at least 0")
    return {name: _count(number) for name, number in value.items()}


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
        raise Unfit("a port number from 1 to 65535")
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "started_at": _time,
    "status": _one_of(STATUSES),
    "basis": _one_of(BASES),
    "source": _one_of(SOURCES),
    "duration_s": _seconds,
    "time_to_first_chunk_s": _seconds,
    "is_stream": _flag,
    "usage_raw": _mapping,
    "usage_flags": _names,
    "usage_tool_calls": _counts,
    "cost_amount": _money,
    "server_port": _port,
}
_READERS.update({name: _count for name in FIELDS if name.endswith("_tokens")})
