"""Yandex Cloud's own formats: completions and embeddings; its later paths are OpenAI's.

Source: Yandex' API reference of Foundation Models (`result.usage.inputTextTokens`, figures as texts,
`numTokens` of an embedding). A stream is lines of JSON, each of which repeats the usage so far.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats import camel_case
from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import Request, never
from llm_meter_tap.wire.json_values import count, mapping, sequence, text

_HOSTS = ("yandex",)
_MODEL = re.compile(r"^\w+://[^/]+/(.+)$")
_UNDER_WAY = "ALTERNATIVE_STATUS_PARTIAL"


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or a line of a stream."""
    result = mapping(document.get("result")) or document
    draft.replace(result.get("usage"))
    if "numTokens" in result:
        draft.replace({"numTokens": result["numTokens"]})
    statuses = [mapping(each).get("status") for each in sequence(result.get("alternatives"))]
    draft.is_finished = draft.is_finished or any(text(one) and one != _UNDER_WAY for one in statuses)
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the counts unchanged; an embedding has one."""
    if "numTokens" in draft.raw:
        return Usage(count(draft.raw["numTokens"]), raw=draft.raw)
    return camel_case.normalise(draft, provider)


def _model(request: Request) -> str | None:
    found = _MODEL.match(text(request.members.get("modelUri")) or "")
    return None if found is None else found.group(1)


def _streams(request: Request) -> bool:
    return mapping(request.members.get("completionOptions")).get("stream") is True


_READER = UsageReader(
    matters=rb'"usage"\s*:\s*\{|"numTokens"|"error"',
    names=("result", "numTokens", "usage", "error"),
    read_document=read_document,
    normalise=normalise,
    totals=("totalTokens",),
)
CHAT = Format(
    name="yandex.completion",
    usage=_READER,
    output_limit=OutputLimit(tokens=("completionOptions.maxTokens",)),
    text=TextFields(read=("messages",), written=("result",), messages=("messages",), tools=("tools",)),
    stream_ends=(),
)
EMBED = Format(
    name="yandex.embedding",
    usage=_READER,
    output_limit=None,
    text=TextFields(read=("text",), written=()),
    stream_ends=(),
)


def _own(format: Format, operation_name: str, ending: str) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="yandex",
        path=rf"/foundationModels/v1/{ending}$",
        endings=(ending,),
        has_shape=never,
        hosts=_HOSTS,
        streams=_streams,
        model=_model,
    )


FAMILY = Family(
    formats=(CHAT, EMBED),
    endpoints=(_own(CHAT, "chat", "completion"), _own(EMBED, "embeddings", "textEmbedding")),
    hosts={"llm.api.cloud.yandex.net": "yandex", "ai.api.cloud.yandex.net": "yandex"},
)
