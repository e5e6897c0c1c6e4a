"""Providers that use OpenAI's formats: their hosts, and the paths at which they differ from OpenAI.

Source: each provider's API reference.
"""

from __future__ import annotations

from collections.abc import Callable

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.format import Endpoint, Family, ReadBack
from llm_meter_tap.formats.request_shapes import (
    Request,
    is_chat,
    is_kept_prompt,
    is_named_chat,
    never,
    of_no_model,
)


def _chat(
    author: str,
    path: str,
    ending: str,
    has_shape: Callable[[Request], bool],
    hosts: tuple[str, ...] = (),
) -> Endpoint:
    return Endpoint(
        format=openai.CHAT,
        operation_name="chat",
        author=author,
        path=path,
        endings=(ending,),
        has_shape=has_shape,
        hosts=hosts,
    )


FAMILY = Family(
    endpoints=(
        Endpoint(
            format=openai.EMBEDDINGS,
            operation_name="embeddings",
            author="voyage",
            path=r"/v1/(?:multimodal|contextualized)embeddings$",
            endings=("multimodalembeddings", "contextualizedembeddings"),
            has_shape=never,
            hosts=("voyage",),
        ),
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="voyage",
            path=r"/v\d/rerank$",
            endings=("rerank",),
            has_shape=never,
            hosts=("voyage", "jina", "siliconflow", "openrouter", "zhipu"),
        ),
        _chat("writer", r"/v1/chat$", "chat", never, hosts=("writer",)),
        _chat("openai", r"/prompts/[^/]+/completions$", "completions", is_kept_prompt),
        _chat("snowflake", r"/cortex/inference:complete$", "complete", is_named_chat),
        _chat("minimax", r"/text/chatcompletion_v2$", "chatcompletion_v2", is_chat),
        _chat("pollinations", r"/openai$", "openai", is_named_chat),
        _chat(
            "databricks",
            r"/serving-endpoints/[^/]+/invocations$",
            "invocations",
            never,
            hosts=("databricks",),
        )._replace(model=of_no_model),
    ),
    read_backs=(
        ReadBack(
            format=openai.CHAT,
            operation_name="chat",
            author="x_ai",
            path=r"/v1/chat/deferred-completion/[^/]+$",
            is_named_by_path=True,
        ),
        ReadBack(
            format=openai.CHAT,
            operation_name="chat",
            author="zhipu",
            path=r"/v\d/async-result/[^/]+$",
            hosts=("zhipu",),
            is_named_by_path=True,
        ),
    ),
    hosts={
        "ai21.com": "ai21",
        "baidubce.com": "baidu",
        "baseten.co": "baseten",
        "bigmodel.cn": "zhipu",
        "z.ai": "zhipu",
        "cerebras.ai": "cerebras",
        "azuredatabricks.net": "databricks",
        "cloud.databricks.com": "databricks",
        "deepinfra.com": "deepinfra",
        "deepseek.com": "deepseek",
        "fireworks.ai": "fireworks",
        "models.github.ai": "github",
        "githubcopilot.com": "github",
        "groq.com": "groq",
        "hunyuan.cloud.tencent.com": "tencent",
        "hyperbolic.xyz": "hyperbolic",
        "models.inference.ai.azure.com": "github",
        "jina.ai": "jina",
        "lepton.ai": "lepton",
        "minimax.chat": "minimax",
        "minimax.io": "minimax",
        "minimaxi.com": "minimax",
        "kimi.com": "moonshot_ai",
        "moonshot.ai": "moonshot_ai",
        "moonshot.cn": "moonshot_ai",
        "snowflakecomputing.com": "snowflake",
        "nebius.ai": "nebius",
        "nebius.com": "nebius",
        "novita.ai": "novita",
        "api.nvidia.com": "nvidia",
        "openrouter.ai": "openrouter",
        "pollinations.ai": "pollinations",
        "ppinfra.com": "ppio",
        "sambanova.ai": "sambanova",
        "siliconflow.cn": "siliconflow",
        "siliconflow.com": "siliconflow",
        "stepfun.com": "stepfun",
        "together.ai": "together",
        "together.xyz": "together",
        "ai-gateway.vercel.sh": "vercel",
        "voyageai.com": "voyage",
        "writer.com": "writer",
        "x.ai": "x_ai",
        "xf-yun.com": "iflytek",
        "xiaomimimo.com": "xiaomi",
    },
)
