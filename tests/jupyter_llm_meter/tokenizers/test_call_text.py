"""Counting a call's two sides: as OpenAI counts its own examples, and by family for others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_llm_meter.tokenizers import count
from jupyter_llm_meter.tokenizers.call_text import count_input, count_output
from jupyter_llm_meter.tokenizers.framing import PLAIN, Overhead, overhead_of
from llm_meter_tap.formats.registry import FORMATS
from llm_meter_tap.formats.request_text import BREAK, request_text

# The example of OpenAI's cookbook, "How to count tokens with tiktoken", section 7, and its published counts.
WEATHER = {
    "messages": [
        {
            "role": "system",
            "content": "You are a helpful assistant that can answer to questions about the weather.",
        },
        {"role": "user", "content": "What's the weather like in San Francisco?"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_current_weather",
                "description": "Get the current weather in a given location",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "location": {
                            "type": "string",
                            "description": "The city and state, e.g. San Francisco, CA",
                        },
                        "unit": {
                            "type": "string",
                            "description": "The unit of temperature to return",
                            "enum": ["celsius", "fahrenheit"],
                        },
                    },
                    "required": ["location"],
                },
            },
        }
    ],
}
# The example request of OpenAI's API reference for chat completions, and the usage in its answer.
HELLO = {
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Hello!"},
    ]
}


def tokens_of(body: Any, model: str, api: str = "openai.chat") -> int:
    fields = FORMATS[api].text
    assert fields is not None
    read = request_text(fields, json.dumps(body).encode())
    assert read.text is not None
    return count_input(read.text, read.framing, overhead_of(model, None, api), model).tokens


@pytest.mark.parametrize(
    ("body", "model", "published"),
    [(WEATHER, "gpt-4o", 101), (WEATHER, "gpt-4o-mini", 101), (WEATHER, "gpt-4", 105), (HELLO, "gpt-4o", 19)],
)
def test_openais_examples_have_the_counts_that_openai_publishes(
    body: Any, model: str, published: int
) -> None:
    assert tokens_of(body, model) == published


def test_pieces_are_counted_apart() -> None:
    apart = count_output(f"a{BREAK}b", {}, PLAIN, "gpt-4o").tokens
    assert apart == 2 * count("a", "gpt-4o").tokens


def test_a_text_without_framing_is_counted_as_it_is() -> None:
    assert count_input("hello world", {}, PLAIN, "gpt-4o").tokens == 2


def test_a_schema_that_a_model_is_not_shown_is_left_out() -> None:
    text, counts = f"Hi{BREAK}a schema", {"messages": 1, "schemas": 1}
    shown, hidden = Overhead(schema=0), Overhead(schema=None)
    difference = count_input(text, counts, shown, "m").tokens - count_input(text, counts, hidden, "m").tokens
    assert difference == count("a schema").tokens


def test_barred_tools_are_left_out_where_a_model_does_not_read_them() -> None:
    text = f"Hi{BREAK}the tools{BREAK}a schema"
    counts = {"messages": 1, "tools": 1, "barred": 1, "schemas": 1}
    figures = Overhead(schema=0, reads_barred=False)
    without = count_input(f"Hi{BREAK}a schema", {"messages": 1, "schemas": 1}, figures, "m")
    assert count_input(text, counts, figures, "m") == without


def test_another_vocabulary_is_reckoned_by_its_ratio() -> None:
    assert count_output("a " * 50, {}, PLAIN._replace(ratio=2.0), "m").tokens == 2 * count("a " * 50).tokens


def test_the_encoding_that_stood_in_is_named() -> None:
    assert count_input("Hi", {}, PLAIN, "claude-sonnet-4-5")[1:] == ("o200k_base", False)


COUNTED = st.sampled_from(["messages", "tools", "barred", "schemas"])


@settings(deadline=None)
@given(st.text(), st.dictionaries(COUNTED, st.integers(0, 9)))
def test_any_text_and_numbers_can_be_counted(text: str, counts: dict[str, int]) -> None:
    for model in ("gpt-4o", "qwen3.5", "claude-sonnet-5"):
        assert count_input(text, counts, overhead_of(model, None, "openai.chat"), model).tokens >= 0
