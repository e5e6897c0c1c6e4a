"""Usage in Ollama's own format.

Owns the counts beside the answer. Source: Ollama's API reference (`prompt_eval_count`, `eval_count` in the
response or in a stream's last line, the one with `done`). A prompt that was cached is not counted, and so
absent.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.wire.json_values import count

MATTERS = re.compile(rb'"done"\s*:\s*true|"eval_count"|"error"')
NAMES = ("prompt_eval_count", "eval_count", "model", "done", "error")
_FIGURES = ("prompt_eval_count", "eval_count")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or a line of a stream."""
    draft.identify(document.get("model"))
    draft.update({name: document[name] for name in _FIGURES if name in document})
    draft.is_finished = draft.is_finished or document.get("done") is True
    draft.error = document.get("error") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the two counts as they are."""
    return Usage(
        input_tokens=count(draft.raw.get("prompt_eval_count")),
        output_tokens=count(draft.raw.get("eval_count")),
        raw=draft.raw,
    )
