"""Usage in Cohere's own format.

Owns version 2 (`usage`, in a stream's `message-end`) and version 1 (`meta`, in `stream-end`). Source:
Cohere's API reference: `tokens` are what the model used, `billed_units` what is charged; both stay in the raw
figures.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.wire.json_values import count, first_count, mapping

MATTERS = re.compile(rb'"(?:message-end|stream-end)"|"is_finished"\s*:\s*true|"error"')
NAMES = ("usage", "meta", "id", "response_id", "generation_id")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or an event of a stream."""
    delta, response = mapping(document.get("delta")), mapping(document.get("response"))
    for holder in (document, delta, response):
        draft.identify(id=holder.get("response_id") or holder.get("generation_id") or holder.get("id"))
        draft.replace(holder.get("meta"))
        draft.replace(holder.get("usage"))
        draft.error = holder.get("error") or draft.error
    draft.has_units = draft.has_units or bool(mapping(draft.raw.get("billed_units")))
    ends = document.get("type") == "message-end" or document.get("event_type") == "stream-end"
    draft.is_finished = draft.is_finished or ends


def normalise(draft: Draft, provider: str) -> Usage:
    """Prefer the tokens used over the units billed."""
    raw = draft.raw
    tokens, billed = mapping(raw.get("tokens")), mapping(raw.get("billed_units"))
    return Usage(
        input_tokens=first_count(tokens.get("input_tokens"), billed.get("input_tokens")),
        output_tokens=first_count(tokens.get("output_tokens"), billed.get("output_tokens")),
        cache_read_input_tokens=first_count(raw.get("cached_tokens"), tokens.get("cached_tokens")),
        image_input_tokens=count(tokens.get("image_tokens")),
        raw=raw,
    )
