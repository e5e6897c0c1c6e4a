"""Line items of a bill: what kind of tokens one is about, in how many it is measured, and of which model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

FIGURES_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "input": ("input_tokens",),
    "cache_read": ("input_tokens", "cache_read_input_tokens"),
    "cache_write": ("input_tokens", "cache_write_input_tokens"),
    "output": ("output_tokens",),
}
"""The figures that a line item adds to: the ledger's input includes what caches hold."""

_SCALES = {"": 1, "K": 1000, "M": 1_000_000, "B": 1_000_000_000}
_UNIT = re.compile(r"(\d*)\s*([KMB]?)\s*(?:tokens?|count|requests?)?", re.IGNORECASE)


def figures_of(kind: str | None, tokens: Decimal | None) -> dict[str, Decimal]:
    """The figures of a line item; none where its kind or its tokens are unknown."""
    return {} if kind is None or tokens is None else dict.fromkeys(FIGURES_OF_KIND[kind], tokens)


def tokens_of(quantity: Decimal | None, unit: str | None) -> Decimal | None:
    """The tokens of a quantity.

    Args:
        quantity: How many units.
        unit: Such as ``1K``, ``1M Tokens``, ``1K tokens`` or ``count``; None where the export names none.

    Returns:
        The tokens; None where the quantity is missing or the unit does not count tokens, such as ``1 Hour``.
    """
    found = None if unit is None else _UNIT.fullmatch(unit.strip())
    if quantity is None or found is None or not unit:
        return None
    return quantity * int(found[1] or 1) * _SCALES[found[2].upper()]


def without(name: str, words: frozenset[str]) -> str:
    """A line item's name without words that say what was counted and where, which leaves the model."""
    return " ".join(word for word in name.split() if word.lower() not in words)
