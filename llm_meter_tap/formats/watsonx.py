"""Usage of IBM watsonx.ai text generation and embeddings.

Owns the counts inside `results`. Source: IBM's API reference, text generation. In a stream the generated
count is cumulative and the input count stands in the first event only, so the largest of each is the figure.
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.wire.json_values import count, mapping, sequence

MATTERS = re.compile(rb'"(?:generated|input)_token_count"|"errors"')
NAMES = ("results", "input_token_count", "model_id", "errors")
_FIGURES = ("input_token_count", "generated_token_count")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather a whole answer or an event of a stream."""
    draft.identify(document.get("model_id"))
    # Embeddings have one count for all texts.
    draft.update({name: document[name] for name in _FIGURES if name in document})
    for result in map(mapping, sequence(document.get("results"))):
        for name in _FIGURES:
            tokens = count(result.get(name))
            if tokens is not None:
                draft.update({name: max(tokens, draft.raw.get(name, 0))})
        if result.get("stop_reason") not in (None, "not_finished", "NOT_FINISHED"):
            draft.is_finished = True
    draft.error = next(iter(sequence(document.get("errors"))), None) or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Take the two counts as they are."""
    return Usage(
        input_tokens=count(draft.raw.get("input_token_count")),
        output_tokens=count(draft.raw.get("generated_token_count")),
        raw=draft.raw,
    )
