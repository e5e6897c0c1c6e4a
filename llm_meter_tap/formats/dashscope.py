"""The formats of Alibaba's DashScope beside its OpenAI-compatible mode; usage is named as OpenAI names it.

Source: Alibaba's reference of DashScope (`usage.input_tokens`, `usage.output_tokens`, `request_id`).
"""

from __future__ import annotations

from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields
from llm_meter_tap.formats.openai import READER
from llm_meter_tap.formats.request_shapes import is_dashscope

GENERATION = Format(
    name="dashscope.generation",
    usage=READER,
    output_limit=OutputLimit(tokens=("parameters.max_tokens",), answers=("parameters.n",)),
    text=TextFields(
        read=("input",),
        written=("output",),
        messages=("messages", "prompt"),
        inside="input",
        tools=("tools",),
    ),
    stream_ends=(),
)
EMBEDDING = Format(
    name="dashscope.embedding",
    usage=READER,
    output_limit=None,
    text=TextFields(read=("input",), written=(), messages=("contents",), inside="input"),
    stream_ends=(),
)

FAMILY = Family(
    formats=(GENERATION, EMBEDDING),
    endpoints=(
        Endpoint(
            format=GENERATION,
            operation_name="chat",
            author="alibaba",
            path=r"/services/aigc/",
            endings=("generation",),
            has_shape=is_dashscope,
        ),
        Endpoint(
            format=EMBEDDING,
            operation_name="embeddings",
            author="alibaba",
            path=r"/services/embeddings/",
            endings=("text-embedding", "multimodal-embedding"),
            has_shape=is_dashscope,
        ),
    ),
    hosts={"aliyuncs.com": "alibaba"},
)
