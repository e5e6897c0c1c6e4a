"""The formats of Alibaba's DashScope beside its OpenAI-compatible mode; usage is named as OpenAI names it.

Source: Alibaba's reference of DashScope (`usage.input_tokens`, `usage.output_tokens`, `request_id`). An
application reports the usage of each of its models (`usage.models`). Images, videos and transcriptions are
tasks, read by their id: they count images (`usage.image_count`) and seconds (`usage.duration`,
`usage.video_duration`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats import openai_usage
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OtherModelUsage,
    OutputLimit,
    ReadBack,
    TextFields,
    names,
)
from llm_meter_tap.formats.openai import RERANK
from llm_meter_tap.formats.openai_usage import READER
from llm_meter_tap.formats.request_shapes import (
    is_dashscope,
    is_dashscope_app,
    is_query,
    never,
    of_no_model,
)
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import count, mapping, sequence, text


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read an application's answer; the call's model is the first of its models."""
    openai_usage.read_document(draft, event, document)
    for entry in _models(draft.raw):
        draft.identify(entry.get("model_id"))


def normalise(draft: Draft, provider: str) -> Usage:
    """Sum the figures of all models."""
    parts = [_figures(entry) for entry in _models(draft.raw)]
    return Usage(
        input_tokens=total_of(*(part.input_tokens for part in parts)),
        output_tokens=total_of(*(part.output_tokens for part in parts)),
        raw=draft.raw,
    )


def _models(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [mapping(entry) for entry in sequence(raw.get("models")) if "model_id" in mapping(entry)]


def _figures(entry: dict[str, Any]) -> Usage:
    return Usage(count(entry.get("input_tokens")), count(entry.get("output_tokens")), raw=entry)


def _other_models(raw: Mapping[str, Any]) -> list[OtherModelUsage]:
    return [OtherModelUsage(text(entry["model_id"]), _figures(entry)) for entry in _models(raw)[1:]]


def read_generation(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer, an event of a stream, or the task where the request asks for one."""
    output = mapping(document.get("output"))
    if "task_id" in output:
        draft.identify(id=output["task_id"])
        draft.is_background = True
    openai_usage.read_document(draft, event, document)
    choices = map(mapping, sequence(output.get("choices")))
    reasons = [output.get("finish_reason"), *(choice.get("finish_reason") for choice in choices)]
    # Until its end a stream says "null", as a text.
    draft.is_finished = draft.is_finished or any(reason not in (None, "", "null") for reason in reasons)


GENERATION = Format(
    name="dashscope.generation",
    usage=READER._replace(read_document=read_generation),
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

APP = Format(
    name="dashscope.app",
    usage=READER._replace(read_document=read_document, normalise=normalise),
    output_limit=None,
    text=TextFields(
        read=("input",),
        written=("output",),
        messages=("messages", "prompt"),
        inside="input",
        elsewhere=("input",),
    ),
    stream_ends=(),
)

TASK = units_format(
    "dashscope.task",
    figures=("usage",),
    ids=("output.task_id",),
    models=(),
    errors=("output.code", "code"),
    status="output.task_status",
    ends=("SUCCEEDED",),
    is_job=True,
)
SPEECH = units_format(
    "dashscope.speech", figures=("usage",), ids=("request_id",), models=(), errors=("code",)
)

FAMILY = Family(
    formats=(GENERATION, EMBEDDING, APP, TASK, SPEECH),
    endpoints=(
        Endpoint(
            format=GENERATION,
            operation_name="chat",
            author="alibaba",
            path=r"/services/(?:aigc|nlp)/",
            endings=("generation", "understanding"),
            has_shape=is_dashscope,
        ),
        Endpoint(
            format=TASK,
            operation_name="generate_content",
            author="alibaba",
            path=r"/services/(?:aigc|audio/asr)/",
            endings=names(
                "image-synthesis video-synthesis out-painting image-out-painting background-generation",
                "transcription",
            ),
            has_shape=is_dashscope,
            streams=never,
        ),
        Endpoint(
            format=SPEECH,
            operation_name="speech",
            author="alibaba",
            path=r"/services/audio/tts/",
            endings=("SpeechSynthesizer",),
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
        Endpoint(
            format=APP,
            operation_name="invoke_agent",
            author="alibaba",
            path=r"/api/v\d/apps/[^/]+/completion$",
            endings=("completion",),
            has_shape=is_dashscope_app,
            model=of_no_model,
        ),
        Endpoint(
            format=RERANK,
            operation_name="rerank",
            author="alibaba",
            path=r"/services/rerank/text-rerank/text-rerank$",
            endings=("text-rerank",),
            has_shape=is_dashscope,
        ),
        Endpoint(
            format=RERANK,
            operation_name="rerank",
            author="alibaba",
            path=r"/v1/reranks$",
            endings=("reranks",),
            has_shape=is_query,
        ),
    ),
    read_backs=(ReadBack(TASK, "generate_content", "alibaba", r"/api/v\d/tasks/[^/]+$", hosts=("alibaba",)),),
    other_models=_other_models,
    hosts={"aliyuncs.com": "alibaba"},
)
