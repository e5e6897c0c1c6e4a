"""How OpenAI's formats report usage, in all their dialects.

Sources: OpenAI's API reference, and for a dialect the reference of the provider that is named beside the
rule. No figure is derived without such a rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, rest_of
from llm_meter_tap.formats.format import UsageReader, names
from llm_meter_tap.formats.llamacpp import TIMINGS, timings_in, usage_of_timings
from llm_meter_tap.formats.openai_other_models import add_usage, other_models, tool_usage
from llm_meter_tap.formats.tool_calls import in_output
from llm_meter_tap.wire.json_values import LARGEST_COUNT, count, mapping, sequence

_MATTERS = (
    rb'"usage"\s*:\s*\{|"error"\s*:\s*[{"]|"errors"\s*:\s*\[\s*\{|"finish_reason"\s*:\s*"'
    rb'|"type"\s*:\s*"(?:error|response\.(?:completed|incomplete|failed|cancelled|error))"'
)
_NAMES = (
    "usage", "model", "id", "service_tier", "error", "status", "result", "errors", "background", "object",
    "output", "tools", "tool_usage", "svg_usage", "model_id",
    TIMINGS,
)  # fmt: skip

# Of responses, images, transcriptions and speech; Mistral's of conversations and transcriptions.
_TERMINAL_TYPES = names(
    "response.completed response.incomplete response.failed response.cancelled",
    "image_generation.completed image_edit.completed transcript.text.done speech.audio.done",
    "conversation.response.done transcription.done",
)
# What is charged for besides tokens, or instead of them: xAI's dollars, images, seconds and characters.
_UNITS = frozenset(
    names(
        "cost_in_usd_ticks cost image_count generated_images seconds duration video_duration characters",
        "pages_processed rerank_units",
    )
)
# What an answer may be wrapped in, and what only a failure has: most answers have neither.
_WRAPPERS = frozenset(("response", "result", "data"))
_FAILURES = frozenset(("errors", "error", "last_error", "base_resp", "code", "type"))
_TERMINAL_RUNS = ("completed", "incomplete", "failed", "cancelled", "expired", "requires_action")
# OpenAI's chat and responses names, and the singular spelling of Writer, Mistral and old assistants.
_INPUT_DETAILS = (
    "prompt_tokens_details", "prompt_token_details", "input_tokens_details", "input_token_details",
)  # fmt: skip
_OUTPUT_DETAILS = (
    "completion_tokens_details", "completion_token_details", "output_tokens_details", "output_token_details",
)  # fmt: skip
# What was read beside the prompt, within the total: by the connectors of Mistral's conversations, and by the
# guard of Snowflake's completions.
_READ_BESIDE = ("connector_tokens", "guard_tokens")
# Where a usage object may have each figure, the first that is there counts: in the object itself, or in the
# details of its input or output.
_WHOLE, _INSIDE, _OUTSIDE = range(3)
_FIGURES = (
    ("input_tokens", ((_WHOLE, "prompt_tokens"), (_WHOLE, "input_tokens"))),
    ("output_tokens", ((_WHOLE, "completion_tokens"), (_WHOLE, "output_tokens"))),
    # OpenAI; DeepSeek (prompt_cache_hit_tokens); Moonshot, Together (cached_tokens); Mistral; GigaChat
    # (precached_prompt_tokens, which its total leaves out); Inception (cached_input_tokens); Databricks.
    (
        "cache_read_input_tokens",
        (
            (_INSIDE, "cached_tokens"),
            (_WHOLE, "prompt_cache_hit_tokens"),
            (_WHOLE, "cached_tokens"),
            (_WHOLE, "num_cached_tokens"),
            (_WHOLE, "precached_prompt_tokens"),
            (_WHOLE, "cached_input_tokens"),
            (_WHOLE, "cache_read_input_tokens"),
            (_INSIDE, "cache_read_input_tokens"),
        ),
    ),
    # OpenRouter, Vercel (cache_write_tokens); LiteLLM and Databricks keep Anthropic's names.
    (
        "cache_write_input_tokens",
        (
            (_INSIDE, "cache_write_tokens"),
            (_INSIDE, "cache_creation_tokens"),
            (_INSIDE, "cache_creation_input_tokens"),
            (_WHOLE, "cache_creation_input_tokens"),
        ),
    ),
    ("reasoning_output_tokens", ((_OUTSIDE, "reasoning_tokens"), (_WHOLE, "reasoning_tokens"))),
    ("audio_input_tokens", ((_INSIDE, "audio_tokens"),)),
    ("audio_output_tokens", ((_OUTSIDE, "audio_tokens"),)),
    ("image_input_tokens", ((_INSIDE, "image_tokens"),)),
    ("image_output_tokens", ((_OUTSIDE, "image_tokens"),)),
)
# They estimate reasoning by another tokenizer, which may overshoot the completion that holds it.
_ESTIMATORS = ("openrouter", "together")
# Who else reports more reasoning than completion does not count it in; this leaves room for unknown
# estimators.
_OUTSIDE_RATIO = 1.5


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read one document: a whole body, or an event of a stream."""
    body = document if _WRAPPERS.isdisjoint(document) else _unwrapped(document)
    model = body.get("model") or body.get("model_id")
    draft.identify(model, body.get("id") or body.get("request_id"), body.get("service_tier"))
    choices = [choice for choice in sequence(body.get("choices")) if isinstance(choice, dict)]
    for choice in choices:
        # Moonshot puts a stream's usage into the last choice.
        draft.replace(choice.get("usage"))
    # Groq's streams without include_usage (reference: x_groq).
    if "x_groq" in body:
        draft.replace(mapping(body["x_groq"]).get("usage"))
    draft.replace(body.get("usage"))
    if TIMINGS in body and (not draft.raw or TIMINGS in draft.raw):
        draft.update({TIMINGS: timings_in(body)})
    # Responses report what tools used, and images who drew an SVG, beside the usage.
    if "tool_usage" in body or "svg_usage" in body:
        beside = {"tool_usage": tool_usage(body), "svg_usage": mapping(body.get("svg_usage"))}
        draft.raw = {**draft.raw, **{name: figures for name, figures in beside.items() if figures}}
    draft.has_units = not _UNITS.isdisjoint(draft.raw)
    if "output" in body or "tool_usage" in draft.raw:
        runs = in_output(body.get("output"), body.get("tools"), draft.raw.get("tool_usage"))
        draft.tool_calls = runs or draft.tool_calls
    # A run is always made so; a response where it says so (reference: `background`).
    is_background = body.get("background") is True or body.get("object") == "thread.run"
    # So is what xAI defers, of which a request's id is all that is answered, and what Zhipu makes a task of.
    is_background = is_background or body.keys() == {"request_id"} or "task_status" in body
    draft.is_background = draft.is_background or is_background
    if not (_FAILURES.isdisjoint(document) and _FAILURES.isdisjoint(body)) or "error" in (
        event,
        document.get("object"),
    ):
        draft.error = _error(event, document, body) or draft.error
    draft.is_finished = draft.is_finished or _ends(document, body, choices)


