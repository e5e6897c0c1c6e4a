"""The format of Cloudflare's Workers AI beside its OpenAI-compatible paths; usage has OpenAI's names. The
paths of Cloudflare's gateway name the provider to which a request goes.

Sources: Cloudflare's API reference, Workers AI (`result.usage`), and AI Gateway, supported providers.
"""

from __future__ import annotations

import re

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

_GATEWAY = re.compile(r"^/v1/[^/]+/[^/]+/([\w-]+)/")
_UPSTREAMS = {
    "anthropic": "anthropic",
    "aws-bedrock": "aws.bedrock",
    "azure-openai": "azure.ai.openai",
    "baseten": "baseten",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "google-ai-studio": "gcp.gemini",
    "google-vertex-ai": "gcp.vertex_ai",
    "grok": "x_ai",
    "groq": "groq",
    "huggingface": "huggingface",
    "mistral": "mistral_ai",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity-ai": "perplexity",
    "replicate": "replicate",
}


def _upstream(known: str, path: str) -> str | None:
    found = _GATEWAY.match(path) if known == "cloudflare" else None
    return None if found is None else _UPSTREAMS.get(found.group(1))


FAMILY = Family(
    formats=(RUN,),
    endpoints=(
        Endpoint(
            format=RUN,
            operation_name="chat",
            author="cloudflare",
            path=r"/(?:ai/run|workers-ai)/@",
            endings=(),
            has_shape=never,
            hosts=("cloudflare",),
            model=from_path(r"/(?:ai/run|workers-ai)/(.+)$"),
        ),
    ),
    upstream=_upstream,
    hosts={"api.cloudflare.com": "cloudflare", "gateway.ai.cloudflare.com": "cloudflare"},
)
