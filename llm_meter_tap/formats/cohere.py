"""Cohere's formats: chat, generate, embeddings, reranking, what is charged by the document or page, and jobs.

Version 2 reports `usage`, in a stream's `message-end`; version 1 `meta`, in `stream-end`. Source: Cohere's
API reference: `tokens` are what the model used, `billed_units` what is charged; both stay in the raw figures.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    ReadBack,
    TextFields,
    UsageReader,
    names,
)
from llm_meter_tap.formats.request_shapes import Request, is_named_chat, never
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import count, first_count, mapping

_MATTERS = rb'"(?:message-end|stream-end)"|"is_finished"\s*:\s*true|"error"'
_NAMES = ("usage", "meta", "id", "response_id", "generation_id")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    delta, response = mapping(document.get("delta")), mapping(document.get("response"))
    for holder in (document, delta, response):
        draft.identify(id=holder.get("response_id") or holder.get("generation_id") or holder.get("id"))
        draft.replace(holder.get("meta"))
        draft.replace(holder.get("usage"))
        draft.error = holder.get("error") or draft.error
    draft.has_units = draft.has_units or bool(mapping(draft.raw.get("billed_units")))
    ends = document.get("type") == "message-end" or document.get("event_type") == "stream-end"
    draft.is_finished = draft.is_finished or ends


def normalise(draft: Draft, provider: str) -> Usage:
    """Prefer the tokens used over the units billed."""
    raw = draft.raw
    tokens, billed = mapping(raw.get("tokens")), mapping(raw.get("billed_units"))
    return Usage(
        input_tokens=first_count(tokens.get("input_tokens"), billed.get("input_tokens")),
        output_tokens=first_count(tokens.get("output_tokens"), billed.get("output_tokens")),
        cache_read_input_tokens=first_count(raw.get("cached_tokens"), tokens.get("cached_tokens")),
        image_input_tokens=count(tokens.get("image_tokens")),
        raw=raw,
    )


READER = UsageReader(matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise)
CHAT = Format(
    name="cohere.chat",
    usage=READER,
    output_limit=OutputLimit(tokens=("max_tokens",)),
    text=TextFields(
        read=names("preamble chat_history messages message documents"),
        written=names("message text response tool_plan tool_calls delta"),
        system=("preamble",),
        messages=("chat_history", "messages", "message"),
        tools=("tools",),
        answer_schema=(("response_format",),),
    ),
    stream_ends=(),
)
GENERATE = Format(
    name="cohere.generate",
    usage=READER,
    output_limit=OutputLimit(tokens=("max_tokens",), answers=("num_generations",)),
    text=TextFields(read=("prompt",), written=("text", "response", "generations"), messages=("prompt",)),
    stream_ends=(),
)
EMBED = Format(
    name="cohere.embed",
    usage=READER,
    output_limit=None,
    text=TextFields(read=("texts", "inputs"), written=()),
    stream_ends=(),
)
RERANK = Format(
    name="cohere.rerank",
    usage=READER,
    output_limit=None,
    text=TextFields(read=("query", "documents"), written=()),
    stream_ends=(),
)


# Their results go into a data set: a job itself says what it used, a batch by the sums of its tokens.
EMBED_JOB = units_format(
    "cohere.embedjob",
    figures=("meta",),
    ids=("job_id",),
    status="status",
    ends=("complete",),
    is_job=True,
)
EMBED_JOB = EMBED_JOB._replace(usage=EMBED_JOB.usage._replace(normalise=normalise))
BATCH = units_format(
    "cohere.batch",
    figures=("batch.input_tokens", "batch.output_tokens"),
    ids=("batch.id",),
    models=("batch.model",),
    status="batch.status",
    ends=("BATCH_STATUS_COMPLETED",),
    is_job=True,
)
UNITS = Format(name="cohere.units", usage=READER, output_limit=None, text=None, stream_ends=())


def _is_cohere(request: Request) -> bool:
    """A path that names Cohere, with a body in one of Cohere's formats."""
    return any(map(request.has_text, ("message", "prompt", "query"))) or any(
        map(request.has_array, ("messages", "texts", "inputs"))
    )


def _own(format: Format, operation_name: str, path: str, ending: str) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="cohere",
        path=path,
        endings=(ending,),
        has_shape=never,
        hosts=("cohere",),
    )


def _behind_gateway(format: Format, operation_name: str, ending: str) -> Endpoint:
    own = _own(format, operation_name, rf"/cohere/(?:v\d/)?{ending}$", ending)
    return own._replace(hosts=(), has_shape=_is_cohere)


def _on_azure(format: Format, operation_name: str, ending: str) -> Endpoint:
    own = _own(format, operation_name, rf"/providers/cohere/v\d/{ending}$", ending)
    return own._replace(hosts=("azure.ai.inference",))


FAMILY = Family(
    formats=(CHAT, GENERATE, EMBED, RERANK, EMBED_JOB, BATCH, UNITS),
    endpoints=(
        _own(CHAT, "chat", r"/v1/chat$", "chat"),
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="cohere",
            path=r"/v2/chat$",
            endings=("chat",),
            has_shape=is_named_chat,
        ),
        _own(GENERATE, "text_completion", r"/v1/generate$", "generate"),
        _own(EMBED, "embeddings", r"/v[12]/embed$", "embed"),
        _own(RERANK, "rerank", r"/v[12]/rerank$", "rerank"),
        _own(UNITS, "generate_content", r"/v1/classify$", "classify"),
        _own(UNITS, "generate_content", r"/v1/summarize$", "summarize"),
        _own(UNITS, "generate_content", r"/v2/parse$", "parse"),
        _own(EMBED_JOB, "embeddings", r"/v1/embed-jobs$", "embed-jobs"),
        _own(BATCH, "chat", r"/v2/batches$", "batches"),
        # Azure serves Cohere's models below Cohere's paths.
        _on_azure(EMBED, "embeddings", "embed"),
        _on_azure(RERANK, "rerank", "rerank"),
        # Gateways pass Cohere's paths on below its name.
        _behind_gateway(CHAT, "chat", "chat"),
        _behind_gateway(GENERATE, "text_completion", "generate"),
        _behind_gateway(EMBED, "embeddings", "embed"),
        _behind_gateway(RERANK, "rerank", "rerank"),
    ),
    read_backs=(
        ReadBack(EMBED_JOB, "embeddings", "cohere", r"/v1/embed-jobs/[^/]+$", hosts=("cohere",)),
        ReadBack(BATCH, "chat", "cohere", r"/v2/batches/[^/]+$", hosts=("cohere",)),
    ),
    hosts={"cohere.ai": "cohere", "cohere.com": "cohere"},
)
