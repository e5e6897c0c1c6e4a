"""The public record of one call, and its form on the wire.

A field that is not known is None here and absent on the wire, never zero. Wire names are in `names.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from llm_meter_tap.wire.names import FIELDS, spellings, wire_name
from llm_meter_tap.wire.record_fields import WRITERS, Unfit, read_value
from llm_meter_tap.wire.shape import WireError


class RecordError(WireError):
    """A mapping that is not a record: names the field, what is wrong, and what is allowed."""


@dataclass
class CallRecord:
    """One call to an LLM API.

    Token counts follow OpenTelemetry GenAI v1.41.1: `input_tokens` includes cache reads, cache writes, audio
    and image input; `output_tokens` includes reasoning, audio and image output. Durations are seconds, money
    is Decimal in `cost_currency` (ISO 4217), times are timezone-aware UTC. None means unknown.
    `usage_flags` names what is odd about the figures, `usage_tool_calls` counts the runs of the provider's
    own tools. `program_name` is what people call the script, console or kernel that made the call.
    `allotment_id` names what the call was drawn from, for the ledger, which does not keep it.
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
    program_name: str | None = None
    user_id: str | None = None
    team: str | None = None
    key_fingerprint: str | None = None
    project: str | None = None
    kernel_id: str | None = None
    notebook_path: str | None = None
    cell_id: str | None = None
    run_id: str | None = None
    limit_id: str | None = None
    allotment_id: str | None = None

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
PUBLIC_NAMES = tuple(name for name in NAMES if name in FIELDS)
_WIRE = {name: wire_name(name) for name in NAMES}
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


def _inward(name: str, mapping: Mapping[str, Any]) -> Any:
    for spelling in spellings(name):
        value = mapping.get(spelling)
        if value is not None:
            try:
                return read_value(name, value)
            except Unfit as unfit:
                raise RecordError(f"{spelling} is {_shown(value)}; allowed: {unfit}") from None
    return None


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
