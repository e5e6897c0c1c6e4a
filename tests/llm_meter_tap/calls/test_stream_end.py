"""The last event of a stream is noticed in pieces cut anywhere, by what each piece is compared with alone."""

from __future__ import annotations

import json

import pytest

from llm_meter_tap.calls.entry import OutgoingRequest, open_call

EVENTS = (
    b'data: {"id":"c","model":"m-1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
    b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
    b'data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\n',
    b"data: [DONE]\n\n",
)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 64, 1000])
def test_a_stream_cut_into_pieces_of_any_size_settles_with_its_last_event(metered, size):
    body = json.dumps({"model": "m", "stream": True, "messages": []}).encode()
    headers = {"content-type": "application/json"}
    call = open_call(
        OutgoingRequest("POST", "api.openai.com", None, "https", "/v1/chat/completions", "", headers, body)
    )
    call.responded(200, {"content-type": "text/event-stream"})
    whole = b"".join(EVENTS)
    for at in range(0, len(whole), size):
        call.feed(whole[at : at + size])

    assert (call.record.status, call.record.basis) == ("ok", "reported")
    assert (call.record.input_tokens, call.record.output_tokens) == (3, 4)


def test_the_words_of_the_last_event_in_an_answer_settle_nothing(metered):
    body = json.dumps({"model": "m", "stream": True, "messages": []}).encode()
    headers = {"content-type": "application/json"}
    call = open_call(
        OutgoingRequest("POST", "api.openai.com", None, "https", "/v1/chat/completions", "", headers, body)
    )
    call.responded(200, {"content-type": "text/event-stream"})
    call.feed(EVENTS[0].replace(b"Hi", b"[DONE]"))
    assert call.record.basis == "missing"
    for event in EVENTS[1:]:
        call.feed(event)

    assert call.record.input_tokens == 3
