"""The table of LLM APIs: what each one's requests look like.

Owns one row per API. Refuses to look at anything but the request's path and outer body members. A row's
sources are the provider's own API references; a new API is a new row, never a new branch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

from llm_meter_tap.json_values import text


class Request(NamedTuple):
    """What a row may look at: the path without trailing slash, and the body's outer members."""

    path: str
    members: dict[str, Any]

    def has_text(self, name: str) -> bool:
        return text(self.members.get(name)) is not None

    def has_array(self, name: str) -> bool:
        return isinstance(self.members.get(name), list)

    def has(self, name: str) -> bool:
        return bool(self.members.get(name))


class Api(NamedTuple):
    """One row.

    Attributes:
        api: The request and response format.
        operation_name: `gen_ai.operation.name`.
        author: The provider assumed on a host that we do not know.
        endings: Last path segments (behind a colon, if there is one) that lead to this row.
        path: Must be found in the path.
        has_shape: Asked of the body on hosts that we do not know.
        hosts: The only providers on whose hosts this row holds; None for any host.
        streams: Whether the answer was asked for in pieces.
        model: The model asked for; never a deployment's name.
    """

    api: str
    operation_name: str
    author: str
    endings: tuple[str, ...]
    path: re.Pattern[str]
    has_shape: Callable[[Request], bool]
    hosts: tuple[str, ...] | None = None
    streams: Callable[[Request], bool] = lambda request: request.members.get("stream") is True
    model: Callable[[Request], str | None] = lambda request: text(request.members.get("model"))


def _never(request: Request) -> bool:
    return False


def _is_chat(request: Request) -> bool:
    """The path says it; llama.cpp, which serves one model, needs none named."""
    return request.has_array("messages")


def _is_named_chat(request: Request) -> bool:
    return request.has_text("model") and request.has_array("messages")


def _is_agent_chat(request: Request) -> bool:
    return request.has_text("agent_id") and request.has_array("messages")


def _is_completion(request: Request) -> bool:
    return _is_named(request) and request.has("prompt")


def _is_response(request: Request) -> bool:
    asked = request.has("input") or request.has("prompt") or request.has_text("previous_response_id")
    return asked and request.has_text("model")


def _is_embedding(request: Request) -> bool:
    return _is_named(request) and request.has("input")


def _is_message(request: Request) -> bool:
    named = request.has_text("model") or request.has_text("anthropic_version")
    return named and request.has_array("messages") and isinstance(request.members.get("max_tokens"), int)


def _is_google(request: Request) -> bool:
    members = request.members
    return (
        request.has_array("contents")
        or isinstance(members.get("content"), dict)
        or request.has_array("requests")
    )


def _is_prediction(request: Request) -> bool:
    return request.has_array("instances")


def _is_converse(request: Request) -> bool:
    return request.has_array("messages")


def _is_ollama_prompt(request: Request) -> bool:
    return request.has_text("model") and isinstance(request.members.get("prompt"), str)


def _is_ollama_embed(request: Request) -> bool:
    given = "input" if request.path.endswith("embed") else "prompt"
    return request.has_text("model") and request.has(given)


def _is_image(request: Request) -> bool:
    return request.has_text("model") and request.has_text("prompt")


def _is_named(request: Request) -> bool:
    """A model, or a path that needs none: a server of one model, Azure's deployments."""
    return request.has_text("model") or "/v1/" in request.path or "/deployments/" in request.path


def _has_model(request: Request) -> bool:
    return request.has_text("model")


def _is_dashscope(request: Request) -> bool:
    return request.has_text("model") and isinstance(request.members.get("input"), dict)


def _asked_by_path(request: Request) -> bool:
    """Google, Bedrock and watsonx have another path for streams."""
    return request.path.rpartition(":")[2].startswith("stream") or request.path.endswith("stream")


def _unless_declined(request: Request) -> bool:
    """Ollama streams by default (API reference, parameter `stream`)."""
    return request.members.get("stream") is not False


