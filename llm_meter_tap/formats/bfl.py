"""The format of Black Forest Labs' image models.

The answer to a request is a task with its cost in credits and its megapixels; it has no tokens. Source: Black
Forest Labs' API reference, the answer of a generation (`cost`, `input_mp`, `output_mp`).
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, UsageReader
from llm_meter_tap.formats.request_shapes import from_path, never

_MATTERS = rb'"cost"|"detail"'
_NAMES = ("cost", "id", "input_mp", "output_mp", "detail")
_FIGURES = ("cost", "input_mp", "output_mp")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather the answer to a request for an image."""
    draft.identify(None, document.get("id"))
    draft.update({name: document.get(name) for name in _FIGURES})
    draft.has_units = "cost" in draft.raw


def normalise(draft: Draft, provider: str) -> Usage:
    """Keep the figures raw: none of them is a token."""
    return Usage(raw=draft.raw)


IMAGE = Format(
    name="bfl.image",
    usage=UsageReader(matters=_MATTERS, names=_NAMES, take=take, normalise=normalise),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(IMAGE,),
    endpoints=(
        Endpoint(
            format=IMAGE,
            operation_name="generate_content",
            author="black_forest_labs",
            # Training and its undoing have paths beside those of the models.
            path=r"^/v1/(?!(?:delete_)?finetune$)[^/]+$",
            endings=(),
            has_shape=never,
            hosts=("black_forest_labs",),
            streams=never,
            model=from_path(r"^/v1/([^/]+)$"),
        ),
    ),
    hosts={"bfl.ai": "black_forest_labs"},
)
