"""Providers that use OpenAI's formats: their hosts, and the paths at which they differ from OpenAI.

Source: each provider's API reference.
"""

from __future__ import annotations

from collections.abc import Callable

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.format import Endpoint, Family, ReadBack
from llm_meter_tap.formats.request_shapes import (
    Request,
    from_path,
    is_agent_input,
    is_any_input,
    is_chat,
    is_kept_prompt,
    is_named_chat,
    is_named_input,
    is_query,
    is_scoring,
    never,
    of_no_model,
)
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import count


def _deepinfra(draft: Draft, provider: str) -> Usage:
    raw = draft.raw
    return Usage(count(raw.get("tokens_input")), count(raw.get("tokens_generated")), raw=raw)


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


# A video is a task whose answer has no figures.
VIDEO = units_format("compatible.video", figures=(), ids=("requestId",), is_job=True)
# Together's says its length and, once it is made, its cost.
TOGETHER = units_format(
    "compatible.together",
    figures=("outputs", "seconds"),
    status="status",
    ends=("completed",),
    is_job=True,
)
# DeepInfra's own paths of any model: what it used stands in its status.
DEEPINFRA = units_format(
    "compatible.deepinfra", figures=("inference_status",), ids=("request_id",), errors=("error", "detail")
)
DEEPINFRA = DEEPINFRA._replace(usage=DEEPINFRA.usage._replace(normalise=_deepinfra))

_ENDPOINT = r"/serving-endpoints/[^/]+/invocations$"

# Charged by the page.
DOCUMENT = units_format("compatible.document", figures=("usage",), models=("model",))