def _from_path(pattern: str) -> Callable[[Request], str | None]:
    compiled = re.compile(pattern)

    def find(request: Request) -> str | None:
        match = compiled.search(request.path)
        return unquote(match.group(1)) if match else None

    return find


def _of_no_model(request: Request) -> None:
    """The path names an endpoint, and the body repeats its name."""


_google_model = _from_path(r"/(?:models|endpoints|tunedModels)/([^/:]+)")
_bedrock_model = _from_path(r"/model/([^/]+)/")
_GOOGLE_VERBS = ("generateContent", "streamGenerateContent")
_AUDIO = ("transcriptions", "translations", "speech")
_IMAGES = ("generations", "edits", "variations")

# Order matters where endings are shared: the more particular path first.
APIS = (
    Api("openai.chat", "chat", "openai", ("completions",), re.compile(r"/chat/completions$"), _is_chat),
    Api(
        "openai.chat",
        "chat",
        "mistral_ai",
        ("completions",),
        re.compile(r"/agents/completions$"),
        _is_agent_chat,
    ),
    Api(
        "openai.completions",
        "text_completion",
        "openai",
        ("completions",),
        re.compile(r"/completions$"),
        _is_completion,
    ),
    Api(
        "openai.responses",
        "chat",
        "openai",
        ("responses", "compact"),
        re.compile(r"/responses(?:/compact)?$"),
        _is_response,
    ),
    Api(
        "ollama.embed",
        "embeddings",
        "ollama",
        ("embed", "embeddings"),
        re.compile(r"^/api/embed(?:dings)?$"),
        _is_ollama_embed,
    ),
    Api(
        "openai.embeddings",
        "embeddings",
        "openai",
        ("embeddings", "multimodalembeddings"),
        re.compile(r"embeddings$"),
        _is_embedding,
    ),
    Api(
        "anthropic.messages",
        "chat",
        "anthropic",
        ("messages",),
        re.compile(r"^(?!.*/threads/).*/messages$"),
        _is_message,
    ),
    Api(
        "anthropic.messages",
        "chat",
        "anthropic",
        ("rawPredict", "streamRawPredict"),
        re.compile(r"/publishers/anthropic/models/[^/]+$"),
        _is_message,
        streams=_asked_by_path,
        model=_google_model,
    ),
    Api(
        "openai.chat",
        "chat",
        "gcp.vertex_ai",
        ("rawPredict", "streamRawPredict"),
        re.compile(r"/publishers/mistralai/models/[^/]+$"),
        _is_chat,
        streams=_asked_by_path,
    ),
    Api(
        "anthropic.complete",
        "text_completion",
        "anthropic",
        ("complete",),
        re.compile(r"/v1/complete$"),
        _never,
        ("anthropic",),
    ),
    Api(
        "google.generateContent",
        "generate_content",
        "gcp.gemini",
        _GOOGLE_VERBS,
        re.compile(r":(?:g|streamG)enerateContent$"),
        _is_google,
        streams=_asked_by_path,
        model=_google_model,
    ),
    Api(
        "google.embedContent",
        "embeddings",
        "gcp.gemini",
        ("embedContent", "batchEmbedContents"),
        re.compile(r":(?:e|batchE)mbedContents?$"),
        _is_google,
        model=_google_model,
    ),
    Api(
        "google.embedContent",
        "embeddings",
        "gcp.vertex_ai",
        ("predict",),
        re.compile(r"/models/[^/]*embedding[^/]*:predict$"),
        _is_prediction,
        model=_google_model,
    ),
    Api(
        "bedrock.converse",
        "chat",
        "aws.bedrock",
        ("converse", "converse-stream"),
        re.compile(r"/model/[^/]+/converse"),
        _is_converse,
        streams=_asked_by_path,
        model=_bedrock_model,
    ),
    Api(
        "bedrock.invoke",
        "chat",
        "aws.bedrock",
        ("invoke", "invoke-with-response-stream"),
        re.compile(r"/model/[^/]+/invoke"),
        _never,
        ("aws.bedrock",),
        _asked_by_path,
        _bedrock_model,
    ),
    Api("cohere.chat", "chat", "cohere", ("chat",), re.compile(r"/v[12]/chat$"), _never, ("cohere",)),
    Api(
        "cohere.generate",
        "text_completion",
        "cohere",
        ("generate",),
        re.compile(r"/v1/generate$"),
        _never,
        ("cohere",),
    ),
    Api(
        "cohere.embed", "embeddings", "cohere", ("embed",), re.compile(r"/v[12]/embed$"), _never, ("cohere",)
    ),
    Api("openai.chat", "chat", "writer", ("chat",), re.compile(r"/v1/chat$"), _never, ("writer",)),
    Api(
        "openai.chat",
        "chat",
        "ibm.watsonx.ai",
        ("chat", "chat_stream"),
        re.compile(r"/text/chat(?:_stream)?$"),
        _never,
        ("ibm.watsonx.ai",),
        _asked_by_path,
    ),
    Api(
        "watsonx.generate",
        "text_completion",
        "ibm.watsonx.ai",
        ("generation", "generation_stream", "text", "text_stream"),
        re.compile(r"/(?:text/generation|generation/text)(?:_stream)?$"),
        _never,
        ("ibm.watsonx.ai",),
        _asked_by_path,
    ),
    Api(
        "ollama.chat",
        "chat",
        "ollama",
        ("chat",),
        re.compile(r"/api/chat$"),
        _is_named_chat,
        streams=_unless_declined,
    ),
    Api(
        "ollama.generate",
        "text_completion",
        "ollama",
        ("generate",),
        re.compile(r"/api/generate$"),
        _is_ollama_prompt,
        streams=_unless_declined,
    ),
    Api(
        "dashscope.generation",
        "chat",
        "alibaba",
        ("generation",),
        re.compile(r"/services/aigc/[^/]+/generation$"),
        _is_dashscope,
    ),
    Api(
        "dashscope.embedding",
        "embeddings",
        "alibaba",
        ("text-embedding", "multimodal-embedding"),
        re.compile(r"/services/embeddings/"),
        _is_dashscope,
    ),
    Api(
        "openai.chat",
        "chat",
        "minimax",
        ("chatcompletion_v2",),
        re.compile(r"/text/chatcompletion_v2$"),
        _is_chat,
    ),
    Api("openai.chat", "chat", "pollinations", ("openai",), re.compile(r"/openai$"), _is_named_chat),
    Api(
        "openai.chat",
        "chat",
        "databricks",
        ("invocations",),
        re.compile(r"/serving-endpoints/[^/]+/invocations$"),
        _never,
        ("databricks",),
        model=_of_no_model,
    ),
    Api(
        "openai.assistants.run",
        "invoke_agent",
        "openai",
        ("runs", "submit_tool_outputs"),
        re.compile(r"/threads/(?:[^/]+/)?runs(?:/[^/]+/submit_tool_outputs)?$"),
        _never,
        ("openai", "azure.ai.openai"),
    ),
    Api(
        "cloudflare.run",
        "chat",
        "cloudflare",
        (),
        re.compile(r"/ai/run/."),
        _never,
        ("cloudflare",),
        model=_from_path(r"/ai/run/(.+)$"),
    ),
    Api("openai.images", "generate_content", "openai", _IMAGES, re.compile(r"/images/[a-z]+$"), _is_image),
    Api("openai.audio", "generate_content", "openai", _AUDIO, re.compile(r"/audio/[a-z]+$"), _has_model),
)

BY_ENDING: dict[str, tuple[Api, ...]] = {
    ending: tuple(row for row in APIS if ending in row.endings) for api in APIS for ending in api.endings
}

_OPEN_ENDED = tuple(row for row in APIS if not row.endings)


def open_ended(path: str) -> tuple[Api, ...]:
    """The rows for a path whose last segment is a model's name."""
    return _OPEN_ENDED if "/ai/run/" in path else ()
