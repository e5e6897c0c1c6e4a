"""Writes the reference page of the REST routes from openapi.yaml and the schema of the standing document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Node = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
# What a schema says about a value beside its type, and how the page says it.
_BOUNDS = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("maxItems", "at most {} items"),
    ("pattern", "pattern `{}`"),
    ("default", "default `{}`"),
)
_PLAIN = {"string": "text", "boolean": "true or false"}


class Contract:
    """The routes and the types of the REST API.

    Args:
        openapi: Path of the OpenAPI document. Other documents that it refers to are named from its folder.
    """

    def __init__(self, openapi: Path) -> None:
        self._folder = openapi.parent
        self._document: Node = yaml.safe_load(openapi.read_text("utf-8"))
        self._others: dict[str, Node] = {}
        self._types = dict(self._document["components"]["schemas"])
        self._collect_foreign_types(self._document)

    def parts(self) -> Iterator[str]:
        """The parts of the page in Markdown, after its title."""
        yield self._document["info"]["description"].strip()
        base = self._document["servers"][0]["url"]
        yield (
            f"All paths are below `{base}`. Each request needs a login that the Jupyter server accepts, such "
            "as the header `Authorization: token <value>`."
        )
        yield _table(("Route", "Meaning"), self._overview())
        for title, operation in self._operations():
            yield from self._route(title, operation)
        yield "## Types"
        for name, schema in self._types.items():
            yield from self._type(name, schema)

    def _operations(self) -> Iterator[tuple[str, Node]]:
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield f"{method.upper()} {path}", item[method]

    def _overview(self) -> Iterator[tuple[str, str]]:
        for title, operation in self._operations():
            yield f"[{title}](#{_anchor(title)})", _cell(operation["summary"])

    def _route(self, title: str, operation: Node) -> Iterator[str]:
        yield f"## {title}"
        yield f"{operation['summary']}."
        if "description" in operation:
            yield operation["description"].strip()
        parameters = [self._resolved(each) for each in operation.get("parameters", ())]
        if parameters:
            yield _table(("Parameter", "In", "Type", "Meaning"), map(self._parameter, parameters))
        if "requestBody" in operation:
            yield f"Body: {self._content(operation['requestBody'])}"
        yield _table(("Status", "Meaning", "Body"), self._answers(operation["responses"]))

    def _parameter(self, parameter: Node) -> tuple[str, ...]:
        required = ", required" if parameter.get("required") else ""
        return (
            f"`{parameter['name']}`",
            f"{parameter['in']}{required}",
            self._type_text(parameter["schema"]),
            _cell(parameter.get("description", "")),
        )

    def _answers(self, responses: Node) -> Iterator[tuple[str, ...]]:
        for status, response in responses.items():
            answer = self._resolved(response)
            yield status, _cell(answer["description"]), self._content(answer)

    def _content(self, node: Node) -> str:
        kinds = node.get("content", {})
        texts = [
            self._type_text(kind["schema"]) if name == "application/json" else f"`{name}`"
            for name, kind in kinds.items()
        ]
        return ", ".join(texts)

    def _type(self, name: str, schema: Node) -> Iterator[str]:
        yield f"### {name}"
        if "description" in schema:
            yield schema["description"].strip()
        if "properties" in schema:
            yield _table(("Field", "Type", "Meaning"), self._fields(schema))
        else:
            yield f"Type: {self._type_text({**schema, 'description': ''})}"

    def _fields(self, schema: Node) -> Iterator[tuple[str, ...]]:
        required = schema.get("required", ())
        for name, field in schema["properties"].items():
            optional = "" if name in required else ", optional"
            yield f"`{name}`", self._type_text(field) + optional, _cell(field.get("description", ""))

    def _type_text(self, schema: Node) -> str:
        """A schema as a short text, with links to the types that it names."""
        bounds = [text.format(_cell(str(schema[name]))) for name, text in _BOUNDS if name in schema]
        if schema.get("minLength") == 1:
            bounds[0] = "not empty"
        return ", ".join((self._kind(schema), *bounds))

    def _kind(self, schema: Node) -> str:
        if "$ref" in schema:
            return self._link(schema["$ref"])
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return " or ".join(map(self._type_text, schema[word]))
        kind = schema.get("type", "any value")
        if isinstance(kind, list):
            return " or ".join(_PLAIN.get(each, each) for each in kind)
        if kind == "array":
            return f"list of {self._type_text(schema.get('items', {}))}"
        if kind == "object" and "properties" in schema:
            return f"object with {', '.join(f'`{name}`' for name in schema['properties'])}"
        return {"date-time": "time", "date": "date"}.get(schema.get("format", ""), _PLAIN.get(kind, kind))

    def _link(self, reference: str) -> str:
        name = _type_name(reference)
        if name in self._types:
            return f"[{name}](#{_anchor(name)})"
        return self._type_text(self._resolved({"$ref": reference}))

    def _resolved(self, node: Node, document: str = "") -> Node:
        if "$ref" not in node:
            return node
        file, _, pointer = node["$ref"].partition("#")
        found: Any = self._other(file) if file else self._document
        for step in filter(None, pointer.split("/")):
            found = found[step]
        return found

    def _other(self, file: str) -> Node:
        if file not in self._others:
            self._others[file] = yaml.safe_load((self._folder / file).read_text("utf-8"))
        return self._others[file]

    def _collect_foreign_types(self, node: Any) -> None:
        """Take in the types of other documents, with all that those refer to in turn."""
        for reference in _references(node):
            file, _, pointer = reference.partition("#")
            name = _type_name(reference)
            # What lies deeper than a type is written out where it is used.
            if not file or name in self._types or pointer.count("/") > 2:
                continue
            schema = _with_file(self._resolved({"$ref": reference}), file)
            self._types[name] = schema
            self._collect_foreign_types(schema)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "$ref":
                yield value
            elif key != "$defs":
                yield from _references(value)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def _with_file(node: Any, file: str) -> Any:
    """A copy of a schema whose references name the document that it was taken from."""
    if isinstance(node, Mapping):
        return {
            key: f"{file}{value}" if key == "$ref" and value.startswith("#") else _with_file(value, file)
            for key, value in node.items()
            if key != "$defs"
        }
    return [_with_file(each, file) for each in node] if isinstance(node, list) else node


def _type_name(reference: str) -> str:
    file, _, pointer = reference.partition("#")
    # A whole document is the standing document, in version 1.
    return pointer.rpartition("/")[2] or f"{Path(file).parent.name.title()}Document"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
