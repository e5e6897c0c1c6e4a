"""The spool's lines about a call say what the record says, whatever of it is remembered."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from llm_meter_tap.calls.entry import OutgoingRequest, prepare_call
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.spool_line import (
    constant_members,
    dropped_line,
    encoded_place,
    opened_line,
    settled_line,
    with_text,
)


def of_call(**known: object) -> CallRecord:
    started_at = datetime(2026, 11, 23, 20, 0, 0, 123456, timezone.utc)
    return CallRecord("c1", started_at, **{"status": "aborted", "basis": "missing", "source": "tap", **known})


PLACE = {
    "operation_name": "chat", "provider_name": "openai", "request_model": 'm"\\ü\u2028', "is_stream": True,
    "server_address": "api.openai.com", "server_port": 443, "agent_name": "a", "program_name": "train.py",
    "user_id": "u", "team": "t",
    "key_fingerprint": "key-1", "project": "p", "kernel_id": "k", "notebook_path": "n.ipynb", "cell_id": "c",
    "run_id": "r",
}  # fmt: skip
FIGURES = {
    "status": "ok", "basis": "reported", "duration_s": 0.1234567, "response_model": "m-1", "input_tokens": 0,
    "usage_raw": {"prompt_tokens": 0, "nested": {"ü": [1.5, None]}}, "cost_amount": Decimal("0.000481"),
}  # fmt: skip


def content(line: bytes) -> dict[str, object]:
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    return json.loads(line)


@pytest.mark.parametrize("known", [{}, PLACE, {"is_stream": True, "server_port": 1}])
def test_an_opened_line_holds_the_whole_record(known):
    record = of_call(**known)
    assert content(opened_line(record)) == {"v": 1, "event": "opened", "record": record.to_wire()}


@pytest.mark.parametrize("known", [{}, PLACE, FIGURES, {**PLACE, **FIGURES, "limit_id": "user/day/tokens"}])
def test_a_settled_line_holds_the_whole_record(known):
    record = of_call(**known)
    assert content(settled_line(record)) == {"v": 1, "event": "settled", "record": record.to_wire()}


@pytest.mark.parametrize("known", [{}, {"allotment_id": 'a"1'}])
def test_what_both_lines_say_is_encoded_once_whatever_the_call_was_drawn_from(known):
    record = of_call(**PLACE)
    place = encoded_place(vars(record))
    record = of_call(**PLACE, **known)
    constant = constant_members(record, place)
    assert content(opened_line(record, constant))["record"] == record.to_wire()
    record.status, record.basis, record.input_tokens = "ok", "reported", 3
    assert content(settled_line(record, constant))["record"] == record.to_wire()


def test_a_record_that_changes_is_written_as_it_is_now():
    record = of_call(**PLACE)
    opened_line(record)
    record.request_model, record.cell_id = "other", None
    assert content(settled_line(record))["record"] == record.to_wire()
    assert content(opened_line(record))["record"] == record.to_wire()


def test_nothing_that_is_known_when_a_request_leaves_is_left_out(metered):
    headers = {"content-type": "application/json", "authorization": "Bearer sk-1"}
    body = b'{"model": "m", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}'
    request = OutgoingRequest(
        "POST", "api.openai.com", None, "https", "/v1/chat/completions", "", headers, body
    )
    record = prepare_call(request).record
    assert content(opened_line(record))["record"] == record.to_wire()


def test_a_text_is_added_to_a_settled_line_and_changes_nothing_else():
    line = settled_line(of_call(**FIGURES))
    text = {"input": 'say "ü"', "framing": 3}

    assert content(with_text(line, text)) == {**content(line), "text": text}


def test_a_dropped_line_names_its_call():
    assert content(dropped_line("c1")) == {"v": 1, "event": "dropped", "id": "c1"}
