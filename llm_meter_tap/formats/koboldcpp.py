"""KoboldCpp's own paths; its other paths use the formats of OpenAI and Ollama.

Source: KoboldCpp's API reference (`results[].prompt_tokens`, `results[].completion_tokens`). A stream reports
no usage.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import Request, asked_by_path, of_no_model
from llm_meter_tap.wire.json_values import count, mapping, sequence

_FIGURES = ("prompt_tokens", "completion_tokens")
_LIMITS = ("max_length", "max_context_length")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    results = sequence(document.get("results"))
    found = mapping(results[0]) if results else document
    draft.update({name: found.get(name) for name in _FIGURES})
    draft.is_finished = draft.is_finished or isinstance(found.get("finish_reason"), str)
    draft.error = document.get("error") or document.get("detail") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged."""
    entered, produced = (count(draft.raw.get(name)) for name in _FIGURES)
    return Usage(entered, produced, raw=draft.raw)


def _is_prompt(request: Request) -> bool:
    """Named by what it limits, since the paths are common words."""
    limits = (request.members.get(name) for name in _LIMITS)
    return request.has("prompt") and any(isinstance(limit, int) for limit in limits)


GENERATE = Format(
    name="koboldcpp.generate",
    usage=UsageReader(
        matters=rb'"results"|"finish_reason"\s*:\s*"|"error"|"detail"',
        names=("results", "error", "detail"),
        read_document=read_document,
        normalise=normalise,
        figures=("results",),
    ),
    output_limit=OutputLimit(tokens=("max_length",)),
    text=TextFields(read=("memory", "prompt"), written=("results", "token"), messages=("prompt",)),
    stream_ends=(),
)

FAMILY = Family(
    formats=(GENERATE,),
    endpoints=(
        Endpoint(
            format=GENERATE,
            operation_name="text_completion",
            author="koboldcpp",
            path=r"/api/(?:v\d+|latest|extra)/generate(?:/stream)?$",
            endings=("generate", "stream"),
            has_shape=_is_prompt,
            streams=asked_by_path,
            model=of_no_model,
        ),
    ),
)
