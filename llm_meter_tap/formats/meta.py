"""Meta's own chat, which reports its figures as a list of metrics; its compatible path is OpenAI's.

Source: the types of Meta's SDK (`metrics`: `num_prompt_tokens`, `num_completion_tokens`, `num_total_tokens`).
In a stream they come with an event of their own.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai, openai_usage
from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, TextFields
from llm_meter_tap.formats.request_shapes import is_chat
from llm_meter_tap.wire.json_values import count, mapping, sequence, text

_METRICS = ("num_prompt_tokens", "num_completion_tokens", "num_total_tokens")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or an event of a stream."""
    openai_usage.read_document(draft, event, document)
    inner = mapping(document.get("event"))
    for metric in map(mapping, sequence(document.get("metrics")) + sequence(inner.get("metrics"))):
        name = text(metric.get("metric"))
        if name in _METRICS:
            draft.update({name: metric.get("value")})
    draft.is_finished = draft.is_finished or text(inner.get("stop_reason")) is not None


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the metrics as they are."""
    raw = draft.raw
    if "num_prompt_tokens" not in raw:
        return openai_usage.normalise(draft, provider)
    return Usage(count(raw["num_prompt_tokens"]), count(raw.get("num_completion_tokens")), raw=raw)


CHAT = openai.CHAT._replace(
    name="meta.chat",
    usage=openai_usage.READER._replace(
        matters=openai_usage.READER.matters + rb'|"metrics"\s*:\s*\[\s*\{|"stop_reason"\s*:\s*"',
        names=("metrics", *openai_usage.READER.names),
        read_document=read_document,
        normalise=normalise,
        totals=("num_total_tokens", "total_tokens"),
    ),
    text=TextFields(
        read=("messages",),
        written=("completion_message", "event"),
        messages=("messages",),
        tools=("tools",),
        answer_schema=(("response_format",),),
    ),
    stream_ends=(),
)

FAMILY = Family(
    formats=(CHAT,),
    endpoints=(
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="meta",
            path=r"^(?!/compat/).*/chat/completions$",
            endings=("completions",),
            has_shape=is_chat,
            hosts=("meta",),
        ),
    ),
    hosts={"api.llama.com": "meta", "api.meta.ai": "meta"},
)
