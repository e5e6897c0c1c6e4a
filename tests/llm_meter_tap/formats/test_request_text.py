"""The text that is counted where a provider reported nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.format import TextFields
from llm_meter_tap.formats.registry import FORMATS
from llm_meter_tap.formats.request_text import BREAK, call_text, request_text, response_text

PICTURE = "iVBORw0KGgo" * 100


def fields_of(api: str) -> TextFields:
    fields = FORMATS[api].text
    assert fields is not None
    return fields


CHAT = fields_of("openai.chat")


def of_request(body: Any, api: str = "openai.chat") -> str | None:
    return request_text(fields_of(api), json.dumps(body).encode()).text


def of_events(*documents: Any, api: str = "openai.chat") -> str | None:
    stream = "".join(f"data: {json.dumps(document)}\n\n" for document in documents)
    return response_text(fields_of(api), "text/event-stream", stream.encode()).text


@pytest.mark.parametrize(
    ("api", "body", "text"),
    [
        ("openai.chat", {"model": "m", "messages": [{"role": "user", "content": "How far?"}]}, "How far?"),
        (
            "anthropic.messages",
            {
                "system": "Be brief",
                "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
            },
            "Be brief\x1eHi",
        ),
        (
            "openai.responses",
            {"instructions": "Be brief", "input": "How far?", "model": "m"},
            "Be brief\x1eHow far?",
        ),
        ("openai.completions", {"prompt": ["one", "two"]}, "one\x1etwo"),
        (
            "google.generateContent",
            {"systemInstruction": {"parts": [{"text": "a"}]}, "contents": [{"parts": [{"text": "b"}]}]},
            "a\x1eb",
        ),
        ("openai.embeddings", {"input": ["x", "y"], "model": "embed"}, "x\x1ey"),
        ("openai.embeddings", {"input": [[1, 2, 3]]}, None),
        (
            "google.interactions",
            {"system_instruction": "Be brief", "input": "How far?"},
            "Be brief\x1eHow far?",
        ),
        (
            "google.interactions",
            {"input": [{"type": "user_input", "content": [{"type": "text", "text": "How far?"}]}]},
            "How far?",
        ),
        ("openai.chat", [], None),
    ],
)
def test_the_model_reads_prompts_and_messages(api: str, body: Any, text: str | None) -> None:
    assert of_request(body, api) == text


def test_tools_are_read_too() -> None:
    text = of_request({"messages": [], "tools": [{"function": {"name": "look_up"}}]})
    assert text is not None
    assert "look_up" in text


def test_pictures_are_not_text() -> None:
    text = of_request(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "What is it?"},
                        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}},
                        {"type": "image", "source": {"type": "base64", "data": PICTURE}},
                        {"inlineData": {"mimeType": "image/png", "data": PICTURE}},
                    ],
                }
            ]
        }
    )
    assert text == "What is it?"


def test_deltas_are_joined_as_they_are() -> None:
    text = of_events(
        {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
        {"choices": [{"delta": {"content": "Fa"}}]},
        {"choices": [{"delta": {"content": "r."}, "finish_reason": "stop"}]},
    )
    assert text == "Far."


def test_a_message_repeated_beside_its_deltas_counts_once() -> None:
    text = of_events(
        {"choices": [{"message": {"content": "Fa"}, "delta": {"content": "Fa"}}]},
        {"choices": [{"message": {"content": "Far."}, "delta": {"content": "r."}}]},
    )
    assert text == "Far."


def test_the_events_of_responses_that_repeat_are_left_out() -> None:
    text = of_events(
        {"type": "response.output_text.delta", "delta": "Far"},
        {"type": "response.function_call_arguments.delta", "delta": '{"a":1}'},
        {"type": "response.output_text.done", "text": "Far"},
        {"type": "response.completed", "response": {"output": [{"content": [{"text": "Far"}]}]}},
        api="openai.responses",
    )
    assert text == 'Far{"a":1}'


def test_claudes_text_thoughts_and_tool_input_are_written_by_it() -> None:
    text = of_events(
        {"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "content": []}},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm. "}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Far"}},
        {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": PICTURE}},
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        api="anthropic.messages",
    )
    assert text == 'Hm. Far{"a":1}'


def test_an_interactions_last_event_repeats_its_steps() -> None:
    text = of_events(
        {"event_type": "step.start", "index": 0, "step": {"type": "function_call", "name": "far"}},
        {"event_type": "step.delta", "delta": {"type": "arguments_delta", "arguments": '{"a":1}'}},
        {"event_type": "step.delta", "delta": {"type": "text", "text": "Far"}},
        {"event_type": "interaction.completed", "interaction": {"steps": [{"content": [{"text": "Far"}]}]}},
        api="google.interactions",
    )
    assert text == 'far{"a":1}Far'


def test_a_whole_answer_is_read_once() -> None:
    body = {
        "choices": [{"message": {"content": "Far.", "reasoning_content": "Hm."}, "delta": {"content": ""}}]
    }
    assert response_text(CHAT, "application/json", json.dumps(body).encode()).text == f"Far.{BREAK}Hm."


def test_a_cut_gemini_array_gives_the_parts_that_came() -> None:
    part = {
        "candidates": [
            {"content": {"parts": [{"text": "Far"}, {"functionCall": {"name": "f", "args": {"a": 1}}}]}}
        ]
    }
    body = json.dumps([part, part], indent=1).encode()[:-40]
    gemini = fields_of("google.generateContent")
    assert response_text(gemini, "application/json", body) == ('Farf{"a": 1}', {"calls": 1})


def test_json_lines_are_read_line_by_line() -> None:
    lines = b'{"message":{"content":"Fa"}}\n{"message":{"content":"r"}}\n{"done":true'
    assert response_text(fields_of("ollama.chat"), "application/x-ndjson", lines).text == "Far"


def test_an_answer_without_text_has_none() -> None:
    assert response_text(CHAT, "application/json", b'{"data":[{"embedding":[1,2]}]}').text is None
    assert response_text(CHAT, None, b"").text is None


@pytest.mark.parametrize(
    "message",
    [
        {"tool_calls": [{"id": "1", "function": {"name": "far", "arguments": '{"a":1}'}}]},
        {"content": [{"type": "tool_use", "id": "1", "name": "far", "input": {"a": 1}}]},
    ],
)
def test_a_tools_call_is_counted_where_it_is_written(message: Any) -> None:
    assert response_text(CHAT, None, json.dumps({"choices": [{"message": message}]}).encode()).framing == {
        "calls": 1
    }


def test_a_streamed_call_of_a_tool_is_counted_once() -> None:
    start = {"name": "far", "arguments": ""}
    stream = "".join(
        f"data: {json.dumps({'choices': [{'delta': {'tool_calls': [{'function': piece}]}}]})}\n\n"
        for piece in (start, {"arguments": '{"a"'}, {"arguments": ":1}"})
    )
    assert response_text(CHAT, "text/event-stream", stream.encode()) == ('far{"a":1}', {"calls": 1})


def test_the_responses_api_names_the_tool_before_its_arguments() -> None:
    text = of_events(
        {"type": "response.output_item.added", "item": {"type": "function_call", "name": "far"}},
        {"type": "response.function_call_arguments.delta", "delta": "{}"},
        {"type": "response.output_item.done", "item": {"type": "function_call", "name": "far"}},
        api="openai.responses",
    )
    assert text == "far{}"


def test_a_call_without_arguments_has_no_text_for_them() -> None:
    body = {"content": [{"type": "tool_use", "name": "now", "input": {}}]}
    claude = fields_of("anthropic.messages")
    assert response_text(claude, None, json.dumps(body).encode()).text == "now"


def test_tools_and_schema_are_the_last_pieces_in_this_order() -> None:
    text = of_request(
        {
            "messages": [{"role": "user", "content": "Hi"}],
            "response_format": {"json_schema": {"name": "a", "schema": {"type": "object"}}},
            "tools": [{"function": {"name": "look_up"}}],
        }
    )
    assert text is not None
    hi, tools, schema = text.split(BREAK)
    assert (hi, "look_up" in tools, schema) == ("Hi", True, 'a\n{"type":"object"}')


def test_a_calls_text_comes_with_the_numbers_of_what_stands_around_it() -> None:
    request = json.dumps({"messages": [{"role": "user", "content": "How far?"}]}).encode()
    assert call_text("openai.chat", request, None, b'{"choices":[{"message":{"content":"Far."}}]}') == {
        "input": "How far?",
        "output": "Far.",
        "framing": {"api": "openai.chat", "input": {"messages": 1}, "output": {}},
    }


def test_a_call_without_any_text_has_nothing_to_count() -> None:
    assert call_text("openai.chat", None, None, b"") is None


@settings(deadline=None)
@given(
    st.sampled_from([one.text for one in FORMATS.values() if one.text is not None]),
    st.binary(),
    st.sampled_from(["application/json", "text/event-stream", "application/vnd.amazon.eventstream"]),
)
def test_any_bytes_can_be_looked_at(fields: TextFields, body: bytes, content_type: str) -> None:
    request_text(fields, body)
    response_text(fields, content_type, body)
    response_text(fields, content_type, b"[" + body)