def _unwrapped(document: dict[str, Any]) -> dict[str, Any]:
    """Responses' stream events, and answers of Cloudflare and some gateways, hold it one level down."""
    for wrapper in ("response", "result"):
        inner = document.get(wrapper)
        if isinstance(inner, dict):
            return inner
    wrapped = mapping(document.get("data"))
    return wrapped if "usage" in wrapped else document


def _error(event: str, document: dict[str, Any], body: dict[str, Any]) -> Any:
    errors = sequence(document.get("errors"))
    error = document.get("error") or body.get("error") or body.get("last_error") or (errors and errors[0])
    if error:
        return error
    failed = count(mapping(document.get("base_resp")).get("status_code"))
    if failed:
        # MiniMax, with HTTP status 200.
        return {"code": str(failed)}
    is_told = document.get("code") and ("message" in document or "msg" in document)
    if is_told and not any(isinstance(value, (dict, list)) for value in document.values()):
        # Zhipu, iFlytek, with HTTP status 200; an answer that a gateway wraps so has more in it.
        return document
    is_error = event == "error" or document.get("type") == "error" or document.get("object") == "error"
    return document if is_error else None


def _ends(document: dict[str, Any], body: dict[str, Any], choices: list[dict[str, Any]]) -> bool:
    for choice in choices:
        if isinstance(choice.get("finish_reason"), str):
            return True
    if body.get("object") == "thread.run":
        return body.get("status") in _TERMINAL_RUNS
    return document.get("type") in _TERMINAL_TYPES


