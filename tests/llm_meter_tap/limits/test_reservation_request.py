"""What a call can use at most is read from its request, which is parsed once."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from llm_meter_tap.limits import reservation
from llm_meter_tap.limits.allotments import Bounds
from llm_meter_tap.limits.gate import Gate
from llm_meter_tap.limits.reservation import ReservationRequest
from llm_meter_tap.wire.record import CallRecord

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9}


def request_with(body: bytes | None) -> ReservationRequest:
    started_at = datetime(2026, 11, 30, tzinfo=timezone.utc)
    record = CallRecord("c1", started_at, "aborted", "missing", "tap", operation_name="chat")
    return ReservationRequest(record, "openai.chat", "application/json", body, Gate("allow"), None)


@pytest.mark.parametrize("body", [None, b"", b"not JSON", b"[1, 2]", b"--boundary\r\n"])
def test_a_body_that_cannot_be_read_bounds_nothing(body):
    request = request_with(body)

    assert request.bounds is None
    assert json.loads(request.encoded()).get("max_output_tokens") is None


def test_the_bounds_and_the_question_of_one_call_parse_its_request_once(monkeypatch):
    parsed = []
    parse = reservation.parse
    monkeypatch.setattr(reservation, "parse", lambda body: parsed.append(body) or parse(body))
    body = json.dumps(ASKED).encode()
    request = request_with(body)

    assert request.bounds == Bounds(len(body), 9)
    asked = json.loads(request.encoded())
    assert (asked["max_output_tokens"], asked["is_text_only"]) == (9, True)
    assert parsed == [body]
