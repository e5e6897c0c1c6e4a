"""All formats, endpoints and hosts, collected from the files of the families."""

from __future__ import annotations

from llm_meter_tap.formats import (
    alephalpha,
    anthropic,
    anthropic_sessions,
    baidu,
    bedrock,
    bedrock_agents,
    bfl,
    cloudflare,
    cohere,
    compatible,
    coze,
    dashscope,
    dify,
    google,
    google_interactions,
    huggingface,
    jina,
    koboldcpp,
    llamacpp,
    lmdeploy,
    lmstudio,
    meta,
    minimax,
    mistral,
    naver,
    ollama,
    openai,
    openai_agents,
    openai_videos,
    openrouter,
    oracle,
    perplexity,
    replicate,
    sagemaker,
    sap,
    sglang,
    snowflake,
    tencent,
    vercel,
    volcengine,
    watsonx,
    xai,
    yandex,
    zhipu,
)
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack

# The first endpoint that fits decides. OpenAI's paths are the most general, so that they come last, and
# Ollama's "/api/generate" comes before any "/generate".
FAMILIES: tuple[Family, ...] = (
    anthropic.FAMILY,
    anthropic_sessions.FAMILY,
    google.FAMILY,
    google_interactions.FAMILY,
    bedrock_agents.FAMILY,
    bedrock.FAMILY,
    cohere.FAMILY,
    ollama.FAMILY,
    mistral.FAMILY,
    dashscope.FAMILY,
    watsonx.FAMILY,
    alephalpha.FAMILY,
    bfl.FAMILY,
    replicate.FAMILY,
    cloudflare.FAMILY,
    perplexity.FAMILY,
    volcengine.FAMILY,
    tencent.FAMILY,
    huggingface.FAMILY,
    lmstudio.FAMILY,
    sagemaker.FAMILY,
    sglang.FAMILY,
    snowflake.FAMILY,
    baidu.FAMILY,
    minimax.FAMILY,
    zhipu.FAMILY,
    xai.FAMILY,
    openrouter.FAMILY,
    meta.FAMILY,
    naver.FAMILY,
    dify.FAMILY,
    coze.FAMILY,
    koboldcpp.FAMILY,
    lmdeploy.FAMILY,
    vercel.FAMILY,
    jina.FAMILY,
    oracle.FAMILY,
    sap.FAMILY,
    yandex.FAMILY,
    compatible.FAMILY,
    openai_videos.FAMILY,
    openai_agents.FAMILY,
    llamacpp.FAMILY,
    openai.FAMILY,
)

FORMATS: dict[str, Format] = {format.name: format for family in FAMILIES for format in family.formats}

ENDPOINTS: tuple[Endpoint, ...] = tuple(one for family in FAMILIES for one in family.endpoints)

READ_BACKS: tuple[ReadBack, ...] = tuple(one for family in FAMILIES for one in family.read_backs)

BATCH_RESULTS = tuple(family.batch_result for family in FAMILIES if family.batch_result is not None)
"""Each family's reading of a line of batch results."""

UPSTREAMS = tuple(family.upstream for family in FAMILIES if family.upstream is not None)
"""Each family's gateway: the provider to which it passes a request on."""

HOSTS: dict[str, str] = {domain: name for family in FAMILIES for domain, name in family.hosts.items()}

HOST_PATTERNS: tuple[tuple[str, str], ...] = tuple(one for family in FAMILIES for one in family.host_patterns)


def _by_ending() -> dict[str, tuple[Endpoint, ...]]:
    found: dict[str, tuple[Endpoint, ...]] = {}
    for endpoint in ENDPOINTS:
        for ending in endpoint.endings:
            found[ending] = (*found.get(ending, ()), endpoint)
    return found


BY_ENDING = _by_ending()
"""The endpoints by the last segment of their paths."""

OPEN_ENDED = tuple(one for one in ENDPOINTS if not one.endings)
"""The endpoints with paths whose last segment is a name."""
