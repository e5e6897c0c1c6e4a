"""Fills a call's record: when the request leaves, and when its response was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls.local_servers import port_of
from llm_meter_tap.formats.reading import Reading, Usage
from llm_meter_tap.provenance import context
from llm_meter_tap.runtime.moment import now
from llm_meter_tap.system import Process
from llm_meter_tap.wire.record import CallRecord

if TYPE_CHECKING:
    from llm_meter_tap.calls.outgoing_request import OutgoingRequest
    from llm_meter_tap.formats.matching import CallShape
    from llm_meter_tap.tap import Tap

_FIGURES = tuple(name for name in Usage.__dataclass_fields__ if name != "raw")


def new_record(
    present: Tap, shape: CallShape, request: OutgoingRequest
) -> tuple[dict[str, Any] | None, CallRecord]:
    """Make the record of a request that is about to leave.

    Returns:
        The parent message of the cell that makes the call, None outside a kernel; and the record.
    """
    here = context.current()
    return here.parent, CallRecord(
        call_id=Process.random(16).hex(),
        started_at=now(),
        status="aborted",
        basis="missing",
        source="tap",
        operation_name=shape.operation_name,
        provider_name=shape.provider_name,
        request_model=shape.request_model,
        is_stream=shape.is_stream or None,
        server_address=request.host,
        server_port=port_of(request.scheme, request.port),
        agent_name=here.agent_name,
        user_id=here.user_id,
        team=here.team,
        key_fingerprint=present.fingerprint(request.headers, request.query),
        project=here.project,
        kernel_id=here.kernel_id,
        notebook_path=here.notebook_path,
        cell_id=here.cell_id,
        run_id=here.run_id,
    )


def fill_shape(record: CallRecord, shape: CallShape) -> None:
    """Copy what the request is, where only its answer showed it."""
    record.provider_name, record.operation_name = shape.provider_name, shape.operation_name
    record.request_model, record.is_stream = shape.request_model, shape.is_stream or None


def fill_record(record: CallRecord, reading: Reading) -> None:
    """Copy what a response says into the call's record."""
    record.response_model = reading.response_model
    record.response_id = reading.response_id
    record.service_tier = reading.service_tier
    record.usage_flags, record.usage_tool_calls = reading.flags or None, reading.tool_calls or None
    if reading.usage is not None:
        record.usage_raw = reading.usage.raw or None
        for name in _FIGURES:
            setattr(record, name, getattr(reading.usage, name))
