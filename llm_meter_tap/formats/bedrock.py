"""Amazon Bedrock's formats: Converse, and InvokeModel, whose bodies are each model's own.

InvokeModel reports usage in the body, in response headers and in a stream's `invocationMetrics`; a model's
own figures come first, because Bedrock's may differ from them. Sources: Amazon's references of Converse and
InvokeModel and of the model families.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats import anthropic, openai_usage
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import (
    Endpoint,
    Family,
    Format,
    OutputLimit,
    TextFields,
    UsageReader,
    names,
)
from llm_meter_tap.formats.request_shapes import asked_by_path, from_path, is_bedrock_prompt, is_chat
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence

_MATTERS = (
    rb'"usage"|TokenCount"|token_count"|invocationMetrics|"stop_?[rR]eason"|"completionReason"|"message"'
)
_NAMES = (
    "usage",
    "model",
    "id",
    "inputTextTokenCount",
    "prompt_token_count",
    "generation_token_count",
    "message",
)

_HEADERS = (
    ("x-amzn-bedrock-input-token-count", "inputTokenCount"),
    ("x-amzn-bedrock-output-token-count", "outputTokenCount"),
    ("x-amzn-bedrock-cache-read-input-token-count", "cacheReadInputTokenCount"),
    ("x-amzn-bedrock-cache-write-input-token-count", "cacheWriteInputTokenCount"),
)
_OWN = ("inputTextTokenCount", "totalOutputTextTokenCount", "prompt_token_count", "generation_token_count")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream, in the format of any model."""
    if str(document.get("type")).startswith("message"):
        anthropic.read_document(draft, event, document)
    else:
        draft.identify(document.get("model"), document.get("id"))
        draft.update(document.get("usage"))
        draft.update(mapping(document.get("metadata")).get("usage"))
        draft.update({name: document[name] for name in _OWN if name in document})
        draft.update(_titan_results(document))
    draft.update({"invocationMetrics": document.get("amazon-bedrock-invocationMetrics")})
    if event.endswith("Exception"):
        draft.error = event
    draft.is_finished = draft.is_finished or event in ("metadata", "messageStop") or _ends(document)


def _titan_results(document: dict[str, Any]) -> dict[str, int]:
    results = map(mapping, sequence(document.get("results")))
    summed = total_of(*(count(result.get("tokenCount")) for result in results))
    return {} if summed is None else {"totalOutputTextTokenCount": summed}


def _ends(document: dict[str, Any]) -> bool:
    return bool(document.get("stop_reason") or document.get("completionReason")) or (
        "amazon-bedrock-invocationMetrics" in document
    )


def normalise(draft: Draft, provider: str) -> Usage:
    """Read the figures of the model's family; what it leaves out comes from the headers, then the metrics."""
    raw = draft.raw
    usage = _own(draft)
    for metrics in (mapping(raw.get("headers")), mapping(raw.get("invocationMetrics"))):
        _fill(usage, metrics)
    return usage


def _own(draft: Draft) -> Usage:
    raw = draft.raw
    if "inputTokens" in raw or "outputTokens" in raw:
        read = first_count(raw.get("cacheReadInputTokens"), raw.get("cacheReadInputTokenCount"))
        written = first_count(raw.get("cacheWriteInputTokens"), raw.get("cacheWriteInputTokenCount"))
        plain = count(raw.get("inputTokens"))
        return Usage(
            input_tokens=total_of(plain, read, written) if plain is not None else None,
            output_tokens=count(raw.get("outputTokens")),
            cache_read_input_tokens=read,
            cache_write_input_tokens=written,
            raw=raw,
        )
    if "prompt_tokens" in raw:
        return openai_usage.normalise(draft, "aws.bedrock")
    if "input_tokens" in raw:
        return anthropic.normalise(draft, "aws.bedrock")
    return Usage(
        input_tokens=first_count(raw.get("inputTextTokenCount"), raw.get("prompt_token_count")),
        output_tokens=first_count(raw.get("totalOutputTextTokenCount"), raw.get("generation_token_count")),
        raw=raw,
    )


