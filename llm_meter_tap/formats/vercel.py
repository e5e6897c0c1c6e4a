"""Vercel's AI gateway beside its OpenAI- and Anthropic-compatible paths.

Source: the AI SDK's gateway provider and its specification of language models. `usage.inputTokens` and
`outputTokens` are objects of a total and its parts, in earlier versions counts; in a stream they are in the
event `finish`. Cached and written tokens are parts of the input, thoughts of the output. The model is named
by a header of the request, and by the answer.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.wire.json_values import count, first_count, mapping


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    kind = document.get("type")
    about = document if kind == "response-metadata" else mapping(document.get("response"))
    routing = mapping(mapping(mapping(document.get("providerMetadata")).get("gateway")).get("routing"))
    draft.identify(about.get("modelId") or routing.get("canonicalSlug"), about.get("id"))
    draft.replace(document.get("usage"))
    draft.is_finished = draft.is_finished or kind == "finish"
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the totals, and those of the parts that are known."""
    raw = draft.raw
    entered, produced = raw.get("inputTokens"), raw.get("outputTokens")
    read, written = mapping(entered), mapping(produced)
    return Usage(
        input_tokens=first_count(read.get("total"), entered, raw.get("tokens")),
        output_tokens=first_count(written.get("total"), produced),
        cache_read_input_tokens=first_count(read.get("cacheRead"), raw.get("cachedInputTokens")),
        cache_write_input_tokens=count(read.get("cacheWrite")),
        reasoning_output_tokens=first_count(written.get("reasoning"), raw.get("reasoningTokens")),
        raw=raw,
    )


READER = UsageReader(
    matters=rb'"usage"\s*:\s*\{|"type"\s*:\s*"(?:error|response-metadata)"|"error"\s*:\s*\{',
    names=("usage", "response", "providerMetadata", "type", "error"),
    read_document=read_document,
    normalise=normalise,
    totals=("totalTokens",),
)
LANGUAGE = Format(
    name="vercel.language",
    usage=READER,
    output_limit=OutputLimit(tokens=("maxOutputTokens",)),
    text=TextFields(read=("prompt",), written=("content", "delta"), messages=("prompt",), tools=("tools",)),
    stream_ends=(b'"finish"',),
)
EMBEDDING = Format(
    name="vercel.embedding",
    usage=READER,
    output_limit=None,
    text=TextFields(read=("values",), written=(), messages=("values",)),
    stream_ends=(),
)


def _model(format: Format, operation_name: str, ending: str) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="vercel",
        path=rf"/ai/{ending}$",
        endings=(ending,),
        has_shape=never,
        hosts=("vercel",),
        # A stream is asked for by a header.
        streams=never,
    )


FAMILY = Family(
    formats=(LANGUAGE, EMBEDDING),
    endpoints=(
        _model(LANGUAGE, "chat", "language-model"),
        _model(EMBEDDING, "embeddings", "embedding-model"),
    ),
    hosts={"ai-gateway.vercel.sh": "vercel"},
)
