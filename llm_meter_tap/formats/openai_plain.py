"""Reads the most common answer at once: a whole chat completion in which nothing is out of the ordinary.

It says nothing that the rules in `openai_usage.py` would not say: where any of these might have something to
decide (a member of an answer that has more to say, a figure that is not listed here, figures that do not add
up, text in place of a number), it passes.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import LONGEST_NAME
from llm_meter_tap.formats.format import names
from llm_meter_tap.wire.json_values import LARGEST_COUNT

# What the rules read besides; other members of an answer they pass over.
_TELLING = frozenset(
    names(
        "response result data x_groq output tool_usage svg_usage background task_status",
        "errors error last_error base_resp code type",
    )
)
_FIGURES = frozenset(
    names(
        "prompt_tokens completion_tokens total_tokens prompt_tokens_details completion_tokens_details",
        "prompt_cache_hit_tokens prompt_cache_miss_tokens",
    )
)
# Those that are not read here repeat others or are never charged for by themselves.
_READ = frozenset(names("cached_tokens audio_tokens text_tokens"))
_WRITTEN = frozenset(
    names("reasoning_tokens audio_tokens text_tokens accepted_prediction_tokens rejected_prediction_tokens")
)
_NONE: dict[str, Any] = {}


def read_plain(document: dict[str, Any]) -> dict[str, Any] | None:
    """Read an answer that came to its end, with a status of success.

    Args:
        document: The whole answer.

    Returns:
        The fields that it gives to the call's record; None where the rules must decide.
    """
    raw, model, id = document.get("usage"), document.get("model"), document.get("id")
    tier, choices = document.get("service_tier"), document.get("choices")
    if (
        type(raw) is not dict
        or type(model) is not str
        or type(id) is not str
        or type(choices) is not list
        or document.get("object") != "chat.completion"
        or not 0 < len(model) <= LONGEST_NAME
        or not 0 < len(id) <= LONGEST_NAME
        or not (tier is None or (type(tier) is str and 0 < len(tier) <= LONGEST_NAME))
        or not _TELLING.isdisjoint(document)
    ):
        return None
    for choice in choices:
        if type(choice) is not dict or "usage" in choice:
            return None
    figures = _plain_figures(raw)
    if figures is not None:
        figures["response_model"], figures["response_id"] = model, id
        if tier is not None:
            figures["service_tier"] = tier
    return figures


def _plain_figures(raw: dict[str, Any]) -> dict[str, Any] | None:
    """Figures that add up, each part within its whole."""
    read, written = raw.get("prompt_tokens"), raw.get("completion_tokens")
    inside = raw.get("prompt_tokens_details") or _NONE
    outside = raw.get("completion_tokens_details") or _NONE
    if (
        type(read) is not int
        or type(written) is not int
        or type(inside) is not dict
        or type(outside) is not dict
        or not 0 <= read <= LARGEST_COUNT
        or not 0 <= written <= LARGEST_COUNT
        or not raw.keys() <= _FIGURES
        or not inside.keys() <= _READ
        or not outside.keys() <= _WRITTEN
        or ("total_tokens" in raw and raw["total_tokens"] != read + written)
    ):
        return None
    cached = inside.get("cached_tokens")
    if cached is None:
        cached = raw.get("prompt_cache_hit_tokens")  # DeepSeek
    known = {"usage_raw": raw, "input_tokens": read, "output_tokens": written}
    for field, part, whole in (
        ("cache_read_input_tokens", cached, read),
        ("audio_input_tokens", inside.get("audio_tokens"), read),
        ("reasoning_output_tokens", outside.get("reasoning_tokens"), written),
        ("audio_output_tokens", outside.get("audio_tokens"), written),
    ):
        if part is not None:
            if type(part) is not int or not 0 <= part <= whole:
                return None
            known[field] = part
    return known
