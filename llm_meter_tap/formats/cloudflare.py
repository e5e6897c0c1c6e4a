"""The format of Cloudflare's Workers AI beside its OpenAI-compatible paths; usage has OpenAI's names.

Source: Cloudflare's API reference, Workers AI (`result.usage`).
"""

from __future__ import annotations

from llm_meter_tap.formats.format import Endpoint, Family, Format, TextFields
from llm_meter_tap.formats.openai import CHAT_LIMIT
from llm_meter_tap.formats.openai_usage import READER
from llm_meter_tap.formats.request_shapes import from_path, never

RUN = Format(
    name="cloudflare.run",
    usage=READER,
    output_limit=CHAT_LIMIT,
    text=TextFields(
        read=("messages", "prompt", "input"),
        written=("choices", "response", "result", "tool_calls"),
        messages=("messages", "prompt", "input"),
        tools=("tools", "functions"),
        answer_schema=(("response_format",),),
    ),
    stream_ends=(),
)

FAMILY = Family(
    formats=(RUN,),
    endpoints=(
        Endpoint(
            format=RUN,
            operation_name="chat",
            author="cloudflare",
            path=r"/ai/run/.",
            endings=(),
            has_shape=never,
            hosts=("cloudflare",),
            model=from_path(r"/ai/run/(.+)$"),
        ),
    ),
    hosts={"api.cloudflare.com": "cloudflare", "gateway.ai.cloudflare.com": "cloudflare"},
)
