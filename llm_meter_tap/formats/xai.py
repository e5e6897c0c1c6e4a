"""xAI beside OpenAI's paths: deferred completions, videos, speech.

Source: xAI's API reference. What is made in the background is read by the id that its request was answered
with, and states its cost in ticks (`usage.cost_in_usd_ticks`).
"""

from __future__ import annotations

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.formats.units import units_format

_HOSTS = ("x_ai",)

VIDEO = units_format(
    "xai.video",
    figures=("usage", "video.duration"),
    ids=("request_id",),
    status="status",
    ends=("done",),
    is_job=True,
)
SPEECH = units_format("xai.speech", figures=("usage",))


def _own(format: Format, operation_name: str, path: str, endings: tuple[str, ...]) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="x_ai",
        path=path,
        endings=endings,
        has_shape=never,
        hosts=_HOSTS,
        streams=never,
    )


FAMILY = Family(
    formats=(VIDEO, SPEECH),
    endpoints=(
        _own(VIDEO, "video_generation", r"/v1/videos/\w+$", ("generations", "edits", "extensions")),
        _own(SPEECH, "speech", r"/v1/tts$", ("tts",)),
    ),
    read_backs=(
        ReadBack(
            format=openai.CHAT,
            operation_name="chat",
            author="x_ai",
            path=r"/v1/chat/deferred-completion/[^/]+$",
            is_named_by_path=True,
        ),
        ReadBack(
            format=VIDEO,
            operation_name="video_generation",
            author="x_ai",
            path=r"/v1/videos/[^/]+$",
            hosts=_HOSTS,
            is_named_by_path=True,
        ),
    ),
    hosts={"x.ai": "x_ai"},
)
