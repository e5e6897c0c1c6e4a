"""Fills a call's record: when the request leaves, and when its response was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls.local_servers import port_of
from llm_meter_tap.formats.reading import Reading
from llm_meter_tap.provenance import context
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.wire.record import CallRecord

if TYPE_CHECKING:
    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.tap import Tap


def new_record(
    present: Tap, shape: CallShape, request: OutgoingRequest
) -> tuple[dict[str, Any] | None, CallRecord]:
    """Make the record of a request that is about to leave.

    Returns:
        The parent message of the cell that makes the call, None outside a kernel; and the record.
    """
    here = context.current()
    known = {
        "call_id": present.new_call_id(),
        "started_at": now(),
        "status": "aborted",
        "basis": "missing",
        "source": "tap",
        "operation_name": shape.operation_name,
        "provider_name": shape.provider_name,
        "request_model": shape.request_model,
        "is_stream": shape.is_stream or None,
        "server_address": request.host,
        "server_port": port_of(request.scheme, request.port),
        "key_fingerprint": present.fingerprint(request.headers, request.query),
    }
    known.update(here.known)
    return here.parent, CallRecord.of_known(known)


def fill_shape(record: CallRecord, shape: CallShape) -> None:
    """Copy what the request is, where only its answer showed it."""
    record.provider_name, record.operation_name = shape.provider_name, shape.operation_name
    record.request_model, record.is_stream = shape.request_model, shape.is_stream or None


def fill_record(record: CallRecord, reading: Reading) -> None:
    """Copy what a response says into the call's record."""
    known = vars(record)
    known["response_model"] = reading.response_model
    known["response_id"] = reading.response_id
    known["service_tier"] = reading.service_tier
    known["usage_flags"], known["usage_tool_calls"] = reading.flags or None, reading.tool_calls or None
    if reading.usage is not None:
        figures = {**vars(reading.usage)}
        known["usage_raw"] = figures.pop("raw") or None
        known.update(figures)
