"""Anthropic's formats: Messages, its batches, and the text completions before them.

Sources: Anthropic's API reference, "Messages" and "Streaming messages": the three input figures are disjoint,
and the token counts in `message_delta` are cumulative.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    ReadBack,
    Result,
    TextFields,
    UsageReader,
)
from llm_meter_tap.formats.request_shapes import PUBLISHED_MODEL, asked_by_path, is_message, never
from llm_meter_tap.wire.json_values import count, first_count, mapping, text

_MATTERS = rb'"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"|"usage"\s*:\s*\{'
_NAMES = ("usage", "model", "id", "error", "type")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole message or an event of a stream."""
    kind = document.get("type")
    message = mapping(document.get("message")) if kind == "message_start" else document
    draft.identify(message.get("model"), message.get("id") if kind != "message_delta" else None)
    usage = mapping(document.get("usage")) or mapping(message.get("usage"))
    draft.update(usage)
    draft.identify(tier=usage.get("service_tier"))
    if kind == "message_start":
        # Its output figure counts what has been prepared, not what will be answered.
        draft.has_final = False
    elif usage:
        draft.has_final = True
    draft.is_finished = draft.is_finished or kind == "message_stop"
    if kind == "error" or event == "error":
        draft.error = document.get("error") or event or "_OTHER"


def normalise(draft: Draft, provider: str) -> Usage:
    """Sum the three disjoint input figures; take the top level, not `iterations`."""
    raw = draft.raw
    plain, read = count(raw.get("input_tokens")), count(raw.get("cache_read_input_tokens"))
    by_age = mapping(raw.get("cache_creation"))
    aged = total_of(
        count(by_age.get("ephemeral_5m_input_tokens")), count(by_age.get("ephemeral_1h_input_tokens"))
    )
    written = first_count(raw.get("cache_creation_input_tokens"), aged)
    return Usage(
        input_tokens=total_of(plain, read, written) if plain is not None else None,
        output_tokens=count(raw.get("output_tokens")) if draft.has_final else None,
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        reasoning_output_tokens=count(mapping(raw.get("output_tokens_details")).get("thinking_tokens")),
        raw=raw,
    )


READER = UsageReader(matters=_MATTERS, names=_NAMES, take=take, normalise=normalise)
MESSAGES = Format(
    name="anthropic.messages",
    usage=READER,
    output_limit=OutputLimit(tokens=("max_tokens",)),
    text=TextFields(
        read=("system", "messages"),
        written=("content", "delta", "content_block"),
        system=("system",),
        messages=("messages",),
        tools=("tools",),
        answer_schema=(("output_config", "format"), ("output_format",)),
    ),
    stream_ends=(b"message_stop",),
)
COMPLETE = Format(
    name="anthropic.complete",
    usage=READER,
    output_limit=OutputLimit(tokens=("max_tokens_to_sample",)),
    text=TextFields(read=("prompt",), written=("completion",), messages=("prompt",)),
    stream_ends=(),
)


def _batch_result(document: dict[str, Any]) -> Result | None:
    result = mapping(document.get("result"))
    message = mapping(result.get("message"))
    if result.get("type") != "succeeded" or not message:
        return None
    return Result(MESSAGES, "chat", text(document.get("custom_id")), None, message)


FAMILY = Family(
    formats=(MESSAGES, COMPLETE),
    endpoints=(
        Endpoint(
            format=MESSAGES,
            operation_name="chat",
            author="anthropic",
            path=r"^(?!.*/threads/).*/messages$",
            endings=("messages",),
            has_shape=is_message,
        ),
        Endpoint(
            format=MESSAGES,
            operation_name="chat",
            author="anthropic",
            path=r"/publishers/anthropic/",
            endings=("rawPredict", "streamRawPredict"),
            has_shape=is_message,
            streams=asked_by_path,
            model=PUBLISHED_MODEL,
        ),
        Endpoint(
            format=COMPLETE,
            operation_name="text_completion",
            author="anthropic",
            path=r"/v1/complete$",
            endings=("complete",),
            has_shape=never,
            hosts=("anthropic",),
        ),
    ),
    read_backs=(ReadBack(MESSAGES, "chat", "anthropic", r"/messages/batches/[^/]+/results$", is_lines=True),),
    hosts={"anthropic.com": "anthropic"},
    batch_result=_batch_result,
)
