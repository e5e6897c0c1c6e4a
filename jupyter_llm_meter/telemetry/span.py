"""A call as a span of the OpenTelemetry GenAI conventions. Pure.

The attributes have the names and values of the public record (`llm_meter_tap.wire.names`); what is unknown is
absent. The ids of a span come from the call's id, so that a collector that gets a call twice, because an
answer was lost, sees the same span.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

from llm_meter_tap.wire.names import wire_name
from llm_meter_tap.wire.record import CallRecord

FIELDS = (
    "operation_name", "provider_name", "request_model", "response_model", "response_id", "is_stream",
    "time_to_first_chunk_s", "service_tier", "input_tokens", "output_tokens", "cache_read_input_tokens",
    "cache_write_input_tokens", "reasoning_output_tokens", "agent_name", "server_address", "server_port",
    "error_type", "call_id", "status", "basis", "source", "cost_amount", "cost_currency", "cost_source",
    "limit_id",
)  # fmt: skip
"""What every span has."""

USER_FIELDS = ("user_id", "team", "project")
"""What spans have only where the administrator allows it."""

FAILED = ("error", "aborted", "refused")
"""The statuses of spans with an error."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_NAMELESS = "llm call"


class Span(NamedTuple):
    """A span.

    Attributes:
        trace_id: 16 bytes as a number, never 0.
        span_id: 8 bytes as a number, never 0.
        name: Operation and model.
        start_ns: Nanoseconds since 1970.
        end_ns: Nanoseconds since 1970; `start_ns` where the duration is unknown.
        attributes: By their names.
        is_error: Whether the call failed, was aborted or refused.
    """

    trace_id: int
    span_id: int
    name: str
    start_ns: int
    end_ns: int
    attributes: Mapping[str, str | int | float | bool]
    is_error: bool


def span_of(record: CallRecord, has_users: bool) -> Span:
    """The span of a call.

    Args:
        record: The call, settled.
        has_users: Whether it names user, team and project.
    """
    digest = blake2b(record.call_id.encode(), digest_size=24).digest()
    start_ns = (record.started_at - _EPOCH) // _MICROSECOND * 1000
    fields = FIELDS + USER_FIELDS if has_users else FIELDS
    values = {wire_name(name): getattr(record, name) for name in fields}
    attributes = {name: _plain(value) for name, value in values.items() if value is not None}
    is_error = record.status in FAILED
    if is_error:
        # Required where an operation ended with an error, even where nothing more is known of it.
        attributes.setdefault(wire_name("error_type"), record.status)
    model = record.request_model or record.response_model
    return Span(
        int.from_bytes(digest[:16], "big") or 1,
        int.from_bytes(digest[16:], "big") or 1,
        " ".join(filter(None, (record.operation_name, model))) or _NAMELESS,
        start_ns,
        start_ns + round((record.duration_s or 0) * 1_000_000_000),
        attributes,
        is_error,
    )


def _plain(value: str | int | float | bool | Decimal) -> str | int | float | bool:
    return f"{value:f}" if isinstance(value, Decimal) else value
