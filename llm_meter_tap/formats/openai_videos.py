"""OpenAI's videos: charged by the second of the clip, not by the token.

Sources: OpenAI's API reference and the types of its SDK, "Video" (`model`, `seconds`, `size`); Azure's
reference of Sora's jobs (`n_seconds`, `n_variants`). An extension states the seconds of the whole clip.
"""

from __future__ import annotations

from llm_meter_tap.formats.format import Endpoint, Family
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.formats.units import units_format

VIDEO = units_format("openai.videos", figures=("seconds", "size", "n_seconds", "n_variants"))

FAMILY = Family(
    formats=(VIDEO,),
    endpoints=(
        Endpoint(
            format=VIDEO,
            operation_name="video_generation",
            author="openai",
            path=r"/v1/videos(?:/edits|/extensions|/[^/]+/remix)?$",
            endings=("videos", "edits", "extensions", "remix"),
            has_shape=never,
            hosts=("openai", "azure.ai.openai", "azure.ai.inference"),
            streams=never,
        ),
        Endpoint(
            format=VIDEO,
            operation_name="video_generation",
            author="azure.ai.openai",
            path=r"/v1/video/generations/jobs$",
            endings=("jobs",),
            has_shape=never,
            hosts=("azure.ai.openai", "azure.ai.inference"),
            streams=never,
        ),
    ),
)
