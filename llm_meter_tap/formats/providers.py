"""Whose machine a host name is.

Owns the table from host names to `gen_ai.provider.name`. Refuses to look at paths or bodies. Names are
OpenTelemetry's well-known values where it has one (gen-ai registry, v1.41.1; `moonshot_ai` from its main
branch), else the provider's own name in the same spelling.
"""

from __future__ import annotations

# A host belongs to the longest of these domains that it ends with.
_DOMAINS = {
    "ai21.com": "ai21",
    "aleph-alpha.com": "aleph_alpha",
    "aliyuncs.com": "alibaba",
    "anthropic.com": "anthropic",
    "baidubce.com": "baidu",
    "baseten.co": "baseten",
    "bfl.ai": "black_forest_labs",
    "bigmodel.cn": "zhipu",
    "z.ai": "zhipu",
    "cerebras.ai": "cerebras",
    "api.cloudflare.com": "cloudflare",
    "gateway.ai.cloudflare.com": "cloudflare",
    "cohere.ai": "cohere",
    "cohere.com": "cohere",
    "azuredatabricks.net": "databricks",
    "cloud.databricks.com": "databricks",
    "deepinfra.com": "deepinfra",
    "deepseek.com": "deepseek",
    "fireworks.ai": "fireworks",
    "models.github.ai": "github",
    "githubcopilot.com": "github",
    "groq.com": "groq",
    "hunyuan.cloud.tencent.com": "tencent",
    "huggingface.cloud": "huggingface",
    "huggingface.co": "huggingface",
    "hyperbolic.xyz": "hyperbolic",
    "ml.cloud.ibm.com": "ibm.watsonx.ai",
    "inference.ai.azure.com": "azure.ai.inference",
    "models.ai.azure.com": "azure.ai.inference",
    "models.inference.ai.azure.com": "github",
    "services.ai.azure.com": "azure.ai.inference",
    "cognitive.microsoft.com": "azure.ai.openai",
    "cognitiveservices.azure.com": "azure.ai.openai",
    "openai.azure.com": "azure.ai.openai",
    "openai.azure.cn": "azure.ai.openai",
    "openai.azure.us": "azure.ai.openai",
    "jina.ai": "jina",
    "lepton.ai": "lepton",
    "minimax.chat": "minimax",
    "minimax.io": "minimax",
    "minimaxi.com": "minimax",
    "mistral.ai": "mistral_ai",
    "moonshot.ai": "moonshot_ai",
    "moonshot.cn": "moonshot_ai",
    "ollama.com": "ollama",
    "snowflakecomputing.com": "snowflake",
    "nebius.ai": "nebius",
    "nebius.com": "nebius",
    "novita.ai": "novita",
    "api.nvidia.com": "nvidia",
    "openai.com": "openai",
    "openrouter.ai": "openrouter",
    "perplexity.ai": "perplexity",
    "pollinations.ai": "pollinations",
    "ppinfra.com": "ppio",
    "replicate.com": "replicate",
    "sambanova.ai": "sambanova",
    "siliconflow.cn": "siliconflow",
    "siliconflow.com": "siliconflow",
    "stepfun.com": "stepfun",
    "together.ai": "together",
    "together.xyz": "together",
    "ai-gateway.vercel.sh": "vercel",
    "volces.com": "volcengine",
    "bytepluses.com": "volcengine",
    "voyageai.com": "voyage",
    "writer.com": "writer",
    "x.ai": "x_ai",
    "xf-yun.com": "iflytek",
    "xiaomimimo.com": "xiaomi",
}


def provider_of(host: str) -> str | None:
    """The provider that a host belongs to, or None when we do not know it.

    Args:
        host: A lower-case host name without port.
    """
    domain = host
    while domain:
        provider = _DOMAINS.get(domain)
        if provider is not None:
            return provider
        domain = domain.partition(".")[2]
    return _cloud_of(host)


def _cloud_of(host: str) -> str | None:
    """The big clouds put the service into the first label, beside hosts that are no LLM."""
    if host.endswith("aiplatform.googleapis.com"):
        return "gcp.vertex_ai"
    if host == "generativelanguage.googleapis.com":
        return "gcp.gemini"
    if host.startswith("bedrock-runtime") and ".amazonaws.com" in host:
        return "aws.bedrock"
    return None
