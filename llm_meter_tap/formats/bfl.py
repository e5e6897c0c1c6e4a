"""The format of Black Forest Labs' image models.

The answer to a request is a task with its cost in credits and its megapixels; it has no tokens. Source: Black
Forest Labs' API reference, the answer of a generation (`cost`, `input_mp`, `output_mp`).
"""

from __future__ import annotations

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.format import Endpoint, Family
from llm_meter_tap.formats.request_shapes import from_path, never
from llm_meter_tap.formats.units import units_format

IMAGE = units_format(
    "bfl.image", figures=("cost", "input_mp", "output_mp"), models=(), errors=("error", "detail")
)

FAMILY = Family(
    formats=(IMAGE,),
    endpoints=(
        Endpoint(
            format=IMAGE,
            operation_name="image_generation",
            author="black_forest_labs",
            # Training and its undoing have paths beside those of the models.
            path=r"^/v1/(?!(?:delete_)?finetune$)[^/]+$",
            endings=(),
            has_shape=never,
            hosts=("black_forest_labs",),
            streams=never,
            model=from_path(r"^/v1/([^/]+)$"),
        ),
        # Azure answers with the images themselves.
        Endpoint(
            format=openai.IMAGES,
            operation_name="image_generation",
            author="black_forest_labs",
            path=r"/providers/blackforestlabs/v\d/[^/]+$",
            endings=(),
            has_shape=never,
            hosts=("azure.ai.inference",),
            streams=never,
        ),
    ),
    hosts={"bfl.ai": "black_forest_labs"},
)
