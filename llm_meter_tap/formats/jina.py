"""Jina's reader and search, which are charged by the tokens of what they return.

Source: Jina's API reference (`data.usage.tokens` of a page, `meta.usage.tokens` of an answer). Its embeddings
and rankings are among `compatible.py`.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, UsageReader
from llm_meter_tap.formats.request_shapes import Request, never
from llm_meter_tap.wire.json_values import count, mapping


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read an answer; that of a search has its total beside the pages."""
    for holder in ("data", "meta"):
        draft.replace(mapping(document.get(holder)).get("usage"))
    if document.get("name") and document.get("message"):
        draft.error = {"code": document["name"]}


def normalise(draft: Draft, provider: str) -> Usage:
    """Count what was returned."""
    return Usage(output_tokens=count(draft.raw.get("tokens")), raw=draft.raw)


def _is_page_or_query(request: Request) -> bool:
    return any(map(request.has_text, ("url", "q")))


READER = Format(
    name="jina.reader",
    usage=UsageReader(
        matters=rb'"usage"\s*:\s*\{',
        names=("meta", "data", "name", "message"),
        read_document=read_document,
        normalise=normalise,
        figures=("data",),
    ),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(READER,),
    endpoints=(
        Endpoint(
            format=READER,
            operation_name="generate_content",
            author="jina",
            path=r"^$",
            endings=(),
            has_shape=_is_page_or_query,
            hosts=("jina",),
            streams=never,
            is_shape_asked=True,
        ),
    ),
)
