"""Anthropic's formats: Messages, its batches, and the text completions before them.

Sources: Anthropic's API reference, "Messages" and "Streaming messages": the three input figures are disjoint,
and the token counts in `message_delta` are cumulative.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OtherModelUsage,
    OutputLimit,
    ReadBack,
    Result,
    TextFields,
    UsageReader,
)
from llm_meter_tap.formats.request_shapes import PUBLISHED_MODEL, asked_by_path, is_message, never
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence, text

_MATTERS = rb'"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"|"usage"\s*:\s*\{'
_BILLED_BESIDE = ("compaction", "advisor_message")
_NAMES = ("usage", "model", "id", "error", "type")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole message or an event of a stream."""
    kind = document.get("type")
    message = mapping(document.get("message")) if kind == "message_start" else document
    draft.identify(message.get("model"), message.get("id") if kind != "message_delta" else None)
    usage = mapping(document.get("usage")) or mapping(message.get("usage"))
    if kind == "message_delta":
        # Its figures are cumulative, so a zero does not replace a known figure.
        usage = {name: value for name, value in usage.items() if value != 0 or not draft.raw.get(name)}
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
    """Sum the three disjoint input figures, and add what was billed beside the top level."""
    usage = _figures(draft.raw)
    for entry in _beside(draft.raw):
        more = _figures(entry)
        usage.input_tokens = total_of(usage.input_tokens, more.input_tokens)
        usage.output_tokens = total_of(usage.output_tokens, more.output_tokens)
        usage.cache_read_input_tokens = total_of(usage.cache_read_input_tokens, more.cache_read_input_tokens)
        usage.cache_write_input_tokens = total_of(
            usage.cache_write_input_tokens, more.cache_write_input_tokens
        )
    if not draft.has_final:
        usage.output_tokens = None
    return usage


def _figures(raw: Mapping[str, Any]) -> Usage:
    """The inclusive sums of the top level, or of one iteration."""
    plain, read = count(raw.get("input_tokens")), count(raw.get("cache_read_input_tokens"))
    by_age = mapping(raw.get("cache_creation"))
    aged = total_of(
        count(by_age.get("ephemeral_5m_input_tokens")), count(by_age.get("ephemeral_1h_input_tokens"))
    )
    written = first_count(raw.get("cache_creation_input_tokens"), aged)
    return Usage(
        input_tokens=total_of(plain, read, written) if plain is not None else None,
        output_tokens=count(raw.get("output_tokens")),
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        reasoning_output_tokens=count(mapping(raw.get("output_tokens_details")).get("thinking_tokens")),
        raw=dict(raw),
    )


def _beside(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The iterations that were billed beside the top level (beta `usage.iterations`).

    A compaction is one by the reference. An advisor's answer is taken for one under the same condition: the
    turns of the answer alone (in a fallback: those of the model that served it) are the top level.
    """
    entries = [mapping(entry) for entry in sequence(raw.get("iterations"))]
    beside = [entry for entry in entries if entry.get("type") in _BILLED_BESIDE]
    if not beside:
        return []
    turns = [entry for entry in entries if entry.get("type") in ("message", "fallback_message")]
    served = [entry for entry in turns if entry.get("type") == "fallback_message"]
    top = _figures(raw)
    is_proven = any(
        (_summed(some, "input_tokens"), _summed(some, "output_tokens"))
        == (top.input_tokens, top.output_tokens)
        for some in (turns, served, turns[-1:])
    )
    return beside if is_proven else []


def _summed(entries: list[dict[str, Any]], name: str) -> int | None:
    return total_of(*(getattr(_figures(entry), name) for entry in entries))


def _hour_writes(raw: Mapping[str, Any]) -> int | None:
    return total_of(
        *(
            count(mapping(entry.get("cache_creation")).get("ephemeral_1h_input_tokens"))
            for entry in (raw, *_beside(raw))
        )
    )


def _other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    return [
        OtherModelUsage(text(entry.get("model")), _figures(entry))
        for entry in _beside(raw)
        if entry.get("type") == "advisor_message"
    ]


READER = UsageReader(matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise)
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
    hour_writes=_hour_writes,
    other_models=_other_models,
    batch_result=_batch_result,
)
