"""Oracle Cloud's generative AI: chats in Cohere's or a generic format, texts, embeddings, rankings.

Sources: Oracle's API reference of Generative AI Inference (`chatResponse.usage`, `servingMode.modelId`) and
the types of its SDK. An answer has no id. In a stream the last event has the usage.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import camel_case
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import Request, never
from llm_meter_tap.wire.json_values import mapping, sequence, text

_WRAPPERS = ("chatResponse", "inferenceResponse")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    body = next((found for found in (mapping(document.get(name)) for name in _WRAPPERS) if found), document)
    draft.identify(document.get("modelId"), document.get("id"))
    draft.replace(body.get("usage"))
    choices = map(mapping, sequence(body.get("choices")))
    reasons = [body.get("finishReason"), *(choice.get("finishReason") for choice in choices)]
    draft.is_finished = draft.is_finished or any(map(text, reasons))
    if text(document.get("code")) and text(document.get("message")):
        draft.error = document["code"]


def _model(request: Request) -> str | None:
    return text(mapping(request.members.get("servingMode")).get("modelId"))


def _streams(request: Request) -> bool:
    return any(
        mapping(request.members.get(name)).get("isStream") is True
        for name in ("chatRequest", "inferenceRequest")
    )


_READER = UsageReader(
    matters=rb'"usage"\s*:\s*\{|"finishReason"|"code"',
    names=("usage", "chatResponse", "inferenceResponse", "modelId", "id", "code", "message"),
    read_document=read_document,
    normalise=camel_case.normalise,
    figures=("usage", "chatResponse"),
    totals=("totalTokens",),
)
CHAT = Format(
    name="oracle.chat",
    usage=_READER,
    output_limit=OutputLimit(
        tokens=("chatRequest.maxTokens", "chatRequest.maxCompletionTokens", "inferenceRequest.maxTokens"),
        answers=("chatRequest.numGenerations", "inferenceRequest.numGenerations"),
    ),
    text=TextFields(
        read=("chatRequest",),
        written=("chatResponse", "message", "text"),
        messages=("chatHistory", "messages", "message"),
        inside="chatRequest",
    ),
    stream_ends=(),
)
EMBED = Format(
    name="oracle.embed",
    usage=_READER,
    output_limit=None,
    text=TextFields(read=("inputs", "input", "documents"), written=()),
    stream_ends=(),
)


def _own(format: Format, operation_name: str, action: str) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="oracle",
        path=rf"/actions/{action}$",
        endings=(action,),
        has_shape=never,
        hosts=("oracle",),
        streams=_streams,
        model=_model,
    )


FAMILY = Family(
    formats=(CHAT, EMBED),
    endpoints=(
        _own(CHAT, "chat", "chat"),
        _own(CHAT, "text_completion", "generateText"),
        _own(EMBED, "embeddings", "embedText"),
        _own(EMBED, "rerank", "rerankText"),
    ),
    host_patterns=((r"^(?:inference\.)?generativeai\.[\w.-]+\.(?:oraclecloud|oci)\.com$", "oracle"),),
)
