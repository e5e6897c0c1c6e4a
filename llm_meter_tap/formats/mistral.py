"""Mistral beside the paths that it shares with OpenAI: agents, conversations, OCR, moderation, and batches
with their results inside.

Sources: Mistral's API reference and the types of its SDK.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llm_meter_tap.formats.format import Endpoint, Family, ReadBack, Result
from llm_meter_tap.formats.openai import CHAT, batch_result
from llm_meter_tap.formats.request_shapes import PUBLISHED_MODEL, is_agent_chat, is_document, never
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import mapping, sequence

_HOSTS = ("mistral_ai",)

OCR = units_format("mistral.ocr", figures=("usage_info",))
# What judges a text reports the tokens that it read.
MODERATION = units_format("mistral.moderation", figures=("usage",))


def _results_in(document: dict[str, Any]) -> Iterator[Result]:
    """The results of a batch whose requests came without a file."""
    for entry in map(mapping, sequence(document.get("outputs"))):
        result = batch_result(entry)
        if result is not None:
            yield result


FAMILY = Family(
    formats=(OCR, MODERATION),
    endpoints=(
        Endpoint(
            format=OCR,
            operation_name="generate_content",
            author="gcp.vertex_ai",
            path=r"/publishers/mistralai/models/[^/]*ocr[^/]*$",
            endings=("rawPredict",),
            has_shape=is_document,
            streams=never,
            model=PUBLISHED_MODEL,
        ),
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
            # Azure serves it below a path of its own.
            path=r"/(?:v1|providers/mistral/azure)/ocr$",
            endings=("ocr",),
            has_shape=is_document,
            streams=never,
        ),
        Endpoint(
            format=MODERATION,
            operation_name="generate_content",
            author="mistral_ai",
            path=r"/v1/(?:chat/)?(?:moderations|classifications)$",
            endings=("moderations", "classifications"),
            has_shape=never,
            hosts=_HOSTS,
            streams=never,
        ),
    ),
    read_backs=(
        ReadBack(
            format=CHAT,
            operation_name="chat",
            author="mistral_ai",
            path=r"/v1/batch/jobs/[^/]+$",
            hosts=_HOSTS,
            results_in=_results_in,
        ),
    ),
    hosts={"mistral.ai": "mistral_ai"},
)
