"""Aleph Alpha's formats: completions and embeddings.

Source: Aleph Alpha's API reference (`/complete`, `/embed`,
`/semantic_embed`: `num_tokens_prompt_total`, `num_tokens_generated`; in a stream they are in the event
`completion_summary`).
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.wire.json_values import count

_MATTERS = rb'"num_tokens_|"completion_summary"|"error"'
_NAMES = ("num_tokens_prompt_total", "num_tokens_generated", "model_version", "error")
_FIGURES = ("num_tokens_prompt_total", "num_tokens_generated")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    draft.update({name: document[name] for name in _FIGURES if name in document})
    draft.is_finished = draft.is_finished or document.get("type") == "completion_summary"
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged."""
    return Usage(
        input_tokens=count(draft.raw.get("num_tokens_prompt_total")),
        output_tokens=count(draft.raw.get("num_tokens_generated")),
        raw=draft.raw,
    )


READER = UsageReader(
    matters=_MATTERS,
    names=_NAMES,
    read_document=read_document,
    normalise=normalise,
    figures=("num_tokens_prompt_total", "num_tokens_generated"),
)
COMPLETE = Format(
    name="alephalpha.complete",
    usage=READER,
    output_limit=OutputLimit(tokens=("maximum_tokens",), answers=("n", "best_of")),
    text=TextFields(read=("prompt",), written=("completions", "completion"), messages=("prompt",)),
    stream_ends=(),
)
EMBED = Format(
    name="alephalpha.embed",
    usage=READER._replace(figures=()),
    output_limit=None,
    text=TextFields(read=("prompt",), written=(), messages=("prompt",)),
    stream_ends=(),
)

FAMILY = Family(
    formats=(COMPLETE, EMBED),
    endpoints=(
        Endpoint(
            format=COMPLETE,
            operation_name="text_completion",
            author="aleph_alpha",
            path=r"^/complete$",
            endings=("complete",),
            has_shape=never,
            hosts=("aleph_alpha",),
        ),
        Endpoint(
            format=EMBED,
            operation_name="embeddings",
            author="aleph_alpha",
            path=r"embed$",
            endings=("embed", "semantic_embed", "batch_semantic_embed"),
            has_shape=never,
            hosts=("aleph_alpha",),
        ),
    ),
    hosts={"aleph-alpha.com": "aleph_alpha"},
)
