"""Usage of Replicate's predictions.

Owns the token counts among a prediction's metrics, which language models of Replicate's own have; every other
prediction is charged by the second of a machine and has none. Source: Replicate's HTTP API reference,
predictions (`status`, `error`, `metrics`).
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.wire.json_values import count, mapping

MATTERS = re.compile(rb'"metrics"|"error"')
NAMES = ("metrics", "id", "model", "status", "error", "urls", "detail")
_FIGURES = ("input_token_count", "output_token_count")
_ENDS = ("succeeded", "failed", "canceled", "aborted")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a prediction as it stands."""
    draft.identify(document.get("model"), document.get("id"))
    is_ended = document.get("status") in _ENDS
    # Until its end a prediction's counts may grow.
    metrics = mapping(document.get("metrics")) if is_ended else {}
    if any(name in metrics for name in _FIGURES):
        draft.replace(metrics)
    draft.error = document.get("error") or draft.error
    draft.is_finished = is_ended
    draft.is_background = "urls" in document


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the two counts as they are."""
    return Usage(
        input_tokens=count(draft.raw.get("input_token_count")),
        output_tokens=count(draft.raw.get("output_token_count")),
        raw=draft.raw,
    )
