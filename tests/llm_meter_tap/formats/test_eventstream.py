"""AWS's binary event stream."""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.documents import documents
from llm_meter_tap.formats.eventstream import events, parts
from llm_meter_tap.formats.sse import StreamEvent


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message as Amazon's description of the encoding says."""
    block = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(block) + len(payload), len(block))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + block + payload
    return message + struct.pack(">I", zlib.crc32(message))


def test_events_are_named_and_in_order() -> None:
    body = frame({":event-type": "messageStart"}, b'{"role":"assistant"}')
    body += frame({":message-type": "event", ":event-type": "metadata"}, b'{"usage":{}}')
    assert list(events(body)) == [
        StreamEvent("messageStart", b'{"role":"assistant"}'),
        StreamEvent("metadata", b'{"usage":{}}'),
    ]


def test_the_chunks_of_invoke_are_unwrapped() -> None:
    inner = b'{"type":"message_stop"}'
    payload = json.dumps({"bytes": base64.b64encode(inner).decode(), "p": "abc"}).encode()
    assert list(events(frame({":event-type": "chunk"}, payload))) == [StreamEvent("chunk", inner)]


def test_an_exception_gives_its_name() -> None:
    body = frame({":message-type": "exception", ":exception-type": "throttlingException"}, b"{}")
    assert list(events(body)) == [StreamEvent("throttlingException", b"{}")]


@pytest.mark.parametrize("kept", [5, 13, 40])
def test_a_message_that_is_cut_off_is_left_out(kept: int) -> None:
    whole = frame({":event-type": "a"}, b"{}")
    assert list(events(whole + frame({":event-type": "b"}, b'{"x":"123456"}')[:kept])) == [
        StreamEvent("a", b"{}")
    ]


@pytest.mark.parametrize("content_type", ["", "application/octet-stream"])
def test_a_stream_is_known_by_its_first_bytes_whatever_the_type_says(content_type: str) -> None:
    body = frame({":event-type": "metadata"}, b'{"usage":{"inputTokens":3}}')
    found = documents(content_type, body, True, re.compile(b"usage"), ("usage",))
    assert found.items == [("metadata", {"usage": {"inputTokens": 3}})]
    damaged = body[:8] + b"xxxx" + body[12:]
    assert documents(content_type, damaged, True, re.compile(b"usage"), ("usage",)).items == [("", {})]


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_can_be_taken_apart(body: bytes) -> None:
    assert all(isinstance(event, StreamEvent) for event in events(body))
    assert all(
        isinstance(event, StreamEvent) for event in events(struct.pack(">II", len(body) + 12, 9) + body)
    )


def test_the_answer_of_a_sagemaker_endpoint_is_joined_from_its_pieces() -> None:
    stream = b'data: {"id": "c1", "choices": []}\n\ndata: {"usage": {"prompt_tokens": 9}}\n\n'
    pieces = [stream[:20], stream[20:50], stream[50:]]
    body = b"".join(frame({":event-type": "PayloadPart"}, piece) for piece in pieces)
    assert parts(body) == stream
    found = documents(
        "application/vnd.amazon.eventstream", body, True, re.compile(rb'"usage"'), ("usage", "id")
    )
    assert [document for _, document in found.items] == [
        {"id": "c1", "choices": []},
        {"usage": {"prompt_tokens": 9}},
    ]


def test_another_stream_has_no_such_pieces() -> None:
    assert parts(frame({":event-type": "metadata"}, b"{}")) == b""
