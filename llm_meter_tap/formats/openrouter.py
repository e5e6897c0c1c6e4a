"""OpenRouter beside OpenAI's paths: images, presets, videos, and batches with their results inside.

Sources: OpenRouter's API reference and the types of its SDK. A video is made in the background and states its
cost at the end (`id`, `status`, `usage.cost`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_meter_tap.formats import anthropic, openai
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack, Result
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import mapping, sequence

_HOSTS = ("openrouter",)

VIDEO = units_format(
    "openrouter.video", figures=("usage",), status="status", ends=("completed",), is_job=True
)


def _results_in(document: dict[str, Any]) -> Iterator[Result]:
    """The results of a batch, each in the format that its request was in."""
    for entry in map(mapping, sequence(document.get("results"))):
        result = openai.batch_result(entry)
        if result is not None:
            is_message = result.answer.get("type") == "message"
            yield result._replace(format=anthropic.MESSAGES) if is_message else result


def _own(format: Format, operation_name: str, path: str, ending: str) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="openrouter",
        path=path,
        endings=(ending,),
        has_shape=never,
        hosts=_HOSTS,
    )


FAMILY = Family(
    formats=(VIDEO,),
    endpoints=(
        _own(VIDEO, "video_generation", r"/v1/videos$", "videos")._replace(streams=never),
        _own(openai.IMAGES, "image_generation", r"/v1/images$", "images"),
        _own(anthropic.MESSAGES, "chat", r"/presets/[^/]+/messages$", "messages"),
    ),
    read_backs=(
        ReadBack(VIDEO, "video_generation", "openrouter", r"/v1/videos/[^/]+$", hosts=_HOSTS),
        ReadBack(
            format=openai.CHAT,
            operation_name="chat",
            author="openrouter",
            path=r"/v1/batches/[^/]+$",
            hosts=_HOSTS,
            results_in=_results_in,
        ),
    ),
    hosts={"openrouter.ai": "openrouter"},
)
