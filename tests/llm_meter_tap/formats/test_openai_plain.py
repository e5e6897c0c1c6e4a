"""What is read of a plain chat completion at once is what the rules of the format read of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.matching import CallShape
from llm_meter_tap.formats.openai_plain import read_plain
from llm_meter_tap.formats.reading import FORMATS, Reading, read_response

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
            draw(st.sampled_from(["prompt_cache_hit_tokens", "cost", "num_sources_used", "new_tokens"]))
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


def read(
    document: dict[str, Any], provider: str = "openai", headers: dict[str, str] | None = None
) -> Reading:
    shape = CallShape(openai.CHAT.name, provider, "chat", "gpt-5", False)
    body = json.dumps(document).encode()
    return read_response(shape, 200, headers or {}, "application/json", body, True)


@given(
    document=answers(), provider=st.sampled_from(["openai", "x_ai", "openrouter", "gcp.gemini", "mistral_ai"])
)
@settings(max_examples=600, deadline=None)
def test_a_plain_answer_is_read_as_by_the_rules(document: dict[str, Any], provider: str) -> None:
    plain = read_plain(document)
    with pytest.MonkeyPatch.context() as patched:
        by_rules = openai.CHAT._replace(usage=openai.CHAT.usage._replace(plain=None))
        patched.setitem(FORMATS, openai.CHAT.name, by_rules)
        ruled = read(document, provider)
    assert plain is None or plain == ruled
    assert read(document, provider) == ruled


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

    reading = read_plain(document)

    assert reading is not None
    assert reading.usage is not None
    assert (reading.usage.input_tokens, reading.usage.output_tokens) == (11, 7)
    assert (reading.usage.cache_read_input_tokens, reading.usage.reasoning_output_tokens) == (4, 3)


@pytest.mark.parametrize("header", ["x-litellm-response-cost", "x-portkey-cache-status"])
def test_what_a_gateway_says_of_a_plain_answer_is_read(header: str) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    document = {"id": "c", "object": "chat.completion", "model": "m", "choices": [], "usage": usage}

    reading = read(document, headers={header: "HIT" if "cache" in header else "0.5"})

    assert reading.is_cached == ("cache" in header)
    assert reading.usage is None or reading.usage.raw["gateway_cost_usd"] == "0.5"


def test_lines_of_json_are_a_stream_and_never_plain() -> None:
    shape = CallShape(openai.CHAT.name, "openai", "chat", "gpt-5", False)
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    body = json.dumps({"id": "c", "object": "chat.completion", "model": "m", "choices": [], "usage": usage})

    reading = read_response(shape, 200, {}, "application/jsonl", body.encode(), True)

    assert reading.usage is not None
    assert not reading.is_closed
