"""OpenRouter beside OpenAI's paths: videos, which are made in the background and state their cost at the end.

Source: OpenRouter's API reference, video generation (`id`, `status`, `usage.cost`).
"""

from __future__ import annotations

from llm_meter_tap.formats.format import Endpoint, Family, ReadBack
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.formats.units import units_format

_HOSTS = ("openrouter",)

VIDEO = units_format(
    "openrouter.video", figures=("usage",), status="status", ends=("completed",), is_job=True
)

FAMILY = Family(
    formats=(VIDEO,),
    endpoints=(
        Endpoint(
            format=VIDEO,
            operation_name="video_generation",
            author="openrouter",
            path=r"/v1/videos$",
            endings=("videos",),
            has_shape=never,
            hosts=_HOSTS,
            streams=never,
        ),
    ),
    read_backs=(ReadBack(VIDEO, "video_generation", "openrouter", r"/v1/videos/[^/]+$", hosts=_HOSTS),),
    hosts={"openrouter.ai": "openrouter"},
)
