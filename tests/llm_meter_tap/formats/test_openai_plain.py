"""What is read of a plain chat completion at once is what the rules of the format read of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usage_vectors import CASES

from llm_meter_tap.calls.recording import fill_record
from llm_meter_tap.formats import openai
from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.openai_plain import read_plain
from llm_meter_tap.formats.reading import plain_fields, read_response, whole_object
from llm_meter_tap.wire.record import CallRecord

COUNTS = st.one_of(
    st.integers(0, 9), st.sampled_from([None, 7.0, "3", -1, True, 10**15, 10**15 + 1, [], 0.5])
)
DETAILS = {
    "prompt_tokens_details": st.one_of(
        st.sampled_from([None, {}, [], "", 0, {"cached_tokens": 2, "cache_write_tokens": 1}]),
        st.fixed_dictionaries(
            {}, optional={"cached_tokens": COUNTS, "audio_tokens": COUNTS, "text_tokens": COUNTS}
        ),
    ),
    "completion_tokens_details": st.one_of(
        st.sampled_from([None, {}, 5, {"image_tokens": 3}]),
        st.fixed_dictionaries(
            {},
            optional={
                "reasoning_tokens": COUNTS,
                "audio_tokens": COUNTS,
                "rejected_prediction_tokens": COUNTS,
            },
        ),
    ),
}
NAMES = st.sampled_from(["m", "", None, 5, "x" * 256, "x" * 257])


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """A chat completion; most of its members are as they should be, so that many answers are plain."""

    def mostly(ordinary: Any, odd: st.SearchStrategy[Any]) -> Any:
        return ordinary if draw(st.integers(0, 9)) else draw(odd)

    read, written = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    usage = {
        "prompt_tokens": mostly(read, COUNTS),
        "completion_tokens": mostly(written, COUNTS),
        "total_tokens": mostly(read + written, COUNTS),
        **draw(st.fixed_dictionaries({}, optional=DETAILS)),
    }
    if mostly(False, st.booleans()):
        usage[
            draw(
                st.sampled_from(
                    [
                        "prompt_cache_hit_tokens",
                        "prompt_cache_miss_tokens",
                        "cached_tokens",
                        "cost",
                        "num_sources_used",
                        "new_tokens",
                    ]
                )
            )
        ] = 2
    choice = {"index": 0, "message": {"content": "x"}, "finish_reason": draw(st.sampled_from(["stop", None]))}
    document = {
        "id": mostly("chatcmpl-1", NAMES),
        "object": mostly("chat.completion", st.sampled_from([None, "error", "thread.run", "list"])),
        "model": mostly("gpt-5", NAMES),
        "choices": mostly(
            [choice], st.sampled_from([None, [], [5], [{**choice, "usage": {"prompt_tokens": 1}}]])
        ),
        "usage": mostly(usage, st.sampled_from([None, {}, [], {"cost": 1}])),
        "service_tier": mostly("default", NAMES),
    }
    if mostly(False, st.booleans()):
        odd = [
            "error",
            "errors",
            "background",
            "output",
            "data",
            "result",
            "x_groq",
            "task_status",
            "request_id",
        ]
        document[draw(st.sampled_from(odd))] = draw(st.sampled_from([{"code": "bad"}, True, "x", None, {}]))
    left_out = draw(st.sets(st.sampled_from(sorted(document)), max_size=mostly(0, st.just(2))))
    return {name: value for name, value in document.items() if name not in left_out}


def by_rules(document: dict[str, Any], provider: str = "openai") -> dict[str, Any]:
    """The fields that the rules give to a record, without those that are not known."""
    body, shape = json.dumps(document).encode(), CallShape(openai.CHAT.name, provider, "chat", "gpt-5", False)
    reading = read_response(shape, 200, {}, "application/json", body, True)
    assert (reading.error_type, reading.is_finished, reading.is_closed) == (None, True, True)
    assert not (reading.is_stored or reading.is_background or reading.is_elsewhere or reading.is_cached)
    record = CallRecord.of_known({})
    fill_record(record, reading)
    return {name: value for name, value in vars(record).items() if value is not None}


@given(
    document=answers(), provider=st.sampled_from(["openai", "x_ai", "openrouter", "gcp.gemini", "mistral_ai"])
)
@settings(max_examples=600, deadline=None)
def test_what_a_plain_answer_says_is_what_the_rules_read(document: dict[str, Any], provider: str) -> None:
    fields = read_plain(document)
    assert fields is None or fields == by_rules(document, provider)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_no_answer_of_any_provider_is_read_otherwise_than_by_the_rules(case: dict[str, Any]) -> None:
    body = case["response"]["body"].encode()
    document = whole_object(case["response"].get("content_type") or "", body)
    fields = None if document is None else read_plain(document)
    assert fields is None or fields == by_rules(document)


def test_an_ordinary_answer_is_plain() -> None:
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 3, "accepted_prediction_tokens": 0},
    }
    choice = {"index": 0, "message": {"content": "hello"}, "finish_reason": "stop"}
    document = {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}

    assert read_plain(document) == by_rules(document)


@pytest.mark.parametrize("header", ["x-litellm-response-cost", "x-portkey-cache-status"])
def test_where_a_gateway_says_something_the_rules_are_asked(header: str) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    document = {"id": "c", "object": "chat.completion", "model": "m", "choices": [], "usage": usage}

    assert plain_fields(openai.CHAT.name, {"content-type": "application/json"}, document) is not None
    assert plain_fields(openai.CHAT.name, {header: "HIT"}, document) is None


@pytest.mark.parametrize(
    ("content_type", "body", "is_whole"),
    [
        ("application/json", b'{"a": 1}', True),
        ("Application/JSON; charset=utf-8", b'{"a": 1}\n', True),
        ("application/jsonl", b'{"a": 1}', False),
        ("", b'{"a": 1}', False),
        ("application/json", b'{"a": 1', False),
        ("application/json", b'{"a":}', False),
        ("application/json", b"[1]", False),
        ("application/json", b'{"a": "' + b"x" * 65536 + b'"}', False),
    ],
)
def test_only_a_body_that_is_one_object_of_a_common_size_is_whole(
    content_type: str, body: bytes, is_whole: bool
) -> None:
    assert (whole_object(content_type, body) is not None) == is_whole
