"""The public record of one call, and its form on the wire.

A field that is not known is None here and absent on the wire, never zero. Wire names are in `names.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from llm_meter_tap.wire.names import FIELDS, spellings
from llm_meter_tap.wire.shape import LARGEST_COUNT, WireError, parse_decimal, parse_time

STATUSES = ("ok", "error", "aborted", "refused")
BASES = ("reported", "counted", "partial", "missing", "none")
SOURCES = ("tap", "message", "output", "manual", "import")


class RecordError(WireError):
    """A mapping that is not a record: names the field, what is wrong, and what is allowed."""


@dataclass
class CallRecord:
    """One call to an LLM API.

    Token counts follow OpenTelemetry GenAI v1.41.1: `input_tokens` includes cache reads, cache writes, audio
    and image input; `output_tokens` includes reasoning, audio and image output. Durations are seconds, money
    is Decimal in `cost_currency` (ISO 4217), times are timezone-aware UTC. None means unknown.
    `usage_flags` names what is odd about the figures, `usage_tool_calls` counts the runs of the provider's
    own tools.
    """

    call_id: str
    started_at: datetime
    status: str
    basis: str
    source: str
    duration_s: float | None = None
    operation_name: str | None = None
    provider_name: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    is_stream: bool | None = None
    time_to_first_chunk_s: float | None = None
    service_tier: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    usage_raw: dict[str, Any] | None = None
    usage_flags: list[str] | None = None
    usage_tool_calls: dict[str, int] | None = None
    tokenizer: str | None = None
    cost_amount: Decimal | None = None
    cost_currency: str | None = None
    cost_source: str | None = None
    server_address: str | None = None
    server_port: int | None = None
    error_type: str | None = None
    agent_name: str | None = None
    user_id: str | None = None
    team: str | None = None
    key_fingerprint: str | None = None
    project: str | None = None
    kernel_id: str | None = None
    notebook_path: str | None = None
    cell_id: str | None = None
    run_id: str | None = None
    limit_id: str | None = None

    @property
    def total_tokens(self) -> int | None:
        """Input plus output; None when neither is known."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def buckets(self) -> dict[str, int]:
        """Split the inclusive counts into disjoint buckets that sum to `total_tokens`.

        Providers do report subsets above their whole (cached above prompt, estimated reasoning above
        completion): a bucket takes what is left of its side, in the order cache read, cache write, audio,
        image, the rest.

        Returns:
            Bucket name to tokens. A side whose sum is unknown has no buckets; nor has an unknown subset.
        """
        split: dict[str, int] = {}
        _carve(split, self.input_tokens, "uncached_input_tokens", self._parts(_INPUT_PARTS))
        _carve(split, self.output_tokens, "text_output_tokens", self._parts(_OUTPUT_PARTS))
        return split

    def _parts(self, names: tuple[str, ...]) -> list[tuple[str, int | None]]:
        return [(name, getattr(self, name)) for name in names]

    def to_wire(self) -> dict[str, Any]:
        """Return wire names and values, ready for JSON; unknown fields are absent."""
        wire: dict[str, Any] = {}
        for name, value in vars(self).items():
            if value is not None:
                write = WRITERS.get(name)
                wire[_WIRE[name]] = value if write is None else write(value)
        return wire

    @classmethod
    def of_known(cls, values: dict[str, Any]) -> CallRecord:
        """Make a record of its known fields; each call makes one, and most of its fields are not known.

        Args:
            values: Values by name, those of the required fields among them; the record keeps this object.
        """
        record = cls.__new__(cls)
        record.__dict__ = values
        return record

    @classmethod
    def from_wire(cls, mapping: Mapping[str, Any]) -> CallRecord:
        """Read a record in any accepted spelling; names that are not ours are ignored.

        Raises:
            RecordError: A required field is absent, or a value is not what the field may hold.
        """
        if not isinstance(mapping, Mapping):
            raise RecordError(f"a record must be a JSON object, not {type(mapping).__name__}")
        values = {name: _inward(name, mapping) for name in NAMES}
        for name in _REQUIRED:
            if values[name] is None:
                raise RecordError(f"{FIELDS[name].wire} is missing; every record needs it")
        return cls(**values)


def read_record(value: Any, path: str) -> CallRecord:
    """Read a record in a larger document.

    Args:
        value: The record.
        path: Its place in the document, for error messages.

    Raises:
        RecordError: It is not a record.
    """
    try:
        return CallRecord.from_wire(value)
    except RecordError as error:
        raise RecordError(f"{path}: {error}") from None


NAMES = tuple(field.name for field in fields(CallRecord))
_WIRE = {name: FIELDS[name].wire for name in NAMES}
_REQUIRED = ("call_id", "started_at", "status", "basis", "source")
_INPUT_PARTS = (
    "cache_read_input_tokens", "cache_write_input_tokens", "audio_input_tokens", "image_input_tokens",
)  # fmt: skip
_OUTPUT_PARTS = ("reasoning_output_tokens", "audio_output_tokens", "image_output_tokens")


def _carve(split: dict[str, int], whole: int | None, rest: str, parts: list[tuple[str, int | None]]) -> None:
    if whole is None:
        return
    left = whole
    for name, part in parts:
        if part is not None:
            split[name] = min(part, left)
            left -= split[name]
    split[rest] = left


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


def _inward(name: str, mapping: Mapping[str, Any]) -> Any:
    for spelling in spellings(name):
        value = mapping.get(spelling)
        if value is not None:
            try:
                return _reader(name)(value)
            except _Unfit as unfit:
                raise RecordError(f"{spelling} is {_shown(value)}; allowed: {unfit}") from None
    return None


def _reader(name: str) -> Callable[[Any], Any]:
    return _READERS.get(name, _text)


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."


class _Unfit(Exception):
    """A value that a field may not hold; the message says what is allowed."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _Unfit("a non-empty string")
    return value


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise _Unfit(", ".join(allowed))
        return str(value)

    return read


def _time(value: Any) -> datetime:
    at = parse_time(value)
    if at is None:
        raise _Unfit("an RFC 3339 time with Z or an offset, such as 2026-01-31T12:00:00.000000Z")
    return at


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_COUNT:
        raise _Unfit("a whole number of at least 0")
    return value


def _seconds(value: Any) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value < float("inf"):
        raise _Unfit("a number of seconds of at least 0")
    return float(value)


def _money(value: Any) -> Decimal:
    amount = parse_decimal(value)
    if amount is None or amount < 0:
        raise _Unfit('a decimal string of at least 0, such as "0.000481"')
    return amount


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("true or false")
    return value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _Unfit("a JSON object")
    return dict(value)


def _names(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) and name for name in value):
        raise _Unfit("a list of non-empty strings")
    return list(value)


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _Unfit("a JSON object of whole numbers of at least 0")
    return {name: _count(number) for name, number in value.items()}


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
        raise _Unfit("a port number from 1 to 65535")
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
_READERS.update({name: _count for name in NAMES if name.endswith("_tokens")})
