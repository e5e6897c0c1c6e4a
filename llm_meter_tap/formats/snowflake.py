"""Snowflake's Cortex: its own paths of chats and embeddings, and its agents.

Source: Snowflake's REST reference. An agent's last event lists what each of its models used
(`metadata.usage.tokens_consumed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, OtherModelUsage, UsageReader
from llm_meter_tap.formats.request_shapes import always, is_named_chat, is_named_text, never, of_no_model
from llm_meter_tap.wire.json_values import count, mapping, sequence, text


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read an event of an agent's stream; the call's model is the first of its models."""
    metadata = mapping(document.get("metadata"))
    draft.replace(metadata.get("usage"))
    for entry in _models(draft.raw):
        draft.identify(entry.get("model_name"), metadata.get("run_id"))
    draft.is_finished = draft.is_finished or event == "response"
    if event == "error":
        draft.error = text(document.get("code")) or event


def normalise(draft: Draft, provider: str) -> Usage:
    """Sum the figures of all models."""
    parts = [_figures(entry) for entry in _models(draft.raw)]
    return Usage(
        input_tokens=total_of(*(part.input_tokens for part in parts)),
        output_tokens=total_of(*(part.output_tokens for part in parts)),
        cache_read_input_tokens=total_of(*(part.cache_read_input_tokens for part in parts)),
        cache_write_input_tokens=total_of(*(part.cache_write_input_tokens for part in parts)),
        raw=draft.raw,
    )


def _models(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in map(mapping, sequence(raw.get("tokens_consumed"))) if entry]


def _figures(entry: dict[str, Any]) -> Usage:
    entered = mapping(entry.get("input_tokens"))
    return Usage(
        input_tokens=count(entered.get("total")),
        output_tokens=count(mapping(entry.get("output_tokens")).get("total")),
        cache_read_input_tokens=count(entered.get("cache_read")),
        cache_write_input_tokens=count(entered.get("cache_write")),
        raw=entry,
    )


def _other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    if "tokens_consumed" not in raw:
        return []
    return [OtherModelUsage(text(entry.get("model_name")), _figures(entry)) for entry in _models(raw)[1:]]


AGENT = Format(
    name="snowflake.agent",
    usage=UsageReader(
        matters=rb'"usage"|"code"',
        names=("metadata",),
        read_document=read_document,
        normalise=normalise,
        totals=(),
    ),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(AGENT,),
    endpoints=(
        Endpoint(
            format=openai.CHAT,
            operation_name="chat",
            author="snowflake",
            path=r"/cortex/inference:complete$",
            endings=("complete",),
            has_shape=is_named_chat,
        ),
        Endpoint(
            format=openai.EMBEDDINGS,
            operation_name="embeddings",
            author="snowflake",
            path=r"/cortex/inference:embed$",
            endings=("embed",),
            has_shape=is_named_text,
        ),
        Endpoint(
            format=AGENT,
            operation_name="invoke_agent",
            author="snowflake",
            path=r"/cortex/agent:run$|/agents/[^/:]+:run$",
            endings=("run",),
            has_shape=never,
            hosts=("snowflake",),
            streams=always,
            model=of_no_model,
        ),
    ),
    hosts={"snowflakecomputing.com": "snowflake"},
    other_models=_other_models,
)
