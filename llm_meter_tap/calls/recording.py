"""Fills a call's record: when the request leaves, and when its response was read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls.local_servers import port_of
from llm_meter_tap.formats.reading import Reading
from llm_meter_tap.provenance import context
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.spool_line import encoded_place

if TYPE_CHECKING:
    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.tap import Tap


def new_record(
    present: Tap, shape: CallShape, request: OutgoingRequest
) -> tuple[dict[str, Any] | None, CallRecord, str]:
    """Make the record of a request that is about to leave.

    Args:
        present: The tap of this process.
        shape: What the request was recognised as.
        request: The request.

    Returns:
        The parent message of the cell that makes the call (None outside a kernel), the record, and its place,
        encoded (see `wire/spool_line.py`).
    """
    here, key = context.current(), present.fingerprint(request.headers, request.query)
    common, place = _common(shape, request.scheme, request.host, request.port, key, here.known)
    known = {"call_id": present.new_call_id(), "started_at": now(), **common}
    return here.parent, CallRecord.of_known(known), place


@lru_cache(maxsize=128)
def _common(
    shape: CallShape, scheme: str, host: str, port: int | None, key: str | None, here: context.Known
) -> tuple[dict[str, Any], str]:
    """What records of calls like this one have in common when they leave, and its encoded place."""
    known = {
        "status": "aborted",
        "basis": "missing",
        "source": "tap",
        "operation_name": shape.operation_name,
        "provider_name": shape.provider_name,
        "request_model": shape.request_model,
        "is_stream": shape.is_stream or None,
        "server_address": host,
        "server_port": port_of(scheme, port),
        "key_fingerprint": key,
        **here,
    }
    return known, encoded_place(known)


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
