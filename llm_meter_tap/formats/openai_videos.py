"""OpenAI's videos: charged by the second of the clip, not by the token.

Source: OpenAI's API reference and the types of its SDK, "Video" (`model`, `seconds`, `size`). An extension
states the seconds of the whole clip.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, Format, UsageReader
from llm_meter_tap.formats.request_shapes import never

_NAMES = ("seconds", "size", "model", "id", "error", "status")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather the job that makes a video, as it stands when it is asked for."""
    draft.identify(document.get("model"), document.get("id"))
    draft.update({name: document.get(name) for name in ("seconds", "size")})
    draft.has_units = "seconds" in draft.raw
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Keep the figures raw: none of them is a token."""
    return Usage(raw=draft.raw)


VIDEO = Format(
    name="openai.videos",
    usage=UsageReader(matters=rb'"seconds"|"error"', names=_NAMES, take=take, normalise=normalise),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(VIDEO,),
    endpoints=(
        Endpoint(
            format=VIDEO,
            operation_name="generate_content",
            author="openai",
            path=r"/v1/videos(?:/edits|/extensions|/[^/]+/remix)?$",
            endings=("videos", "edits", "extensions", "remix"),
            has_shape=never,
            hosts=("openai", "azure.ai.openai"),
            streams=never,
        ),
    ),
)
