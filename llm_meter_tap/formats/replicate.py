"""The format of Replicate's predictions.

Among a prediction's metrics Replicate's own language models have token counts; every other prediction is
charged by the second of a machine and has none. Source: Replicate's HTTP API reference, predictions
(`status`, `error`, `metrics`).
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack, UsageReader
from llm_meter_tap.formats.request_shapes import from_path, never
from llm_meter_tap.wire.json_values import count, mapping

_MATTERS = rb'"metrics"|"error"'
_NAMES = ("metrics", "id", "model", "status", "error", "urls", "detail")
_FIGURES = ("input_token_count", "output_token_count")
_ENDS = ("succeeded", "failed", "canceled", "aborted")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a prediction in its present state."""
    draft.identify(document.get("model"), document.get("id"))
    is_ended = document.get("status") in _ENDS
    # Until its end a prediction's counts may grow.
    metrics = mapping(document.get("metrics")) if is_ended else {}
    if any(name in metrics for name in _FIGURES):
        draft.replace(metrics)
    draft.error = document.get("error") or draft.error
    draft.is_finished = is_ended
    draft.is_background = "urls" in document


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the two counts unchanged."""
    return Usage(
        input_tokens=count(draft.raw.get("input_token_count")),
        output_tokens=count(draft.raw.get("output_token_count")),
        raw=draft.raw,
    )


PREDICTION = Format(
    name="replicate.prediction",
    usage=UsageReader(matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(PREDICTION,),
    endpoints=(
        Endpoint(
            format=PREDICTION,
            operation_name="generate_content",
            author="replicate",
            path=r"/v1/(?:(?:models|deployments)/[^/]+/[^/]+/)?predictions$",
            endings=("predictions",),
            has_shape=never,
            hosts=("replicate",),
            # A prediction is made in the background, whether or not its text is streamed from another
            # address.
            streams=never,
            model=from_path(r"/models/([^/]+/[^/]+)/predictions$"),
        ),
    ),
    read_backs=(
        ReadBack(
            PREDICTION, "generate_content", "replicate", r"/v1/predictions/[^/]+$", hosts=("replicate",)
        ),
    ),
    hosts={"replicate.com": "replicate"},
)
