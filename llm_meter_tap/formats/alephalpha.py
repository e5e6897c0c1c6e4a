"""Usage in Aleph Alpha's own format.

Owns the counts beside the answer. Source: Aleph Alpha's API reference (`/complete`, `/embed`,
`/semantic_embed`: `num_tokens_prompt_total`, `num_tokens_generated`; in a stream they are in the event
`completion_summary`).
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.wire.json_values import count

MATTERS = re.compile(rb'"num_tokens_|"completion_summary"|"error"')
NAMES = ("num_tokens_prompt_total", "num_tokens_generated", "model_version", "error")
_FIGURES = ("num_tokens_prompt_total", "num_tokens_generated")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or an event of a stream."""
    draft.update({name: document[name] for name in _FIGURES if name in document})
    draft.is_finished = draft.is_finished or document.get("type") == "completion_summary"
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the two counts as they are."""
    return Usage(
        input_tokens=count(draft.raw.get("num_tokens_prompt_total")),
        output_tokens=count(draft.raw.get("num_tokens_generated")),
        raw=draft.raw,
    )