def _fill(usage: Usage, metrics: dict[str, Any]) -> None:
    read = count(metrics.get("cacheReadInputTokenCount"))
    written = count(metrics.get("cacheWriteInputTokenCount"))
    if usage.input_tokens is None and count(metrics.get("inputTokenCount")) is not None:
        usage.input_tokens = total_of(count(metrics.get("inputTokenCount")), read, written)
        usage.cache_read_input_tokens, usage.cache_write_input_tokens = read, written
    if usage.output_tokens is None:
        usage.output_tokens = count(metrics.get("outputTokenCount"))


def _hour_writes(raw: Mapping[str, Any]) -> int | None:
    """Converse lists the writes by their time to live."""
    return total_of(
        *(
            count(detail.get("inputTokens"))
            for detail in map(mapping, sequence(raw.get("cacheDetails")))
            if detail.get("ttl") == "1h"
        )
    )


READER = UsageReader(
    matters=_MATTERS,
    names=_NAMES,
    read_document=read_document,
    normalise=normalise,
    headers=_HEADERS,
    totals=("total_tokens", "totalTokens"),
)
CONVERSE = Format(
    name="bedrock.converse",
    usage=READER,
    output_limit=OutputLimit(tokens=("inferenceConfig.maxTokens",)),
    text=TextFields(
        read=("system", "messages"),
        written=("output", "delta", "contentBlockDelta", "start"),
        system=("system",),
        messages=("messages",),
        tools=("toolConfig",),
    ),
    stream_ends=(),
)
# Each author's own names: Anthropic's two formats, Meta's, Titan's, Nova's, AI21's two, Cohere's, Mistral's.
INVOKE = Format(
    name="bedrock.invoke",
    usage=READER,
    output_limit=OutputLimit(
        tokens=names(
            "max_tokens max_completion_tokens max_tokens_to_sample max_gen_len maxTokens",
            "inferenceConfig.maxTokens inferenceConfig.max_new_tokens textGenerationConfig.maxTokenCount",
        ),
        answers=("n", "num_generations", "numResults"),
    ),
    text=TextFields(
        read=names(
            "system preamble chat_history messages message prompt suffix inputs texts inputText query",
            "documents",
        ),
        written=names(
            "choices output content message text completion generation generations results outputs",
            "tool_plan tool_calls delta content_block contentBlockDelta start",
        ),
        system=("system", "preamble"),
        messages=("chat_history", "messages", "message", "prompt", "inputs", "inputText"),
        tools=("tools", "toolConfig"),
        answer_schema=(("response_format",), ("output_config", "format"), ("output_format",)),
    ),
    stream_ends=(),
)
_MODEL = from_path(r"/model/([^/]+)/")


def _invoke(operation_name: str, model: str) -> Endpoint:
    return Endpoint(
        format=INVOKE,
        operation_name=operation_name,
        author="aws.bedrock",
        path=rf"/model/[^/]*{model}[^/]*/i",
        endings=("invoke", "invoke-with-response-stream"),
        has_shape=is_bedrock_prompt,
        streams=asked_by_path,
        model=_MODEL,
    )


FAMILY = Family(
    formats=(CONVERSE, INVOKE),
    endpoints=(
        Endpoint(
            format=CONVERSE,
            operation_name="chat",
            author="aws.bedrock",
            path=r"/model/[^/]+/c",
            endings=("converse", "converse-stream"),
            has_shape=is_chat,
            streams=asked_by_path,
            model=_MODEL,
        ),
        _invoke("embeddings", "embed"),
        _invoke("rerank", "rerank"),
        _invoke("image_generation", "(?:image|canvas|stability)"),
        _invoke("chat", "[^/]"),
    ),
    hour_writes=_hour_writes,
    host_patterns=(
        (
            r"^bedrock-runtime.*\.amazonaws\.com|\.bedrock-runtime\..*\.vpce\.amazonaws\.com$|^bedrock-(?:mantle|runtime)\..*\.api\.aws$",
            "aws.bedrock",
        ),
    ),
)
