"""Writes tool definitions as a model reads them, and counts their parts.

It handles the definitions of all APIs. OpenAI's models read a schema as types in the style of TypeScript,
with a comment for each description. What other models read is not public, so they get the same text; the
numbers of tools and properties let the service correct it by provider.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from llm_meter_tap.wire.json_values import mapping, sequence, text

_SCHEMAS = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameter_definitions")
# Where a definition lies within what lists it: OpenAI's chat, Bedrock.
_WRAPPERS = ("function", "toolSpec")
# Gemini, Bedrock.
_LISTS = ("functionDeclarations", "function_declarations", "tools")
_OWN_TYPES = (None, "function", "custom")
_ALTERNATIVES = ("anyOf", "oneOf", "any_of")
_TYPES = {"integer": "number", "float": "number", "str": "string"}
# A schema may hold itself.
_DEEPEST = 12


def tool_text(definitions: Any, counts: Counter[str]) -> str | None:
    """The text of all definitions.

    Args:
        definitions: The request's `tools`, `functions` or `toolConfig`.
        counts: Grows by the `tools` and `properties` met.

    Returns:
        The text; None when no function is defined.
    """
    functions = [function for given in _each(definitions) for function in _functions(given)]
    if not functions:
        return None
    counts["tools"] += len(functions)
    blocks = ("\n".join(_function(function, counts)) for function in functions)
    return "namespace functions {\n\n" + "\n\n".join(blocks) + "\n\n} // namespace functions"


def _each(definitions: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in sequence(definitions) or [definitions] if isinstance(one, dict))


def _functions(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in _LISTS:
        for listed in _each(definition.get(name)):
            yield from _functions(listed)
    inner = (definition[name] for name in _WRAPPERS if isinstance(definition.get(name), dict))
    wrapped = next(inner, definition)
    # A tool of the provider's own has another type, and a definition that is not seen.
    if text(wrapped.get("name")) is not None and wrapped.get("type") in _OWN_TYPES:
        yield wrapped


def _function(function: dict[str, Any], counts: Counter[str]) -> Iterator[str]:
    given: dict[str, Any] = next((function[key] for key in _SCHEMAS if mapping(function.get(key))), {})
    if "parameter_definitions" in function:  # Cohere's first version
        given = {"properties": given}
    schema = mapping(given.get("json")) or given
    if text(function.get("description")):
        yield f"// {function['description']}"
    if mapping(schema.get("properties")):
        yield f"type {function['name']} = (_: {_Types(schema, counts).of(schema, 0)}) => any;"
    else:
        yield f"type {function['name']} = () => any;"


class _Types:
    """The types of one schema.

    Args:
        root: Where its references lead.
        counts: See `tool_text`.
    """

    def __init__(self, root: dict[str, Any], counts: Counter[str]) -> None:
        self._root = root
        self._counts = counts

    def of(self, schema: dict[str, Any], depth: int) -> str:
        if depth > _DEEPEST:
            return "any"
        schema = self._resolved(schema)
        given = sequence(schema.get("type")) or [schema.get("type")]
        kinds = [kind.lower() for kind in given if isinstance(kind, str)]
        if sequence(schema.get("enum")):
            return " | ".join(json.dumps(item, ensure_ascii=False) for item in schema["enum"])
        for name in _ALTERNATIVES:
            if sequence(schema.get(name)):
                return " | ".join(self.of(mapping(one), depth + 1) for one in schema[name])
        if "properties" in schema:
            return "{\n" + "\n".join(self._properties(schema, depth)) + "\n}"
        if "array" in kinds:
            return f"{self.of(mapping(schema.get('items')), depth + 1)}[]"
        return " | ".join(_TYPES.get(kind, kind) for kind in kinds) or "any"

    def _properties(self, schema: dict[str, Any], depth: int) -> Iterator[str]:
        required = sequence(schema.get("required"))
        for name, given in mapping(schema.get("properties")).items():
            given = mapping(given)
            self._counts["properties"] += 1
            if text(given.get("description")):
                yield f"// {given['description']}"
            yield f"{name}{'' if name in required else '?'}: {self.of(given, depth + 1)},"

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        for member in ("$defs", "definitions"):
            found = mapping(self._root.get(member)).get(name)
            if isinstance(found, dict):
                return found
        return schema
