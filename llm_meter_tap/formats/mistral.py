"""Mistral's paths beside those that it shares with OpenAI: agents, conversations, models on Vertex AI.

Source: Mistral's API reference.
"""

from __future__ import annotations

from llm_meter_tap.formats.format import Endpoint, Family
from llm_meter_tap.formats.openai import CHAT
from llm_meter_tap.formats.request_shapes import asked_by_path, is_agent_chat, is_chat, never

_HOSTS = ("mistral_ai",)

FAMILY = Family(
    endpoints=(
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="mistral_ai",
            path=r"/agents/completions$",
            endings=("completions",),
            has_shape=is_agent_chat,
        ),
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="gcp.vertex_ai",
            path=r"/publishers/mistralai/models/[^/]+$",
            endings=("rawPredict", "streamRawPredict"),
            has_shape=is_chat,
            streams=asked_by_path,
        ),
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="mistral_ai",
            path=r"/v1/conv",
            endings=("conversations",),
            has_shape=never,
            hosts=_HOSTS,
        ),
        Endpoint(
            format=CHAT,
            operation_name="chat",
            author="mistral_ai",
            path=r"/v1/conversations/[^/]+$",
            endings=(),
            has_shape=never,
            hosts=_HOSTS,
        ),
    ),
    hosts={"mistral.ai": "mistral_ai"},
)
