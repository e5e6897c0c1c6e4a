"""The schema that an answer is to fit."""

from __future__ import annotations

from typing import Any

import pytest

from llm_meter_tap.formats.answer_schema import answer_schema

SCHEMA = {
    "title": "Answer",
    "type": "object",
    "properties": {"title": {"type": "string", "title": "Title"}},
    "additionalProperties": False,
}
TEXT = '{"type":"object","properties":{"title":{"type":"string"}}}'


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"response_format": {"json_schema": {"name": "a", "schema": SCHEMA}}}, f"a\n{TEXT}"),
        ({"text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA}}}, f"a\n{TEXT}"),
        ({"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, TEXT),
        ({"generationConfig": {"responseSchema": SCHEMA}}, TEXT),
        ({"response_format": {"type": "json_object", "json_schema": SCHEMA}}, TEXT),
        ({"format": SCHEMA}, TEXT),
    ],
    ids=["chat", "Responses", "Anthropic", "Gemini", "Cohere", "Ollama"],
)
def test_every_formats_schema_is_read_without_what_says_nothing_to_a_model(
    members: dict[str, Any], text: str
) -> None:
    assert answer_schema(members) == text


@pytest.mark.parametrize(
    "members", [{}, {"response_format": {"type": "json_object"}}, {"format": "json"}, {"text": "Hi"}]
)
def test_no_schema_is_read_where_none_is_asked_for(members: dict[str, Any]) -> None:
    assert answer_schema(members) is None