FAMILY = Family(
    formats=(VIDEO, TOGETHER, DEEPINFRA, DOCUMENT),
    endpoints=(
        Endpoint(
            format=openai.EMBEDDINGS,
            operation_name="embeddings",
            author="voyage",
            path=r"/v1/(?:multimodal|contextualized)embeddings$",
            endings=("multimodalembeddings", "contextualizedembeddings"),
            has_shape=never,
            hosts=("voyage", "perplexity"),
        ),
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="voyage",
            path=r"/v\d/rerank$",
            endings=("rerank",),
            has_shape=never,
            hosts=("voyage", "jina", "siliconflow", "openrouter", "zhipu", "z_ai", "together"),
        ),
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="nvidia",
            path=r"/(?:reranking|ranking)$",
            endings=("reranking", "ranking"),
            has_shape=never,
            hosts=("nvidia", "mixedbread"),
        ),
        # The servers and gateways that rerank: vLLM, Xinference, Infinity, LiteLLM.
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="openai",
            path=r"/rerank$",
            endings=("rerank",),
            has_shape=is_query,
        ),
        # vLLM's server beside OpenAI's paths.
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="openai",
            path=r"/score$",
            endings=("score",),
            has_shape=is_scoring,
        ),
        Endpoint(
            format=openai.EMBEDDINGS,
            operation_name="embeddings",
            author="openai",
            path=r"/pooling$",
            endings=("pooling",),
            has_shape=is_named_input,
        ),
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="jina",
            path=r"/v1/classify$",
            endings=("classify",),
            has_shape=never,
            hosts=("jina",),
        ),
        Endpoint(
            format=openai.RERANK,
            operation_name="rerank",
            author="openai",
            path=r"^(?:/v1)?/classify$",
            endings=("classify",),
            has_shape=is_named_input,
        ),
        Endpoint(
            format=openai.EMBEDDINGS,
            operation_name="embeddings",
            author="nomic",
            path=r"/v1/embedding/(?:text|image)$",
            endings=("text", "image"),
            has_shape=never,
            hosts=("nomic",),
        ),
        Endpoint(
            format=DEEPINFRA,
            operation_name="generate_content",
            author="deepinfra",
            path=r"/v1/inference/.",
            endings=(),
            has_shape=never,
            hosts=("deepinfra",),
            model=from_path(r"/v1/inference/(.+)$"),
        ),
        Endpoint(
            format=DOCUMENT,
            operation_name="generate_content",
            author="upstage",
            path=r"/v1/document-(?:digitization|ai/[\w-]+)$",
            endings=("document-digitization", "document-parse", "ocr", "layout-analysis"),
            has_shape=never,
            hosts=("upstage",),
            streams=never,
        ),
        Endpoint(
            format=VIDEO,
            operation_name="video_generation",
            author="siliconflow",
            path=r"/v1/video/submit$",
            endings=("submit",),
            has_shape=never,
            hosts=("siliconflow",),
            streams=never,
        ),
        Endpoint(
            format=TOGETHER,
            operation_name="video_generation",
            author="together",
            path=r"/v2/videos$",
            endings=("videos",),
            has_shape=never,
            hosts=("together",),
            streams=never,
        ),
        _chat("writer", r"/v1/chat$", "chat", never, hosts=("writer", "reka")),
        _chat("sensenova", r"/llm/chat-completions$", "chat-completions", never, hosts=("sensenova",)),
        _chat("openai", r"/prompts/[^/]+/completions$", "completions", is_kept_prompt),
        _chat("pollinations", r"/openai$", "openai", is_named_chat),
        *(
            _chat("databricks", _ENDPOINT, "invocations", has_shape, ("databricks",))._replace(
                format=format, operation_name=operation_name, model=of_no_model, is_shape_asked=is_shape_asked
            )
            for format, operation_name, has_shape, is_shape_asked in (
                (openai.RESPONSES, "chat", is_agent_input, True),
                (openai.EMBEDDINGS, "embeddings", is_any_input, True),
                (openai.CHAT, "chat", never, False),
            )
        ),
        # MLflow's gateway, which serves any provider's models under names of its own.
        _chat("openai", r"/(?:gateway|endpoints)/[^/]+/invocations$", "invocations", is_chat)._replace(
            model=of_no_model
        ),
    ),
    read_backs=(ReadBack(TOGETHER, "video_generation", "together", r"/v2/videos/[^/]+$", ("together",)),),
    hosts={
        "ai21.com": "ai21",
        "aihubmix.com": "aihubmix",
        "lingyiwanwu.com": "01_ai",
        "baichuan-ai.com": "baichuan",
        "chutes.ai": "chutes",
        "featherless.ai": "featherless",
        "friendli.ai": "friendli",
        "ai.gitee.com": "gitee",
        "inceptionlabs.ai": "inception",
        "inference.net": "inference_net",
        "infini-ai.com": "infini_ai",
        "api.lambda.ai": "lambda",
        "longcat.chat": "longcat",
        "ai.mongodb.com": "voyage",
        "aimlapi.com": "aimlapi",
        "arcee.ai": "arcee",
        "avian.io": "avian",
        "crusoecloud.com": "crusoe",
        "doubleword.ai": "doubleword",
        "exa.ai": "exa",
        "gmi-serving.com": "gmi",
        "inference.de-txl.ionos.com": "ionos",
        "inference.heroku.com": "heroku",
        "inflection.ai": "inflection",
        "morphllm.com": "morph",
        "poe.com": "poe",
        "quicksilverpro.io": "quicksilverpro",
        "requesty.ai": "requesty",
        "runpod.ai": "runpod",
        "targon.com": "targon",
        "typesafe.ai": "typesafe",
        "assemblyai.com": "assemblyai",
        "gigachat.devices.sberbank.ru": "gigachat",
        "mixedbread.ai": "mixedbread",
        "mixedbread.com": "mixedbread",
        "api-inference.modelscope.cn": "modelscope",
        "nomic.ai": "nomic",
        "parasail.io": "parasail",
        "ppio.com": "ppio",
        "reka.ai": "reka",
        "scaleway.ai": "scaleway",
        "sensenova.cn": "sensenova",
        "upstage.ai": "upstage",
        "venice.ai": "venice",
        "baseten.co": "baseten",
        "cerebras.ai": "cerebras",
        "azuredatabricks.net": "databricks",
        "cloud.databricks.com": "databricks",
        "gcp.databricks.com": "databricks",
        "deepinfra.com": "deepinfra",
        "do-ai.run": "digitalocean",
        "deepseek.com": "deepseek",
        "fireworks.ai": "fireworks",
        "models.github.ai": "github",
        "githubcopilot.com": "github",
        "groq.com": "groq",
        "hyperbolic.xyz": "hyperbolic",
        "models.inference.ai.azure.com": "github",
        "jina.ai": "jina",
        "lepton.ai": "lepton",
        "kimi.com": "moonshot_ai",
        "moonshot.ai": "moonshot_ai",
        "moonshot.cn": "moonshot_ai",
        "nebius.ai": "nebius",
        "nebius.com": "nebius",
        "novita.ai": "novita",
        "api.nvidia.com": "nvidia",
        "ai.cloud.ovh.net": "ovhcloud",
        "pollinations.ai": "pollinations",
        "ppinfra.com": "ppio",
        "sambanova.ai": "sambanova",
        "siliconflow.cn": "siliconflow",
        "siliconflow.com": "siliconflow",
        "stepfun.ai": "stepfun",
        "stepfun.com": "stepfun",
        "together.ai": "together",
        "together.xyz": "together",
        "voyageai.com": "voyage",
        "inference.wandb.ai": "wandb",
        "writer.com": "writer",
        "xf-yun.com": "iflytek",
        "xiaomimimo.com": "xiaomi",
    },
)
