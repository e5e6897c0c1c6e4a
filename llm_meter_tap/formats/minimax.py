"""MiniMax beside OpenAI's paths: chats of its own, embeddings, speech, images, videos, music.

Source: MiniMax' API reference. An error comes with HTTP status 200 (`base_resp.status_code`). Speech counts
characters, music milliseconds; a video is made in the background and has no figures.
"""

from __future__ import annotations

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.format import Endpoint, Family, Format
from llm_meter_tap.formats.request_shapes import is_chat, never
from llm_meter_tap.formats.units import units_format

_HOSTS = ("minimax",)
_ERRORS = ("base_resp.status_code",)

EMBEDDING = units_format("minimax.embedding", figures=("total_tokens",), errors=_ERRORS)
SPEECH = units_format(
    "minimax.speech",
    figures=("extra_info.usage_characters", "usage_characters", "extra_info.audio_length"),
    ids=("trace_id",),
    errors=_ERRORS,
)
IMAGE = units_format("minimax.image", figures=("metadata.success_count",), errors=_ERRORS)
VIDEO = units_format("minimax.video", figures=(), ids=("task_id",), errors=_ERRORS, is_job=True)
MUSIC = units_format(
    "minimax.music", figures=("extra_info.music_duration",), ids=("trace_id",), errors=_ERRORS
)


def _own(format: Format, path: str, *endings: str, operation_name: str = "generate_content") -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="minimax",
        path=path,
        endings=endings,
        has_shape=never,
        hosts=_HOSTS,
    )


FAMILY = Family(
    formats=(EMBEDDING, SPEECH, IMAGE, VIDEO, MUSIC),
    endpoints=(
        Endpoint(
            format=openai.CHAT,
            operation_name="chat",
            author="minimax",
            path=r"/text/chatcompletion_(?:v2|pro)$",
            endings=("chatcompletion_v2", "chatcompletion_pro"),
            has_shape=is_chat,
        ),
        _own(EMBEDDING, r"/v1/embeddings$", "embeddings", operation_name="embeddings"),
        _own(SPEECH, r"/v1/t2a_(?:async_)?v2$", "t2a_v2", "t2a_async_v2", operation_name="speech"),
        _own(IMAGE, r"/v1/image_generation$", "image_generation", operation_name="image_generation"),
        _own(VIDEO, r"/v1/video_generation$", "video_generation", operation_name="video_generation"),
        _own(MUSIC, r"/v1/music_generation$", "music_generation"),
    ),
    hosts={
        "minimax.chat": "minimax",
        "minimax.com": "minimax",
        "minimax.io": "minimax",
        "minimaxi.com": "minimax",
    },
)