def normalise(draft: Draft, provider: str) -> Usage:
    """Bring the dialects of one usage object to inclusive sums."""
    raw = draft.raw
    if TIMINGS in raw:
        return usage_of_timings(raw)
    usage = Usage(raw=raw)
    _read_figures(usage)
    total = count(raw.get("total_tokens"))
    _complete(usage, total)
    _include_hidden(usage, total, provider)
    for part in other_models(raw):
        add_usage(usage, part.usage)
    return usage


def _read_figures(usage: Usage) -> None:
    """Read what one usage object says of itself. This runs for every call: one loop, and no call in it."""
    raw, known = usage.raw, vars(usage)
    places = (raw, _details(raw, _INPUT_DETAILS), _details(raw, _OUTPUT_DETAILS))
    for field, spellings in _FIGURES:
        for place, name in spellings:
            value = places[place].get(name)
            if value is None:
                continue
            tokens = value if type(value) is int and 0 <= value <= LARGEST_COUNT else count(value)
            if tokens is not None:
                known[field] = tokens
                break


def _details(raw: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    for name in names:
        details = raw.get(name)
        if isinstance(details, dict):
            return details
    return {}


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
    elif gap > 0 and gap in _sums(usage.cache_read_input_tokens, usage.cache_write_input_tokens):
        # A gateway that counts like Claude, except for the total.
        usage.input_tokens += gap
    elif gap > 0 and gap in (count(usage.raw.get(name)) for name in _READ_BESIDE):
        usage.input_tokens += gap
    elif gap > 0 and not reasoning and provider.startswith("gcp."):
        # Gemini's OpenAI endpoint counts thoughts into the total only.
        usage.output_tokens += gap
        usage.reasoning_output_tokens = gap


def _sums(read: int | None, written: int | None) -> tuple[int, ...]:
    return (read or 0, written or 0, (read or 0) + (written or 0))


def _is_outside(reasoning: int, completion: int, gap: int, provider: str) -> bool:
    """xAI counts reasoning beside the completion within the total, Perplexity's research beside both."""
    if gap == reasoning:
        return True
    return gap == 0 and provider not in _ESTIMATORS and reasoning > _OUTSIDE_RATIO * completion


def hour_writes(raw: Mapping[str, Any]) -> int | None:
    """LiteLLM passes Claude's split on among the details of the prompt."""
    split = mapping(_details(raw, _INPUT_DETAILS).get("cache_creation_token_details"))
    return count(split.get("ephemeral_1h_input_tokens"))


def cached_media(raw: Mapping[str, Any]) -> Mapping[str, int]:
    """Realtime's spelling, which other answers share, and Ark's."""
    details = _details(raw, _INPUT_DETAILS)
    split = mapping(details.get("cached_tokens_details"))
    known = {name: count(split.get(f"{name}_tokens")) for name in ("audio", "image")}
    if known["audio"] is None:
        known["audio"] = count(details.get("audio_cached_tokens"))
    return {name: tokens for name, tokens in known.items() if tokens is not None}


def audio_seconds(raw: Mapping[str, Any]) -> float | None:
    """The length of what was transcribed: OpenAI's usage by duration, Mistral's count beside tokens."""
    seconds = raw.get("seconds") if raw.get("type") == "duration" else raw.get("prompt_audio_seconds")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return None
    return seconds if 0 <= seconds < math.inf else None


def _read_ranking(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a ranking; some report as Cohere does (`meta.tokens`, `meta.billed_units`)."""
    read_document(draft, event, document)
    meta = mapping(document.get("meta"))
    billed = mapping(meta.get("billed_units"))
    if not draft.raw and billed:
        draft.replace({**billed, **mapping(meta.get("tokens"))})
        draft.has_units = True


READER = UsageReader(matters=_MATTERS, names=_NAMES, read_document=read_document, normalise=normalise)
"""Of everything else."""
RANKINGS = READER._replace(names=("usage", "meta", *_NAMES[1:]), read_document=_read_ranking)
"""Of rerankings."""
