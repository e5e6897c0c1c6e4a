"""The schema that an answer is to fit."""

from __future__ import annotations

from typing import Any

import pytest

from llm_meter_tap.formats.answer_schema import answer_schema
from llm_meter_tap.formats.registry import FORMATS

SCHEMA = {
    "title": "Answer",
    "type": "object",
    "properties": {"title": {"type": "string", "title": "Title"}},
    "additionalProperties": False,
}
TEXT = '{"type":"object","properties":{"title":{"type":"string"}}}'


def places_of(api: str) -> tuple[tuple[str, ...], ...]:
    fields = FORMATS[api].text
    assert fields is not None
    return fields.answer_schema


@pytest.mark.parametrize(
    ("api", "members", "text"),
    [
        ("openai.chat", {"response_format": {"json_schema": {"name": "a", "schema": SCHEMA}}}, f"a\n{TEXT}"),
        (
            "openai.responses",
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA}}},
            f"a\n{TEXT}",
        ),
        (
            "anthropic.messages",
            {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
            TEXT,
        ),
        ("google.generateContent", {"generationConfig": {"responseSchema": SCHEMA}}, TEXT),
        ("cohere.chat", {"response_format": {"type": "json_object", "json_schema": SCHEMA}}, TEXT),
        ("ollama.chat", {"format": SCHEMA}, TEXT),
    ],
)
def test_every_formats_schema_is_read_without_what_says_nothing_to_a_model(
    api: str, members: dict[str, Any], text: str
) -> None:
    assert answer_schema(members, places_of(api)) == text


@pytest.mark.parametrize(
    ("api", "members"),
    [
        ("openai.chat", {}),
        ("openai.chat", {"response_format": {"type": "json_object"}}),
        ("ollama.chat", {"format": "json"}),
        ("openai.responses", {"text": "Hi"}),
    ],
)
def test_no_schema_is_read_where_none_is_asked_for(api: str, members: dict[str, Any]) -> None:
    assert answer_schema(members, places_of(api)) is None
