"""Usage of Amazon Bedrock.

Owns Converse's `usage`, and for InvokeModel, whose body is each model's own, the bodies' figures, the
response headers and a stream's `invocationMetrics`. Sources: Amazon's references of Converse and InvokeModel
and of the model families. A model's own figures come before Bedrock's metrics, which may differ from them.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats import anthropic, openai
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence

MATTERS = re.compile(
    rb'"usage"|TokenCount"|token_count"|invocationMetrics|"stop_?[rR]eason"|"completionReason"|"message"'
)
NAMES = (
    "usage",
    "model",
    "id",
    "inputTextTokenCount",
    "prompt_token_count",
    "generation_token_count",
    "message",
)

HEADERS = (
    ("x-amzn-bedrock-input-token-count", "inputTokenCount"),
    ("x-amzn-bedrock-output-token-count", "outputTokenCount"),
    ("x-amzn-bedrock-cache-read-input-token-count", "cacheReadInputTokenCount"),
    ("x-amzn-bedrock-cache-write-input-token-count", "cacheWriteInputTokenCount"),
)
_OWN = ("inputTextTokenCount", "totalOutputTextTokenCount", "prompt_token_count", "generation_token_count")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or an event of a stream, in whichever model's format."""
    if str(document.get("type")).startswith("message"):
        anthropic.take(draft, event, document)
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
        return openai.normalise(draft, "aws.bedrock")
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
