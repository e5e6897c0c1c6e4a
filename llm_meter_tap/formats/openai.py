"""Usage in the format of OpenAI and of the many who speak it.

Owns the reading of chat completions, completions, responses, embeddings, images, audio and assistant runs,
and the dialects of the figures. Sources: OpenAI's API reference (`usage` of each object), and where a dialect
differs the reference of the provider named beside the rule. Refuses to derive a figure that no rule backs.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, rest_of
from llm_meter_tap.formats.tool_calls import in_output
from llm_meter_tap.wire.json_values import count, first_count, mapping, sequence

MATTERS = re.compile(
    rb'"usage"\s*:\s*\{|"error"\s*:\s*[{"]|"errors"\s*:\s*\[\s*\{|"finish_reason"\s*:\s*"'
    rb'|"type"\s*:\s*"(?:error|response\.(?:completed|incomplete|failed|cancelled|error))"'
)
NAMES = (
    "usage", "model", "id", "service_tier", "error", "status", "result", "errors", "background", "object",
    "output", "tools",
)  # fmt: skip

_TERMINAL_TYPES = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_TERMINAL_RUNS = ("completed", "incomplete", "failed", "cancelled", "expired", "requires_action")
# OpenAI's chat and responses names, and the singular spelling of Writer, Mistral and old assistants.
_INPUT_DETAILS = (
    "prompt_tokens_details", "prompt_token_details", "input_tokens_details", "input_token_details",
)  # fmt: skip
_OUTPUT_DETAILS = (
    "completion_tokens_details", "completion_token_details", "output_tokens_details", "output_token_details",
)  # fmt: skip
# They estimate reasoning by another tokenizer, which may overshoot the completion that holds it.
_ESTIMATORS = ("openrouter", "together")
# Who else reports more reasoning than completion does not count it in; this leaves room for unknown
# estimators.
_OUTSIDE_RATIO = 1.5


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather one document: a whole body, or an event of a stream."""
    body = _unwrapped(document)
    draft.identify(body.get("model"), body.get("id") or body.get("request_id"), body.get("service_tier"))
    choices = [choice for choice in sequence(body.get("choices")) if isinstance(choice, dict)]
    for choice in choices:
        # Moonshot puts a stream's usage into the last choice.
        draft.replace(choice.get("usage"))
    # Groq's streams without include_usage (reference: x_groq).
    draft.replace(mapping(body.get("x_groq")).get("usage"))
    draft.replace(body.get("usage"))
    # Whisper's transcriptions are charged by the second (reference: usage.type "duration").
    draft.has_units = draft.raw.get("type") == "duration"
    draft.tool_calls = in_output(body.get("output"), body.get("tools")) or draft.tool_calls
    # A run is always made so; a response where it says so (reference: `background`).
    is_background = body.get("background") is True or body.get("object") == "thread.run"
    draft.is_background = draft.is_background or is_background
    draft.error = _error(event, document, body) or draft.error
    draft.is_finished = draft.is_finished or _ends(document, body, choices)


def _unwrapped(document: dict[str, Any]) -> dict[str, Any]:
    """Responses' stream events and Cloudflare's answers hold the object one level down."""
    for wrapper in ("response", "result"):
        inner = document.get(wrapper)
        if isinstance(inner, dict):
            return inner
    return document


def _error(event: str, document: dict[str, Any], body: dict[str, Any]) -> Any:
    errors = sequence(document.get("errors"))
    error = document.get("error") or body.get("error") or body.get("last_error") or (errors and errors[0])
    if error:
        return error
    is_error = event == "error" or document.get("type") == "error" or document.get("object") == "error"
    return document if is_error else None


def _ends(document: dict[str, Any], body: dict[str, Any], choices: list[dict[str, Any]]) -> bool:
    if any(isinstance(choice.get("finish_reason"), str) for choice in choices):
        return True
    if body.get("object") == "thread.run":
        return body.get("status") in _TERMINAL_RUNS
    return document.get("type") in _TERMINAL_TYPES


