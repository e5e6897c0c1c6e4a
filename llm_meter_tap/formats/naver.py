"""Naver's CLOVA Studio beside its OpenAI-compatible paths.

Source: Naver's API reference, chat completions v3 and v1 (`result.usage.promptTokens`; before it
`result.inputLength` and `result.outputLength`). In a stream the event `result` has the whole answer.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import camel_case
from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import from_path, never
from llm_meter_tap.wire.json_values import count, mapping, text

_LENGTHS = ("inputLength", "outputLength")
_FINE = "20000"


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    result = mapping(document.get("result")) or document
    draft.replace(result.get("usage"))
    if all(name in result for name in _LENGTHS):
        draft.replace({name: result[name] for name in _LENGTHS})
    draft.is_finished = draft.is_finished or event == "result"
    code = text(mapping(document.get("status")).get("code"))
    if code is not None and code != _FINE:
        draft.error = {"code": code}


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the counts of either version."""
    if "inputLength" in draft.raw:
        return Usage(count(draft.raw["inputLength"]), count(draft.raw["outputLength"]), raw=draft.raw)
    return camel_case.normalise(draft, provider)


CHAT = Format(
    name="naver.chat",
    usage=UsageReader(
        matters=rb'"usage"\s*:\s*\{|"outputLength"|"status"',
        names=("result", "status"),
        read_document=read_document,
        normalise=normalise,
        figures=("usage", "inputLength", "result"),
        totals=("totalTokens",),
    ),
    output_limit=OutputLimit(tokens=("maxTokens", "maxCompletionTokens")),
    text=TextFields(
        read=("messages",), written=("result", "message"), messages=("messages",), tools=("tools",)
    ),
    stream_ends=(),
)

FAMILY = Family(
    formats=(CHAT,),
    endpoints=(
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="naver",
            path=r"/v\d/chat-completions/[^/]+$",
            endings=(),
            has_shape=never,
            hosts=("naver",),
            # A stream is asked for by a header.
            streams=never,
            model=from_path(r"/chat-completions/([^/]+)$"),
        ),
    ),
    hosts={"clovastudio.stream.ntruss.com": "naver", "clovastudio.apigw.ntruss.com": "naver"},
)
