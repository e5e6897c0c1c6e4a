"""The JSON schema that a model's answer is asked to fit: in the words of each API, and as the model reads it.

OpenAI's models read it as compact JSON without what says nothing to them; measured on recorded traffic
(docs/explanation/counting.md).
"""

from __future__ import annotations

import json
from typing import Any

from llm_meter_tap.wire.json_values import mapping, text

_SCHEMAS = ("schema", "json_schema", "responseSchema", "responseJsonSchema", "response_schema")
_NOT_READ = frozenset(("title", "additionalProperties", "strict", "$schema"))


def answer_schema(members: dict[str, Any], places: tuple[tuple[str, ...], ...]) -> str | None:
    """The schema's name, where it has one, and its text.

    Args:
        members: The request's outer members.
        places: Paths to where the request's format asks for it.

    Returns:
        A line each; None when no schema is asked for.
    """
    for place in places:
        asked: Any = members
        for name in place:
            asked = mapping(asked).get(name)
        found = _found(mapping(asked))
        if found is not None:
            return found
    return None


def _found(asked: dict[str, Any]) -> str | None:
    wrapped = mapping(asked.get("json_schema"))
    if "schema" in wrapped:
        asked = wrapped
    schema = next((asked[name] for name in _SCHEMAS if isinstance(asked.get(name), dict)), None)
    if schema is None and isinstance(asked.get("properties"), dict):
        schema = asked
    if not schema:
        return None
    name = text(asked.get("name"))
    written = json.dumps(_read(schema), ensure_ascii=False, separators=(",", ":"))
    return written if name is None else f"{name}\n{written}"


def _read(value: Any) -> Any:
    """The value without the members that a model is not shown; a property may bear such a name."""
    if isinstance(value, list):
        return [_read(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {key: _read(one) for key, one in item.items()}
        if name in ("properties", "$defs", "definitions") and isinstance(item, dict)
        else _read(item)
        for name, item in value.items()
        if name not in _NOT_READ
    }
