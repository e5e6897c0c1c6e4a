"""SGLang's own path; its other paths use the formats of OpenAI and Anthropic.

Source: SGLang's reference of its native API (`meta_info.prompt_tokens`, which holds `cached_tokens`). In a
stream each event repeats the figures so far; of several prompts, each has an answer with an id of its own.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import is_sglang_prompt
from llm_meter_tap.wire.json_values import count, mapping

_FIGURES = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    found = mapping(document.get("meta_info"))
    draft.identify(id=found.get("id"))
    figures = {name: found[name] for name in _FIGURES if name in found}
    if figures:
        draft.raw = {"answers": {**mapping(draft.raw.get("answers")), str(found.get("id")): figures}}
    draft.is_finished = draft.is_finished or bool(found.get("finish_reason"))
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Sum the figures of the answers."""
    answers = [mapping(answer) for answer in mapping(draft.raw.get("answers")).values()]
    entered, produced, cached, thought = (
        total_of(*(count(answer.get(name)) for answer in answers)) for name in _FIGURES
    )
    return Usage(entered, produced, cached, reasoning_output_tokens=thought, raw=draft.raw)


GENERATE = Format(
    name="sglang.generate",
    usage=UsageReader(
        matters=rb'"meta_info"|"error"',
        names=("meta_info", "error"),
        read_document=read_document,
        normalise=normalise,
    ),
    output_limit=OutputLimit(tokens=("sampling_params.max_new_tokens",), answers=("sampling_params.n",)),
    text=TextFields(read=("text",), written=("text",), messages=("text",)),
    stream_ends=(b"[DONE]",),
)

FAMILY = Family(
    formats=(GENERATE,),
    endpoints=(
        Endpoint(
            format=GENERATE,
            operation_name="text_completion",
            author="sglang",
            path=r"/generate$",
            endings=("generate",),
            has_shape=is_sglang_prompt,
        ),
    ),
)