def normalise(draft: Draft, provider: str) -> Usage:
    """Bring the dialects of one usage object to inclusive sums."""
    raw = draft.raw
    inside, outside = _details(raw, _INPUT_DETAILS), _details(raw, _OUTPUT_DETAILS)
    usage = Usage(
        input_tokens=first_count(raw.get("prompt_tokens"), raw.get("input_tokens")),
        output_tokens=first_count(raw.get("completion_tokens"), raw.get("output_tokens")),
        cache_read_input_tokens=_cache_read(raw, inside),
        cache_write_input_tokens=_cache_write(raw, inside),
        reasoning_output_tokens=first_count(outside.get("reasoning_tokens"), raw.get("reasoning_tokens")),
        audio_input_tokens=count(inside.get("audio_tokens")),
        audio_output_tokens=count(outside.get("audio_tokens")),
        image_input_tokens=count(inside.get("image_tokens")),
        image_output_tokens=count(outside.get("image_tokens")),
        raw=raw,
    )
    total = count(raw.get("total_tokens"))
    _complete(usage, total)
    _include_hidden(usage, total, provider)
    return usage


def _details(raw: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in names:
        details = raw.get(name)
        if isinstance(details, dict):
            return details
    return {}


def _cache_read(raw: dict[str, Any], details: dict[str, Any]) -> int | None:
    """OpenAI; DeepSeek (prompt_cache_hit_tokens); Moonshot, Together (cached_tokens); Databricks."""
    return first_count(
        details.get("cached_tokens"),
        raw.get("prompt_cache_hit_tokens"),
        raw.get("cached_tokens"),
        raw.get("cache_read_input_tokens"),
        details.get("cache_read_input_tokens"),
    )


def _cache_write(raw: dict[str, Any], details: dict[str, Any]) -> int | None:
    """OpenAI, OpenRouter (cache_write_tokens); LiteLLM and Databricks keep Anthropic's names."""
    return first_count(
        details.get("cache_write_tokens"),
        details.get("cache_creation_tokens"),
        details.get("cache_creation_input_tokens"),
        raw.get("cache_creation_input_tokens"),
    )


def _complete(usage: Usage, total: int | None) -> None:
    """Fill one side from the total where only the other is reported; a total alone is input (Voyage)."""
    if usage.input_tokens is None:
        usage.input_tokens = rest_of(total, usage.output_tokens)
    elif usage.output_tokens is None and total is not None and total > usage.input_tokens:
        usage.output_tokens = total - usage.input_tokens


def _include_hidden(usage: Usage, total: int | None, provider: str) -> None:
    """Add what a dialect counts outside of prompt and completion."""
    if usage.input_tokens is None or usage.output_tokens is None:
        return
    reasoning = usage.reasoning_output_tokens or 0
    gap = 0 if total is None else total - usage.input_tokens - usage.output_tokens
    if reasoning and _is_outside(reasoning, usage.output_tokens, gap, provider):
        usage.output_tokens += reasoning
    elif gap > 0 and count(usage.raw.get("prompt_audio_seconds")) is not None:
        # Mistral counts audio into the total only.
        usage.input_tokens += gap
        usage.audio_input_tokens = gap if usage.audio_input_tokens is None else usage.audio_input_tokens
    elif gap > 0 and not reasoning and provider.startswith("gcp."):
        # Gemini's OpenAI endpoint counts thoughts into the total only.
        usage.output_tokens += gap
        usage.reasoning_output_tokens = gap


def _is_outside(reasoning: int, completion: int, gap: int, provider: str) -> bool:
    """xAI counts reasoning beside the completion within the total, Perplexity's research beside both."""
    if gap == reasoning:
        return True
    return gap == 0 and provider not in _ESTIMATORS and reasoning > _OUTSIDE_RATIO * completion
