"""LM Studio's own chat; its other paths use the formats of OpenAI and Anthropic.

Source: LM Studio's REST reference (`stats.input_tokens`, `stats.total_output_tokens`, which holds
`stats.reasoning_output_tokens`). A stream's last event, `chat.end`, holds the whole answer as `result`.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import is_response
from llm_meter_tap.wire.json_values import count, mapping


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    kind = document.get("type") or event
    answer = mapping(document.get("result")) if kind == "chat.end" else document
    draft.identify(answer.get("model_instance_id"), answer.get("response_id"))
    draft.replace(answer.get("stats"))
    draft.is_finished = draft.is_finished or kind == "chat.end"
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the counts unchanged."""
    return Usage(
        input_tokens=count(draft.raw.get("input_tokens")),
        output_tokens=count(draft.raw.get("total_output_tokens")),
        reasoning_output_tokens=count(draft.raw.get("reasoning_output_tokens")),
        raw=draft.raw,
    )


CHAT = Format(
    name="lmstudio.chat",
    usage=UsageReader(
        matters=rb'"stats"|"error"|chat\.end',
        names=("stats", "model_instance_id", "response_id", "error"),
        read_document=read_document,
        normalise=normalise,
    ),
    output_limit=OutputLimit(tokens=("max_output_tokens",)),
    text=TextFields(
        read=("system_prompt", "input"),
        written=("output", "content"),
        system=("system_prompt",),
        messages=("input",),
        elsewhere=("previous_response_id",),
    ),
    stream_ends=(b"chat.end",),
)

FAMILY = Family(
    formats=(CHAT,),
    endpoints=(
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="lmstudio",
            path=r"/api/v1/chat$",
            endings=("chat",),
            has_shape=is_response,
        ),
    ),
)
