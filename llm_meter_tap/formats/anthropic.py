"""Usage in Anthropic's Messages format.

Owns the merge of a stream's `message_start` and `message_delta` and the sum that makes input inclusive.
Sources: Anthropic's API reference, "Messages" and "Streaming messages" (the token counts in `message_delta`
are cumulative).
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.wire.json_values import count, first_count, mapping

MATTERS = re.compile(rb'"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"|"usage"\s*:\s*\{')
NAMES = ("usage", "model", "id", "error", "type")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole message or an event of a stream."""
    kind = document.get("type")
    message = mapping(document.get("message")) if kind == "message_start" else document
    draft.identify(message.get("model"), message.get("id") if kind != "message_delta" else None)
    usage = mapping(document.get("usage")) or mapping(message.get("usage"))
    draft.update(usage)
    draft.identify(tier=usage.get("service_tier"))
    if kind == "message_start":
        # Its output figure counts what has been prepared, not what will be answered.
        draft.has_final = False
    elif usage:
        draft.has_final = True
    draft.is_finished = draft.is_finished or kind == "message_stop"
    if kind == "error" or event == "error":
        draft.error = document.get("error") or event or "_OTHER"


def normalise(draft: Draft, provider: str) -> Usage:
    """Sum the three disjoint input figures; take the top level, not `iterations`."""
    raw = draft.raw
    plain, read = count(raw.get("input_tokens")), count(raw.get("cache_read_input_tokens"))
    by_age = mapping(raw.get("cache_creation"))
    aged = total_of(
        count(by_age.get("ephemeral_5m_input_tokens")), count(by_age.get("ephemeral_1h_input_tokens"))
    )
    written = first_count(raw.get("cache_creation_input_tokens"), aged)
    return Usage(
        input_tokens=total_of(plain, read, written) if plain is not None else None,
        output_tokens=count(raw.get("output_tokens")) if draft.has_final else None,
        cache_read_input_tokens=read,
        cache_write_input_tokens=written,
        reasoning_output_tokens=count(mapping(raw.get("output_tokens_details")).get("thinking_tokens")),
        raw=raw,
    )
