"""llama.cpp's own formats: completions, infills, embeddings; its chat is OpenAI's, but for its
`timings`, which a stream has even where usage was not asked for.

Source: the reference of llama.cpp's server. `tokens_evaluated` is the whole prompt, also what was cached;
`timings.cache_n` is the part that was. In a stream they are in the last event, the one with `stop`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import is_llamacpp_infill, is_llamacpp_prompt
from llm_meter_tap.wire.json_values import count, mapping

TIMINGS = "timings"
"""The name among a call's raw figures of what the server measured."""

_COUNTS = ("prompt_n", "cache_n", "predicted_n")
_FIGURES = ("tokens_evaluated", "tokens_predicted", "timings")
_NAMES = (*_FIGURES, "model", "stop", "error")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    draft.error = document.get("error") or draft.error
    if document.get("stop") is True:
        draft.identify(document.get("model"))
        draft.update({name: document.get(name) for name in _FIGURES})
        draft.is_finished = True


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged."""
    return Usage(
        input_tokens=count(draft.raw.get("tokens_evaluated")),
        output_tokens=count(draft.raw.get("tokens_predicted")),
        cache_read_input_tokens=count(mapping(draft.raw.get("timings")).get("cache_n")),
        raw=draft.raw,
    )


def timings_in(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """The timings of an answer, if they count all of it.

    Args:
        answer: A whole answer, or a chunk of a stream.

    Returns:
        The timings; None from older servers, which don't say how much of the prompt was cached.
    """
    found = mapping(answer.get(TIMINGS))
    return None if any(count(found.get(name)) is None for name in _COUNTS) else found


def usage_of_timings(raw: dict[str, Any]) -> Usage:
    """Count what was read anew and what was cached as input.

    Args:
        raw: A call's raw figures, with timings that count all of it.
    """
    entered, cached, produced = (count(raw[TIMINGS].get(name)) for name in _COUNTS)
    return Usage(total_of(entered, cached), produced, cached, raw=raw)


COMPLETION = Format(
    name="llamacpp.completion",
    usage=UsageReader(
        matters=rb'"stop"\s*:\s*true|"error"',
        names=_NAMES,
        read_document=read_document,
        normalise=normalise,
        figures=_FIGURES,
        totals=(),
    ),
    output_limit=OutputLimit(tokens=("n_predict", "max_tokens"), answers=("n",), prompts="prompt"),
    text=TextFields(
        read=("input_prefix", "prompt", "input_suffix"), written=("content",), messages=("prompt",)
    ),
    stream_ends=(),
)

FAMILY = Family(
    formats=(COMPLETION,),
    endpoints=(
        Endpoint(
            format=COMPLETION,
            operation_name="text_completion",
            author="llama.cpp",
            path=r"/completions?$",
            endings=("completion", "completions"),
            has_shape=is_llamacpp_prompt,
        ),
        Endpoint(
            format=COMPLETION,
            operation_name="text_completion",
            author="llama.cpp",
            path=r"/infill$",
            endings=("infill",),
            has_shape=is_llamacpp_infill,
        ),
    ),
)
