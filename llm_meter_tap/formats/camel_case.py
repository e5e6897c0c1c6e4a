"""Reads OpenAI's usage objects in the spelling of other providers: `promptTokens` for `prompt_tokens`."""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats import openai_usage
from llm_meter_tap.formats.figures import Draft, Usage

_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
# What Yandex calls the prompt.
_NAMES = {"input_text_tokens": "prompt_tokens"}


def normalise(draft: Draft, provider: str) -> Usage:
    """Bring the dialects of one usage object to inclusive sums."""
    usage = openai_usage.normalise(Draft(raw=_in_snake_case(draft.raw)), provider)
    usage.raw = draft.raw
    return usage


def _in_snake_case(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {_snake(name): _in_snake_case(inner) for name, inner in value.items()}


def _snake(name: str) -> str:
    spelled = _CAPITAL.sub(lambda found: "_" + found.group().lower(), name)
    return _NAMES.get(spelled, spelled)
