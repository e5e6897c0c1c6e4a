"""OpenAI's formats, which many other providers use: `compatible.py` lists who and where.

Chat completions, completions, responses, embeddings, images, audio, assistants' runs, rerankings and batches.
Source: OpenAI's API reference. How they report usage is in `openai_usage.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    ReadBack,
    Result,
    TextFields,
    names,
)
from llm_meter_tap.formats.openai_other_models import other_models
from llm_meter_tap.formats.openai_plain import read_plain
from llm_meter_tap.formats.openai_usage import (
    RANKINGS,
    READER,
    audio_seconds,
    cached_media,
    hour_writes,
)
from llm_meter_tap.formats.request_shapes import (
    Request,
    asked_by_format,
    has_model,
    is_chat,
    is_completion,
    is_embedding,
    is_image,
    is_response,
    never,
)
from llm_meter_tap.wire.json_values import mapping, text

# Azure serves OpenAI's paths below a deployment's name, or below "/openai/" beside other providers' models.
_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)/")


def provider_at(known: str | None, path: str) -> str | None:
    """Azure on its hosts of several providers, and behind a gateway that keeps its paths."""
    is_azure = _DEPLOYMENT.search(path) or (known and path.startswith("/openai/"))
    return "azure.ai.openai" if is_azure and known in (None, "azure.ai.inference") else known


def model_at(model: str, provider: str, path: str) -> str | None:
    """Azure's `model` repeats the deployment's name; without one in the path it is that name."""
    if provider != "azure.ai.openai":
        return model
    deployment = _DEPLOYMENT.search(path)
    return None if deployment is None or deployment.group(1) == model else model


def _format(
    name: str,
    output_limit: OutputLimit | None,
    text: TextFields | None,
    stream_ends: tuple[bytes, ...] = (),
) -> Format:
    return Format(name, READER, output_limit, text, stream_ends, provider_at, model_at)


CHAT_LIMIT = OutputLimit(tokens=("max_completion_tokens", "max_tokens"), answers=("n",))
CHAT = _format(
    "openai.chat",
    CHAT_LIMIT,
    TextFields(
        read=names("instructions messages inputs documents"),
        written=names("choices outputs content"),
        system=("instructions",),
        messages=("messages", "inputs"),
        tools=("tools", "functions"),
        answer_schema=(("response_format",),),
        elsewhere=("agent_id",),
    ),
    stream_ends=(b"[DONE]",),
)._replace(usage=READER._replace(plain=read_plain))
COMPLETIONS = _format(
    "openai.completions",
    OutputLimit(tokens=("max_tokens",), answers=("n", "best_of"), prompts="prompt"),
    TextFields(read=("prompt", "suffix"), written=("choices", "content"), messages=("prompt",)),
    stream_ends=(b"[DONE]",),
)
RESPONSES = _format(
    "openai.responses",
    OutputLimit(tokens=("max_output_tokens",)),
    TextFields(
        read=names("instructions prompt input"),
        written=("output",),
        system=("instructions",),
        messages=("prompt", "input"),
        tools=("tools",),
        answer_schema=(("text", "format"),),
        elsewhere=("previous_response_id", "conversation"),
        delta_events="response.",
    ),
    stream_ends=(b"response.completed", b"response.incomplete", b"response.failed"),
)
EMBEDDINGS = _format(
    "openai.embeddings", None, TextFields(read=("input", "inputs"), written=(), messages=("input",))
)
RERANK = _format("openai.rerank", None, TextFields(read=("query", "documents"), written=()))._replace(
    usage=RANKINGS
)
IMAGES = _format("openai.images", None, None)
AUDIO = _format(
    "openai.audio",
    None,
    TextFields(
        read=("instructions", "prompt", "input"),
        written=("text", "delta"),
        system=("instructions",),
        messages=("prompt", "input"),
    ),
)
RUN = _format(
    "openai.assistants.run",
    OutputLimit(tokens=("max_completion_tokens",)),
    TextFields(
        read=("instructions",),
        written=("delta",),
        system=("instructions",),
        tools=("tools",),
        answer_schema=(("response_format",),),
        elsewhere=("assistant_id", "tool_outputs"),
    ),
)

_ASSISTANTS = ("openai", "azure.ai.openai", "azure.ai.inference", "alibaba")
# By a batch answer's `object`, see the reference; everything else is a chat completion.
_BATCHED = {
    "response": (RESPONSES, "chat"),
    "list": (EMBEDDINGS, "embeddings"),
    "text_completion": (COMPLETIONS, "text_completion"),
}


def batch_result(document: dict[str, Any]) -> Result | None:
    """A line of the form that Azure, Mistral, Groq and Together share."""
    response = mapping(document.get("response"))
    body, status = mapping(response.get("body")), response.get("status_code")
    is_answered = bool(body) and not body.get("error") and not (isinstance(status, int) and status >= 400)
    if "custom_id" not in document or not is_answered:
        return None
    format, operation_name = _BATCHED.get(str(body.get("object")), (CHAT, "chat"))
    return Result(format, operation_name, text(document["custom_id"]), text(document.get("id")), body)


def _common(
    format: Format, operation_name: str, path: str, endings: str, has_shape: Callable[[Request], bool]
) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="openai",
        path=path,
        endings=names(endings),
        has_shape=has_shape,
        is_common=True,
    )


FAMILY = Family(
    formats=(CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, RERANK, IMAGES, AUDIO, RUN),
    endpoints=(
        _common(CHAT, "chat", r"/chat/completions$", "completions", is_chat),
        _common(COMPLETIONS, "text_completion", r"/completions$", "completions", is_completion),
        _common(RESPONSES, "chat", r"/responses$", "responses", is_response),
        _common(RESPONSES, "chat", r"/responses/compact$", "compact", is_response),
        Endpoint(
            format=RESPONSES,
            operation_name="generate_content",
            author="openai",
            path=r"/(?:v1|alpha)/(?:decisions|systemone)$",
            endings=("decisions", "systemone"),
            has_shape=never,
            hosts=("openai", "perplexity", "openrouter", "alibaba"),
            streams=never,
        ),
        _common(EMBEDDINGS, "embeddings", r"/embeddings$", "embeddings", is_embedding),
        _common(IMAGES, "image_generation", r"/images/\w+$", "generations edits variations", is_image),
        _common(
            AUDIO,
            "transcription",
            r"/audio/(?:transcriptions|translations)$",
            "transcriptions translations",
            has_model,
        ),
        _common(AUDIO, "speech", r"/audio/speech$", "speech", has_model)._replace(streams=asked_by_format),
        Endpoint(
            format=RUN,
            operation_name="invoke_agent",
            author="openai",
            path=r"/threads/(?:[^/]+/)?runs(?:/[^/]+/submit_tool_outputs)?$",
            endings=("runs", "submit_tool_outputs"),
            has_shape=never,
            hosts=_ASSISTANTS,
        ),
    ),
    read_backs=(
        ReadBack(CHAT, "chat", "openai", r"/files/[^/]+/content$", is_lines=True),
        ReadBack(RESPONSES, "chat", "openai", r"/responses/[^/]+$"),
        ReadBack(RUN, "invoke_agent", "openai", r"/threads/[^/]+/runs/[^/]+$", hosts=_ASSISTANTS),
    ),
    hosts={
        "openai.com": "openai",
        "cognitive.microsoft.com": "azure.ai.openai",
        "cognitiveservices.azure.com": "azure.ai.openai",
        "openai.azure.com": "azure.ai.openai",
        "openai.azure.cn": "azure.ai.openai",
        "openai.azure.us": "azure.ai.openai",
        "inference.ai.azure.com": "azure.ai.inference",
        "inference.ml.azure.com": "azure.ai.inference",
        "models.ai.azure.com": "azure.ai.inference",
        "services.ai.azure.com": "azure.ai.inference",
    },
    hour_writes=hour_writes,
    cached_media=cached_media,
    audio_seconds=audio_seconds,
    other_models=other_models,
    batch_result=batch_result,
)
