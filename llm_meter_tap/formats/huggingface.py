"""Usage of Hugging Face's text-generation-inference in its native format.

Owns the counts in the response headers and in `details`, which are there when the request asked for them.
Source: the reference of text-generation-inference (`/generate`, `/generate_stream`; headers x-prompt-tokens,
x-generated-tokens).
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.wire.json_values import first_count, mapping

MATTERS = re.compile(rb'"details"\s*:\s*\{|"generated_text"\s*:\s*"|"error"')
NAMES = ("details", "generated_text", "error")
HEADERS = (("x-prompt-tokens", "prompt_tokens"), ("x-generated-tokens", "generated_tokens"))


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or an event of a stream, whose last has the whole text."""
    details = mapping(document.get("details"))
    draft.update({name: details[name] for name in ("input_length", "generated_tokens") if name in details})
    draft.is_finished = draft.is_finished or isinstance(document.get("generated_text"), str)
    draft.error = document.get("error_type") or document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Prefer the body's figures over the headers'."""
    raw = draft.raw
    headers = mapping(raw.get("headers"))
    return Usage(
        input_tokens=first_count(raw.get("input_length"), headers.get("prompt_tokens")),
        output_tokens=first_count(raw.get("generated_tokens"), headers.get("generated_tokens")),
        raw=raw,
    )
