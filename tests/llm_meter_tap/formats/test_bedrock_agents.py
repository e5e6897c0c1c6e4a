"""Streams of Bedrock's agents: every trace counts; without traces the call says that tracing is off."""

from __future__ import annotations

import json
import struct
from typing import Any

from llm_meter_tap.formats.matching import recognise
from llm_meter_tap.formats.reading import Reading, read_response

STREAM = "application/vnd.amazon.eventstream"
RUNTIME = "bedrock-agent-runtime.eu-west-1.amazonaws.com"
AGENT = "/agents/A1/agentAliases/B1/sessions/s1/text"


def frame(kind: str, document: dict[str, Any]) -> bytes:
    value, payload = kind.encode(), json.dumps(document).encode()
    header = b"\x0b:event-type\x07" + struct.pack(">H", len(value)) + value
    total = 16 + len(header) + len(payload)
    return struct.pack(">II", total, len(header)) + b"\0" * 4 + header + payload + b"\0" * 4


def step(kind: str, entered: int, produced: int) -> bytes:
    usage = {"inputTokens": entered, "outputTokens": produced}
    return frame(
        "trace",
        {"trace": {kind: {"modelInvocationOutput": {"metadata": {"usage": usage}, "traceId": "t"}}}},
    )


def read(host: str, path: str, body: bytes) -> Reading:
    asked = json.dumps({"inputText": "Hi", "messages": []}).encode()
    shape = recognise("POST", host, path, "", "application/json", asked)
    assert shape is not None
    return read_response(shape, 200, {"content-type": STREAM}, STREAM, body, True)


ANSWER = frame("chunk", {"bytes": "SGVsbG8="})


def test_the_usage_of_every_trace_is_added_up() -> None:
    asked = {"modelInvocationInput": {"foundationModel": "claude-x", "text": "..."}}
    steps = [frame("trace", {"trace": {"preProcessingTrace": asked}}), step("preProcessingTrace", 100, 5)]
    steps += [step("orchestrationTrace", 10, 1) for _ in range(40)]
    reading = read(RUNTIME, AGENT, b"".join([*steps, ANSWER]))
    assert reading.usage is not None
    assert (reading.usage.input_tokens, reading.usage.output_tokens) == (500, 45)
    assert (reading.response_model, reading.flags) == ("claude-x", [])


def test_an_answer_without_traces_says_that_tracing_is_off() -> None:
    reading = read(RUNTIME, AGENT, ANSWER * 3)
    assert reading.usage is None
    assert reading.flags == ["tracing-off"]


def test_a_failed_answer_does_not_say_so() -> None:
    failed = frame("throttlingException", {"message": "slow down"})
    reading = read(RUNTIME, "/agents/session-1", ANSWER * 5 + failed)
    assert (reading.error_type, reading.flags) == ("throttlingException", [])


def test_a_harness_reports_its_usage_in_the_metadata() -> None:
    usage = {"inputTokens": 10, "outputTokens": 4, "totalTokens": 20, "cacheReadInputTokens": 6}
    body = b"".join(
        [
            frame("messageStart", {"role": "assistant"}),
            *[frame("contentBlockDelta", {"delta": {"text": "word "}}) for _ in range(30)],
            frame("messageStop", {"stopReason": "end_turn"}),
            frame("metadata", {"usage": usage, "metrics": {"latencyMs": 3}}),
        ]
    )
    reading = read("bedrock-agentcore.us-east-1.amazonaws.com", "/harnesses/invoke", body)
    assert reading.usage is not None
    figures = reading.usage
    assert (figures.input_tokens, figures.output_tokens, figures.cache_read_input_tokens) == (16, 4, 6)
    assert reading.is_finished
