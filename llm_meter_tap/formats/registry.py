"""The table of LLM APIs: what each one's requests look like.

Owns one row per API. Refuses to look at anything but the request's path and outer body members. A row's
sources are the provider's own API references; a new API is a new row, never a new branch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from llm_meter_tap.formats.request_shapes import (
    Request,
    asked_by_member,
    asked_by_path,
    from_path,
    has_model,
    is_agent_chat,
    is_bedrock_prompt,
    is_chat,
    is_completion,
    is_dashscope,
    is_embedding,
    is_google,
    is_image,
    is_message,
    is_named_chat,
    is_ollama_embed,
    is_ollama_prompt,
    is_prediction,
    is_response,
    is_tgi_prompt,
    named_by_member,
    never,
    of_no_model,
    unless_declined,
)


class Api(NamedTuple):
    """One row.

    Attributes:
        api: The request and response format.
        operation_name: `gen_ai.operation.name`.
        author: The provider assumed on a host that we do not know.
        endings: Last path segments (behind a colon, if there is one) that lead to this row; none where the
            last segment is a name.
        path: Must be found in the path.
        has_shape: Asked of the body where host and path are not proof enough.
        hosts: The only providers on whose hosts this row holds; none means any host.
        streams: Whether the answer was asked for in pieces.
        model: The model asked for; never a deployment's name.
    """

    api: str
    operation_name: str
    author: str
    endings: tuple[str, ...]
    path: re.Pattern[str]
    has_shape: Callable[[Request], bool]
    hosts: tuple[str, ...]
    streams: Callable[[Request], bool]
    model: Callable[[Request], str | None]


def _row(
    api: str,
    operation_name: str,
    author: str,
    endings: str,
    path: str,
    has_shape: Callable[[Request], bool],
    hosts: str = "",
    streams: Callable[[Request], bool] = asked_by_member,
    model: Callable[[Request], str | None] = named_by_member,
) -> Api:
    pattern = re.compile(path)
    owners = tuple(hosts.split())
    return Api(
        api, operation_name, author, tuple(endings.split()), pattern, has_shape, owners, streams, model
    )


_google = from_path(r"/(?:models|endpoints|tunedModels)/([^/:]+)")
_bedrock = from_path(r"/model/([^/]+)/")
_cloudflare = from_path(r"/ai/run/(.+)$")
_replicate = from_path(r"/models/([^/]+/[^/]+)/predictions$")
_bfl = from_path(r"^/v1/([^/]+)$")
_GENERATE = "generateContent streamGenerateContent"
_RAW = "rawPredict streamRawPredict"
_ASSISTANT = r"/threads/(?:[^/]+/)?runs(?:/[^/]+/submit_tool_outputs)?$"
_WATSONX = r"/(?:text/generation|generation/text)(?:_stream)?$"

# Order matters where endings are shared: the more particular path first.
APIS = (
    _row("openai.chat", "chat", "openai", "completions", r"/chat/completions$", is_chat),
    _row("openai.chat", "chat", "mistral_ai", "completions", r"/agents/completions$", is_agent_chat),
    _row("openai.completions", "text_completion", "openai", "completions", r"/completions$", is_completion),
    _row("openai.responses", "chat", "openai", "responses", r"/responses$", is_response),
    _row("openai.responses", "chat", "openai", "compact", r"/responses/compact$", is_response),
    _row("ollama.embed", "embeddings", "ollama", "embed embeddings", r"^/api/embed", is_ollama_embed),
    _row("watsonx.embed", "embeddings", "ibm.watsonx.ai", "embeddings", r"/text/e", never, "ibm.watsonx.ai"),
    _row("openai.embeddings", "embeddings", "openai", "embeddings", r"/embeddings$", is_embedding),
    _row("openai.embeddings", "embeddings", "voyage", "multimodalembeddings", r"/v1/m", never, "voyage"),
    _row("anthropic.messages", "chat", "anthropic", "messages", r"^(?!.*/threads/).*/messages$", is_message),
    _row(
        "anthropic.messages",
        "chat",
        "anthropic",
        _RAW,
        r"/publishers/anthropic/",
        is_message,
        streams=asked_by_path,
        model=_google,
    ),
    _row(
        "openai.chat",
        "chat",
        "gcp.vertex_ai",
        _RAW,
        r"/publishers/mistralai/models/[^/]+$",
        is_chat,
        streams=asked_by_path,
    ),
    _row(
        "anthropic.complete", "text_completion", "anthropic", "complete", r"/v1/complete$", never, "anthropic"
    ),
    _row(
        "google.generateContent",
        "generate_content",
        "gcp.gemini",
        _GENERATE,
        r":\w+$",
        is_google,
        streams=asked_by_path,
        model=_google,
    ),
    _row(
        "google.embedContent",
        "embeddings",
        "gcp.gemini",
        "embedContent batchEmbedContents",
        r":\w+$",
        is_google,
        model=_google,
    ),
    _row(
        "google.embedContent",
        "embeddings",
        "gcp.vertex_ai",
        "predict",
        r"/models/[^/]*embedding[^/]*:",
        is_prediction,
        model=_google,
    ),
    _row(
        "google.imagen",
        "generate_content",
        "gcp.vertex_ai",
        "predict",
        r"/models/imagen-[^/:]+:",
        is_prediction,
        streams=never,
        model=_google,
    ),
    _row(
        "bedrock.converse",
        "chat",
        "aws.bedrock",
        "converse converse-stream",
        r"/model/[^/]+/c",
        is_chat,
        streams=asked_by_path,
        model=_bedrock,
    ),
    _row(
        "bedrock.invoke",
        "chat",
        "aws.bedrock",
        "invoke invoke-with-response-stream",
        r"/model/[^/]+/i",
        is_bedrock_prompt,
        streams=asked_by_path,
        model=_bedrock,
    ),
    _row("cohere.chat", "chat", "cohere", "chat", r"/v1/chat$", never, "cohere"),
    _row("cohere.chat", "chat", "cohere", "chat", r"/v2/chat$", is_named_chat),
    _row("cohere.generate", "text_completion", "cohere", "generate", r"/v1/generate$", never, "cohere"),
    _row("cohere.embed", "embeddings", "cohere", "embed", r"/v[12]/embed$", never, "cohere"),
    _row("cohere.rerank", "rerank", "cohere", "rerank", r"/v[12]/rerank$", never, "cohere"),
    _row("openai.rerank", "rerank", "voyage", "rerank", r"/v1/rerank$", never, "voyage jina siliconflow"),
    _row("openai.chat", "chat", "writer", "chat", r"/v1/chat$", never, "writer"),
    _row(
        "openai.chat",
        "chat",
        "ibm.watsonx.ai",
        "chat chat_stream",
        r"/text/chat",
        never,
        "ibm.watsonx.ai",
        asked_by_path,
    ),
    _row(
        "watsonx.generate",
        "text_completion",
        "ibm.watsonx.ai",
        "generation generation_stream text text_stream",
        _WATSONX,
        never,
        "ibm.watsonx.ai",
        asked_by_path,
    ),
    _row("ollama.chat", "chat", "ollama", "chat", r"/api/chat$", is_named_chat, streams=unless_declined),
    _row(
        "ollama.generate",
        "text_completion",
        "ollama",
        "generate",
        r"/api/generate$",
        is_ollama_prompt,
        streams=unless_declined,
    ),
    _row(
        "huggingface.inference",
        "text_completion",
        "huggingface",
        "generate generate_stream",
        r"/generate(?:_stream)?$",
        is_tgi_prompt,
        streams=asked_by_path,
    ),
    _row(
        "huggingface.inference", "text_completion", "huggingface", "", r"^$|^/models/", never, "huggingface"
    ),
    _row("dashscope.generation", "chat", "alibaba", "generation", r"/services/aigc/", is_dashscope),
    _row(
        "dashscope.embedding",
        "embeddings",
        "alibaba",
        "text-embedding multimodal-embedding",
        r"/services/embeddings/",
        is_dashscope,
    ),
    _row(
        "alephalpha.complete",
        "text_completion",
        "aleph_alpha",
        "complete",
        r"^/complete$",
        never,
        "aleph_alpha",
    ),
    _row(
        "alephalpha.embed",
        "embeddings",
        "aleph_alpha",
        "embed semantic_embed batch_semantic_embed",
        r"embed$",
        never,
        "aleph_alpha",
    ),
    _row("openai.chat", "chat", "snowflake", "complete", r"/cortex/inference:complete$", is_named_chat),
    _row("openai.chat", "chat", "mistral_ai", "conversations", r"/v1/conv", never, "mistral_ai"),
    _row("openai.chat", "chat", "mistral_ai", "", r"/v1/conversations/[^/]+$", never, "mistral_ai"),
    _row("openai.chat", "chat", "minimax", "chatcompletion_v2", r"/text/chatcompletion_v2$", is_chat),
    _row("openai.chat", "chat", "pollinations", "openai", r"/openai$", is_named_chat),
    _row(
        "openai.chat",
        "chat",
        "databricks",
        "invocations",
        r"/serving-endpoints/[^/]+/invocations$",
        never,
        "databricks",
        model=of_no_model,
    ),
    _row(
        "openai.assistants.run",
        "invoke_agent",
        "openai",
        "runs submit_tool_outputs",
        _ASSISTANT,
        never,
        "openai azure.ai.openai",
    ),
    # Training and its undoing stand beside the models.
    _row(
        "bfl.image",
        "generate_content",
        "black_forest_labs",
        "",
        r"^/v1/(?!(?:delete_)?finetune$)[^/]+$",
        never,
        "black_forest_labs",
        streams=never,
        model=_bfl,
    ),
    # A prediction is made in the background, whether or not its text is streamed from another address.
    _row(
        "replicate.prediction",
        "generate_content",
        "replicate",
        "predictions",
        r"/v1/(?:(?:models|deployments)/[^/]+/[^/]+/)?predictions$",
        never,
        "replicate",
        streams=never,
        model=_replicate,
    ),
    _row("cloudflare.run", "chat", "cloudflare", "", r"/ai/run/.", never, "cloudflare", model=_cloudflare),
    _row(
        "openai.images",
        "generate_content",
        "openai",
        "generations edits variations",
        r"/images/\w+$",
        is_image,
    ),
    _row(
        "openai.audio",
        "generate_content",
        "openai",
        "transcriptions translations speech",
        r"/audio/\w+$",
        has_model,
    ),
)

# Rows by the last path segment, in the order of the table.
BY_ENDING: dict[str, tuple[Api, ...]] = {
    ending: tuple(row for row in APIS if ending in row.endings) for api in APIS for ending in api.endings
}

# Rows for paths whose last segment is a name.
OPEN_ENDED = tuple(row for row in APIS if not row.endings)

# Where the results of earlier calls are read back. The answer is the proof, and not the host: it says what
# it is, see `batch_results.py`.
READ_BACKS = (
    _row("openai.batch", "chat", "openai", "", r"/files/[^/]+/content$", never),
    _row("anthropic.batch", "chat", "anthropic", "", r"/messages/batches/[^/]+/results$", never),
    _row(
        "google.batch",
        "generate_content",
        "gcp.gemini",
        "",
        r"/v\w+/batches/[^/]+$|/files/[^/]+:download$",
        never,
        "gcp.gemini",
    ),
    _row("openai.responses", "chat", "openai", "", r"/responses/[^/]+$", never),
    _row(
        "openai.assistants.run",
        "invoke_agent",
        "openai",
        "",
        r"/threads/[^/]+/runs/[^/]+$",
        never,
        "openai azure.ai.openai",
    ),
    _row(
        "replicate.prediction",
        "generate_content",
        "replicate",
        "",
        r"/v1/predictions/[^/]+$",
        never,
        "replicate",
    ),
)
