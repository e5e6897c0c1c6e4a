"""Usage of Black Forest Labs' image models.

Owns the figures of an accepted task: its cost in credits and the megapixels it is made of; it has no tokens.
Source: Black Forest Labs' API reference, the answer of a generation (`cost`, `input_mp`, `output_mp`).
"""

from __future__ import annotations

import re
from typing import Any

from llm_meter_tap.formats.figures import Draft, Usage

MATTERS = re.compile(rb'"cost"|"detail"')
NAMES = ("cost", "id", "input_mp", "output_mp", "detail")
_FIGURES = ("cost", "input_mp", "output_mp")


def take(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Gather the answer to a request for an image."""
    draft.identify(None, document.get("id"))
    draft.update({name: document.get(name) for name in _FIGURES})
    draft.has_units = "cost" in draft.raw


def normalise(draft: Draft, provider: str) -> Usage:
    """Keep the figures raw: none of them is a token."""
    return Usage(raw=draft.raw)
