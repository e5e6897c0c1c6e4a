"""LMDeploy's own paths; its other paths use the formats of OpenAI and Anthropic.

Source: LMDeploy's API server: `/generate` answers as SGLang does; `/v1/chat/interactive` keeps a session on
the server and reports `input_tokens`, what it kept of the session (`history_tokens`) and `tokens` written, in
a stream so far.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import sglang
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import Request
from llm_meter_tap.wire.json_values import count

_FIGURES = ("input_tokens", "history_tokens", "tokens")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    draft.update({name: document.get(name) for name in _FIGURES})
    draft.is_finished = draft.is_finished or isinstance(document.get("finish_reason"), str)
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Count what was kept of the session as input that was read from a cache."""
    entered, kept, produced = (count(draft.raw.get(name)) for name in _FIGURES)
    return Usage(total_of(entered, kept), produced, kept, raw=draft.raw)


def _is_prompt(request: Request) -> bool:
    """Named by what it limits; one server has one model, so that none is named."""
    given = isinstance(request.members.get("prompt"), str) or request.has_array("input_ids")
    return given and "model" not in request.members and isinstance(request.members.get("max_tokens"), int)


def _is_turn(request: Request) -> bool:
    return request.has("prompt")


GENERATE = sglang.GENERATE._replace(
    name="lmdeploy.generate",
    output_limit=OutputLimit(tokens=("max_tokens",)),
    text=TextFields(read=("prompt",), written=("text",), messages=("prompt",)),
)
INTERACTIVE = Format(
    name="lmdeploy.interactive",
    usage=UsageReader(
        matters=rb'"finish_reason"\s*:\s*"|"error"',
        names=("input_tokens", "history_tokens", "tokens", "finish_reason", "error"),
        read_document=read_document,
        normalise=normalise,
        figures=("tokens",),
    ),
    output_limit=OutputLimit(tokens=("request_output_len",)),
    text=TextFields(
        read=("prompt",), written=("text",), messages=("prompt",), elsewhere=("interactive_mode",)
    ),
    stream_ends=(),
)

FAMILY = Family(
    formats=(GENERATE, INTERACTIVE),
    endpoints=(
        Endpoint(
            format=INTERACTIVE,
            operation_name="chat",
            author="lmdeploy",
            path=r"/v1/chat/interactive$",
            endings=("interactive",),
            has_shape=_is_turn,
        ),
        Endpoint(
            format=GENERATE,
            operation_name="text_completion",
            author="lmdeploy",
            path=r"^/generate$",
            endings=("generate",),
            has_shape=_is_prompt,
        ),
    ),
)
