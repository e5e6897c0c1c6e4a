"""Starts to observe a request: the only part of `calls` that transports import.

A POST that matches a known format is a call; where a provider's host has a path that is not known, the answer
decides. A GET may read back what earlier calls used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llm_meter_tap import startup, tap
from llm_meter_tap.calls import unrecognised
from llm_meter_tap.calls.call import Call
from llm_meter_tap.calls.outgoing_request import OutgoingRequest
from llm_meter_tap.calls.possible_call import PossibleCall, may_be_call
from llm_meter_tap.formats.answer_recognition import asked_format
from llm_meter_tap.formats.matching import match
from llm_meter_tap.limits import run_caps

if TYPE_CHECKING:
    from llm_meter_tap.calls.observer import Observer
    from llm_meter_tap.limits.gate import Gate
    from llm_meter_tap.limits.reservation import ReservationRequest
    from llm_meter_tap.limits.run_caps import Run
    from llm_meter_tap.wire.record import CallRecord

__all__ = ["OutgoingRequest", "open_call", "prepare_call"]


def open_call(request: OutgoingRequest) -> Observer | None:
    """Observe a request and admit it, if it is an LLM call or reads back one and this process is metered.

    Raises:
        LimitExceeded: A hard limit refuses the call.
    """
    observer = prepare_call(request)
    if observer is not None:
        observer.admit()
    return observer


def prepare_call(request: OutgoingRequest) -> Observer | None:
    """Observe a request without admitting it; asynchronous code awaits `Observer.admit_async` next."""
    if request.method == "GET":
        from llm_meter_tap.calls.reading_back import prepare_read_back  # few processes read back

        return prepare_read_back(request)
    content_type = request.headers.get("content-type")
    found = match(request.method, request.host, request.path, content_type, request.body)
    if found is None:
        return _possible_call(request, content_type)
    present = tap.current()
    if present is None:
        return None
    shape = found[1]
    call = Call(present, shape, request)
    gate, run = present.gate_watch.current_gate(), run_caps.current()
    if gate is not None or run is not None:
        call.reservation_request = _reservation_request(call.record, shape.api, request, gate, run)
    return call


def _possible_call(request: OutgoingRequest, content_type: str | None) -> Observer | None:
    """Observe a request that matches no format, if its answer may prove it to be a call."""
    if not may_be_call(request) or not startup.is_answer_asked():
        unrecognised.record_unrecognised(request.host, request.path, content_type, request.body)
        return None
    present = tap.current()
    if present is None:
        return None
    call = PossibleCall(present, request)
    gate, run = present.gate_watch.current_gate(), run_caps.current()
    if gate is not None or run is not None:
        api = call.shape.api if call.is_proved else asked_format(content_type, request.body)
        if api is not None:
            call.reservation_request = _reservation_request(call.record, api, request, gate, run)
            call.is_reserved = True
    return call


def _reservation_request(
    record: CallRecord, api: str, request: OutgoingRequest, gate: Gate | None, run: Run | None
) -> ReservationRequest:
    """The reservation request of a call that a limit can refuse; its code is loaded where there is one."""
    from llm_meter_tap.limits.reservation import ReservationRequest

    return ReservationRequest(record, api, request.headers.get("content-type"), request.body, gate, run)
