"""Mistral beside the paths that it shares with OpenAI: agents, conversations, OCR, models on Vertex AI.

Source: Mistral's API reference.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Endpoint, Family, Format
from llm_meter_tap.formats.openai import CHAT, READER
from llm_meter_tap.formats.request_shapes import asked_by_path, is_agent_chat, is_chat, is_document, never

_HOSTS = ("mistral_ai",)


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather an answer of OCR, which is charged by the page."""
    draft.identify(document.get("model"), document.get("id"))
    draft.replace(document.get("usage_info"))
    draft.has_units = bool(draft.raw)
    draft.error = document.get("error") or draft.error


OCR = Format(
    name="mistral.ocr",
    usage=READER._replace(names=("usage_info", "model", "id", "error"), take=take),
    output_limit=None,
    text=None,
    stream_ends=(),
)

FAMILY = Family(
    formats=(OCR,),
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
            path=r"/v1/conversations(?:/[^/]+/restart)?$",
            endings=("conversations", "restart"),
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
        Endpoint(
            format=OCR,
            operation_name="generate_content",
            author="mistral_ai",
            path=r"/v1/ocr$",
            endings=("ocr",),
            has_shape=is_document,
            streams=never,
        ),
    ),
    hosts={"mistral.ai": "mistral_ai"},
)
