"""Tool definitions as types."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from llm_meter_tap.formats.tool_text import tool_text

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Where"},
        "unit": {"type": "string", "enum": ["C", "F"]},
        "days": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["city"],
}
TEXT = """namespace functions {

// How warm it is
type warmth = (_: {
// Where
city: string,
unit?: "C" | "F",
days?: number[],
}) => any;

} // namespace functions"""


def of(definitions: Any) -> tuple[str | None, dict[str, int]]:
    counts: Counter[str] = Counter()
    return tool_text(definitions, counts), dict(counts)


def named(**schema: Any) -> dict[str, Any]:
    return {"name": "warmth", "description": "How warm it is", **schema}


@pytest.mark.parametrize(
    "definitions",
    [
        [{"type": "function", "function": named(parameters=SCHEMA)}],
        [{"type": "function", **named(parameters=SCHEMA)}],
        [named(input_schema=SCHEMA)],
        [named(parameters=SCHEMA)],
        [{"functionDeclarations": [named(parameters=SCHEMA)]}],
        {"tools": [{"toolSpec": named(inputSchema={"json": SCHEMA})}]},
    ],
    ids=["chat", "Responses", "Anthropic", "functions", "Gemini", "Converse"],
)
def test_every_formats_definition_of_a_function_has_the_same_text(definitions: Any) -> None:
    assert of(definitions) == (TEXT, {"tools": 1, "properties": 3})


def test_a_function_without_parameters_takes_none() -> None:
    text, counts = of([{"name": "now", "parameters": {"type": "object", "properties": {}}}])
    assert text is not None
    assert "type now = () => any;" in text
    assert counts == {"tools": 1}


def test_properties_within_properties_and_references_are_followed() -> None:
    place = {"type": "object", "properties": {"lat": {"type": "number"}}}
    schema = {
        "properties": {"here": {"$ref": "#/$defs/Place"}, "or": {"anyOf": [place, {"type": "null"}]}},
        "$defs": {"Place": place},
    }
    text, counts = of([named(input_schema=schema)])
    assert text is not None
    assert "here?: {\nlat?: number,\n}," in text
    assert "or?: {\nlat?: number,\n} | null," in text
    assert counts == {"tools": 1, "properties": 4}


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    tree = {"properties": {"child": {"$ref": "#/$defs/Tree"}}}
    text, _ = of([named(input_schema={**tree, "$defs": {"Tree": tree}})])
    assert text is not None


@pytest.mark.parametrize(
    "definitions",
    [None, [], {}, "tools", [None], [{"googleSearch": {}}], [{"type": "web_search_1", "name": "web_search"}]],
)
def test_what_defines_no_function_has_no_text(definitions: Any) -> None:
    assert of(definitions) == (None, {})
