"""Which answers prove that a request to an unknown path was a call, and what is read out of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from llm_meter_tap.formats.answer_recognition import (
    may_answer_a_call,
    provisional_shape,
    recognise_answer,
)
from llm_meter_tap.formats.figures import Reading
from llm_meter_tap.formats.matching import CallShape

JSON = {"content-type": "application/json; charset=utf-8"}
SSE = {"content-type": "text/event-stream"}
OPENAI = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def read(
    body: bytes, headers: dict[str, str] = JSON, status: int = 200, host: str = "api.openai.com"
) -> tuple[CallShape, Reading] | None:
    asked = provisional_shape(host, "/v9/think", "application/json", b'{"model": "asked-1"}')
    return recognise_answer(asked, host, status, headers, body, True)


def figures(found: tuple[CallShape, Reading] | None) -> tuple[str, Any, Any, Any]:
    assert found is not None
    shape, reading = found
    assert reading.usage is not None
    return shape.api, reading.usage.input_tokens, reading.usage.output_tokens, reading.response_model


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"id": "a", "model": "m", "usage": OPENAI}, ("openai.chat", 11, 7, "m")),
        (
            {"id": "a", "model": "m", "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}},
            ("openai.responses", 3, 4, "m"),
        ),
        (
            {
                "id": "a",
                "model": "m",
                "usage": {"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": 5},
            },
            ("anthropic.messages", 8, 4, "m"),
        ),
        (
            {"responseId": "g", "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 6}},
            ("google.generateContent", 5, 6, None),
        ),
        (
            {"requestId": "r", "usage": {"inputTokens": 5, "outputTokens": 6}},
            ("bedrock.converse", 5, 6, None),
        ),
        ({"code": 0, "data": {"id": "a", "model": "m", "usage": OPENAI}}, ("openai.chat", 11, 7, "m")),
        ({"response": {"id": "a", "model": "m", "usage": OPENAI}}, ("openai.chat", 11, 7, "m")),
    ],
)
def test_usage_in_a_known_spelling_proves_a_call(answer: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert figures(read(json.dumps(answer).encode())) == expected


def test_the_figures_of_a_stream_are_those_of_its_end() -> None:
    chunks: list[dict[str, Any]] = [{"id": "c", "model": "m", "choices": []}] * 20
    chunks.append({"id": "c", "model": "m", "choices": [], "usage": OPENAI})
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    found = read(body.encode(), SSE)
    assert figures(found) == ("openai.chat", 11, 7, "m")
    assert found is not None and found[0].is_stream and found[1].is_finished


def test_claude_s_stream_is_read_by_its_start_and_its_end() -> None:
    start = {"id": "msg_1", "type": "message", "model": "claude-x"}
    start["usage"] = {"input_tokens": 21, "output_tokens": 1}  # type: ignore[assignment]
    events = [
        {"type": "message_start", "message": start},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    body = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
    assert figures(read(body.encode(), SSE)) == ("anthropic.messages", 21, 5, "claude-x")


def test_such_a_call_is_marked_and_has_what_the_request_said() -> None:
    found = read(json.dumps({"id": "a", "usage": OPENAI}).encode())
    assert found is not None
    shape, reading = found
    assert reading.flags == ["recognised-by-answer"]
    assert (shape.provider_name, shape.request_model, shape.operation_name) == (
        "openai",
        "asked-1",
        "generate_content",
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "a", "model": "m"},
        {"usage": OPENAI},
        {"id": "a", "usage": {"prompt_tokens": 11, "total_tokens": 11}},
        {"id": "a", "usage": {"prompt_tokens": 0, "completion_tokens": 0}},
        {"id": "a", "usage": {"input_tokens": "3", "output_tokens": "4"}},
        {"id": "a", "usage": {"cpu": 3, "memory": 4}},
        {"input_tokens": 14},
        {"id": "batch_1", "object": "batch", "model": "m", "usage": {"input_tokens": 3, "output_tokens": 4}},
        {"id": "b", "model": "m", "request_counts": {}, "usage": {"input_tokens": 3, "output_tokens": 4}},
        {"id": "s", "type": "session", "model": "m", "usage": {"input_tokens": 3, "output_tokens": 4}},
        {"object": "list", "id": "l", "usage": OPENAI},
        {"object": "page", "data": [{"model": "m", "usage": OPENAI}]},
        [{"id": "a", "results": [OPENAI]}],
    ],
)
def test_anything_less_proves_nothing(answer: Any) -> None:
    assert read(json.dumps(answer).encode()) is None


@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, JSON), (201, {"content-type": "text/html"}), (302, JSON), (200, {})],
)
def test_no_other_kind_of_answer_is_read(status: int, headers: dict[str, str]) -> None:
    body = json.dumps({"id": "a", "model": "m", "usage": OPENAI}).encode()
    assert read(body, headers, status) is None


@pytest.mark.parametrize(
    "path",
    [
        "/v1/messages/count_tokens",
        "/v1/models/x:countTokens",
        "/v1/batches",
        "/v1/batches/b1/cancel",
        "/v1/messages/batches",
        "/v1/organization/usage/completions",
        "/v1/models",
        "/v1/models/x",
        "/v1/responses/resp_1/cancel",
        "/v1/chat/completions/chatcmpl-1",
        "/v1/usage",
        "/v1/traces/ingest",
        "/v1/logs",
    ],
)
def test_what_providers_offer_beside_calls_is_never_asked(path: str) -> None:
    assert not may_answer_a_call(path, "application/json")


def test_an_unknown_path_is_asked_where_the_request_is_json_or_a_form() -> None:
    assert may_answer_a_call("/v9/think", "application/json")
    assert may_answer_a_call("/v1beta/models/gemini-x:reason", "application/json")
    assert may_answer_a_call("/v9/hear", "multipart/form-data; boundary=x")
    assert not may_answer_a_call("/v9/think", "text/plain")
    assert not may_answer_a_call("/v9/think", None)


def test_damage_is_read_as_nothing() -> None:
    for body in (b"", b"{", b'{"usage": {', b"\xff" * 50, b'{"id": "a", "usage": {"prompt_tokens": 1,'):
        assert read(body) is None
        assert read(body, SSE) is None
