"""Reading responses: bad input, big bodies, long streams. What formats say is in the shared vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.reading import Reading, read_response
from llm_meter_tap.formats.registry import FORMATS

CHAT = CallShape("openai.chat", "openai", "chat", "m-1", False)
EMBEDDINGS = CHAT._replace(api="openai.embeddings")
SHAPES = [CallShape(api, "openai", "chat", None, False) for api in FORMATS]
TYPES = [
    "application/json",
    "text/event-stream",
    "application/vnd.amazon.eventstream",
    "application/x-ndjson",
    "",
]

# JSON that has the providers' names in the wrong places, with the wrong values.
NAMES = st.sampled_from(
    [
        *(
            "usage",
            "usageMetadata",
            "x_groq",
            "choices",
            "message",
            "response",
            "result",
            "error",
            "errors",
            "type",
        ),
        *(
            "prompt_tokens",
            "completion_tokens",
            "total_tokens",
            "input_tokens",
            "output_tokens",
            "delta",
            "meta",
        ),
        *("prompt_tokens_details", "cached_tokens", "promptTokenCount", "promptTokensDetails", "candidates"),
        *(
            "results",
            "tokenCount",
            "metadata",
            "predictions",
            "tokens",
            "billed_units",
            "status",
            "code",
            "object",
        ),
    ]
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
DOCUMENTS = st.recursive(
    VALUES | st.sampled_from(["message_start", "message_delta", "error", "response.completed"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)


def read(
    body: Any, shape: CallShape = CHAT, content_type: str = "application/json", complete: bool = True
) -> Reading:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_response(shape, 200, {}, content_type, content, complete)


@settings(deadline=None)
@given(st.sampled_from(SHAPES), st.binary(), st.sampled_from(TYPES), st.integers(0, 999), st.booleans())
def test_no_bytes_whatever_make_it_raise(
    shape: CallShape, body: bytes, content_type: str, status: int, complete: bool
) -> None:
    assert isinstance(read_response(shape, status, {}, content_type, body, complete), Reading)


@settings(deadline=None)
@given(st.sampled_from(SHAPES), DOCUMENTS, st.sampled_from(["%s", "data: %s\n\n", "[%s,%s", "%s\n%s\n"]))
def test_no_json_whatever_makes_it_raise(shape: CallShape, document: Any, frame: str) -> None:
    text = json.dumps(document)
    body = (frame % ((text,) * frame.count("%s"))).encode()
    usage = read_response(shape, 200, {}, None, body, True).usage
    figures = [] if usage is None else [value for name, value in vars(usage).items() if name != "raw"]
    assert all(figure is None or (type(figure) is int and figure >= 0) for figure in figures)


@settings(deadline=None)
@given(DOCUMENTS)
def test_an_error_type_is_a_short_identifier_whatever_the_error_is(error: Any) -> None:
    named = read({"error": error}).error_type
    assert named is None or (len(named) <= 80 and not set(named) & set(" \n'\""))


def test_brackets_without_end_are_survived() -> None:
    assert read(b"[" * 200_000) == Reading(is_finished=False)
    assert read(b'{"a":' * 200_000).usage is None


def test_the_usage_of_a_big_embedding_is_found_at_its_end() -> None:
    vectors = [{"object": "embedding", "embedding": [0.0123456789] * 20_000, "index": 0}]
    tail = {"model": "embed-x", "usage": {"prompt_tokens": 8, "total_tokens": 8}}
    reading = read({"object": "list", "data": vectors, **tail}, EMBEDDINGS)
    assert reading.usage is not None
    assert (reading.usage.input_tokens, reading.response_model, reading.is_finished) == (8, "embed-x", True)


def test_the_usage_in_the_middle_of_a_big_body_is_found_by_parsing_it() -> None:
    big = "x" * 50_000
    reading = read({"a": big, "usage": {"prompt_tokens": 8, "completion_tokens": 1}, "model": "m", "z": big})
    assert reading.usage is not None
    assert (reading.usage.input_tokens, reading.response_model) == (8, "m")


def test_a_big_body_that_is_cut_off_still_names_its_model() -> None:
    whole = json.dumps(
        {"id": "c1", "model": "m", "choices": [{"message": {"content": "x" * 90_000}}]}
    ).encode()
    reading = read(whole[:80_000], complete=False)
    assert (reading.response_model, reading.response_id, reading.is_finished) == ("m", "c1", False)


def test_a_cut_body_is_not_finished_even_if_its_answer_is() -> None:
    body = b'{"id":"c1","model":"m","choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usa'
    assert read(body, complete=False) == Reading(response_model="m", response_id="c1", is_finished=False)


def test_usage_inside_an_answer_is_not_the_answers_usage() -> None:
    inner = {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    assert read({"choices": [{"message": {"content": json.dumps(inner), "parsed": inner}}]}).usage is None


def test_the_last_of_many_cumulative_figures_wins_and_the_model_of_the_first_is_kept() -> None:
    chunks = [
        {"id": "c1", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": n}}
        for n in range(500)
    ]
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()
    reading = read(body, content_type="text/event-stream")
    assert reading.usage is not None
    assert (reading.usage.output_tokens, reading.response_model) == (499, "m")
    assert reading.usage.raw == {"prompt_tokens": 3, "completion_tokens": 499}


@pytest.mark.parametrize("position", [0, 1, 60, 119])
def test_figures_are_found_wherever_in_a_long_stream_they_stand(position: int) -> None:
    chunks: list[dict[str, Any]] = [
        {
            "id": "c1",
            "model": "m",
            "choices": [{"delta": {"content": "x"}, "finish_reason": None}],
            "usage": None,
        }
        for _ in range(120)
    ]
    chunks[position]["usage"] = {"prompt_tokens": 3, "completion_tokens": 4}
    body = ": wait\n\n" * 9 + "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    reading = read(body.encode(), content_type="text/event-stream")
    assert reading.usage is not None
    assert (reading.usage.output_tokens, reading.response_model) == (4, "m")


def test_events_are_read_under_a_wrong_content_type() -> None:
    body = b'data: {"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\n'
    reading = read(body, content_type="application/json")
    assert reading.usage is not None
    assert reading.usage.output_tokens == 4


def test_raw_figures_are_kept_as_the_provider_gave_them() -> None:
    raw = {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.25, "is_byok": False, "extra": {"a": [1]}}
    usage = read({"usage": raw}).usage
    assert usage is not None
    assert usage.raw == raw


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_failed_call_without_a_code_is_named_by_its_status(status: int) -> None:
    assert read_response(CHAT, status, {}, "text/html", b"<html>", True).error_type == str(status)


def test_amazons_error_stands_in_a_header() -> None:
    headers = {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/"}
    shape = CHAT._replace(api="bedrock.converse")
    assert (
        read_response(shape, 429, headers, "application/json", b"{}", True).error_type
        == "ThrottlingException"
    )


@pytest.mark.parametrize(
    ("status", "error", "named"),
    [
        (402, {"type": "unknown_error", "code": "invalid_request_error"}, "402"),
        (400, {"type": "unknown_error", "code": "invalid_request_error"}, "invalid_request_error"),
        (429, {"code": "1113"}, "1113"),
        (429, {"code": "1300", "type": "rate_limited"}, "rate_limited"),
        (429, {"code": "429"}, "429"),
    ],
)
def test_the_most_specific_name_of_an_error_is_kept(status: int, error: Any, named: str) -> None:
    body = json.dumps({"error": {"message": "Not now, please", **error}}).encode()
    assert read_response(CHAT, status, {}, "application/json", body, True).error_type == named


@pytest.mark.parametrize(
    ("content_type", "cost"), [("application/json", "0.0123"), ("text/event-stream", None)]
)
def test_a_gateways_stated_cost_is_kept_where_it_can_be_known(content_type: str, cost: str | None) -> None:
    answer = json.dumps({"choices": [{"finish_reason": "stop"}], "usage": {"prompt_tokens": 6}})
    body = (answer if cost else f"data: {answer}\n\n").encode()
    headers = {"content-type": content_type, "x-litellm-response-cost": "0.0123"}
    usage = read_response(CHAT, 200, headers, content_type, body, True).usage
    assert usage is not None
    assert usage.raw.get("gateway_cost_usd") == cost


def test_an_answer_from_a_gateways_cache_is_marked() -> None:
    body = json.dumps({"choices": [], "usage": {"prompt_tokens": 6, "completion_tokens": 2}}).encode()
    reading = read_response(CHAT, 200, {"helicone-cache": "HIT"}, "application/json", body, True)
    assert (reading.is_cached, reading.usage, reading.flags) == (True, None, ["gateway-cache-hit"])


@pytest.mark.parametrize(
    "answer", [{"usage": {"prompt_tokens": 3}}, {"id": "x" * 300}, {"error": {"code": "no"}}]
)
def test_an_answer_without_a_usable_id_is_known_by_the_gateway_s_id_of_the_call(answer: Any) -> None:
    headers = {"x-litellm-call-id": "334cc93b-5a34-4350-9708-66fa8744a14b"}
    content = json.dumps(answer).encode()
    found = read_response(EMBEDDINGS, 200, headers, "application/json", content, True)
    assert found.response_id == headers["x-litellm-call-id"]


def test_the_answer_s_own_id_goes_before_the_gateway_s() -> None:
    headers = {"x-litellm-call-id": "334cc93b-5a34-4350-9708-66fa8744a14b"}
    found = read_response(CHAT, 200, headers, "application/json", b'{"id": "chatcmpl-1"}', True)
    assert found.response_id == "chatcmpl-1"
