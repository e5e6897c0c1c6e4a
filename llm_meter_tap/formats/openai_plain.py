"""Reads the most common answer at once: a whole chat completion in which nothing is out of the ordinary.

It says nothing that the rules in `openai_usage.py` would not say: where any of these might have something to
decide (a member that is not listed here, figures that do not add up, text in place of a number), it passes.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats.figures import LONGEST_NAME, Reading, Usage
from llm_meter_tap.formats.format import names
from llm_meter_tap.wire.json_values import LARGEST_COUNT

_MEMBERS = frozenset(names("id object created model choices usage service_tier system_fingerprint"))
_FIGURES = frozenset(
    names("prompt_tokens completion_tokens total_tokens prompt_tokens_details completion_tokens_details")
)
# Those that are not read here repeat others or are never charged for by themselves.
_READ = frozenset(names("cached_tokens audio_tokens text_tokens"))
_WRITTEN = frozenset(
    names("reasoning_tokens audio_tokens text_tokens accepted_prediction_tokens rejected_prediction_tokens")
)
_NONE: dict[str, Any] = {}


def read_plain(document: dict[str, Any]) -> Reading | None:
    """Read an answer that came to its end, with a status of success; None where the rules must decide.

    Args:
        document: The whole answer.
    """
    raw, model, id = document.get("usage"), document.get("model"), document.get("id")
    if (
        type(raw) is not dict
        or type(model) is not str
        or type(id) is not str
        or not 0 < len(model) <= LONGEST_NAME
        or not 0 < len(id) <= LONGEST_NAME
        or document.get("object") != "chat.completion"
        or not document.keys() <= _MEMBERS
    ):
        return None
    tier, choices = document.get("service_tier"), document.get("choices")
    if tier is not None and (type(tier) is not str or not 0 < len(tier) <= LONGEST_NAME):
        return None
    if type(choices) is not list:
        return None
    for choice in choices:
        if type(choice) is not dict or "usage" in choice:
            return None
    usage = _plain_usage(raw)
    if usage is None:
        return None
    return Reading(usage, model, id, tier, is_finished=True, is_closed=True)


def _plain_usage(raw: dict[str, Any]) -> Usage | None:
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
    cached, heard = inside.get("cached_tokens"), inside.get("audio_tokens")
    reasoning, spoken = outside.get("reasoning_tokens"), outside.get("audio_tokens")
    for part, whole in ((cached, read), (heard, read), (reasoning, written), (spoken, written)):
        if part is not None and (type(part) is not int or not 0 <= part <= whole):
            return None
    return Usage(read, written, cached, None, reasoning, heard, spoken, raw=raw)
