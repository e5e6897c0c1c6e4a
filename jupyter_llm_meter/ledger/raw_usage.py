"""Takes a provider's raw usage apart: the shape, which many calls share, and the figures of one call.

A shape is the JSON document with 0 in the place of every number and every long text. Nothing is lost: the
numbers and texts follow in their order. So a call stores a dozen bytes of what takes hundreds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_WORD = 40
"""A longer text is one call's own, such as an id; shorter ones are names that come again."""

LONGEST_SHAPE = 2000
"""A longer shape is one call's own as well, and is kept with it."""


def taken_apart(raw: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """The shape and the figures of some raw usage.

    Returns:
        Two texts, see `put_together`. There is no shape where the usage is kept whole, and neither for None.
    """
    if raw is None:
        return None, None
    figures: list[Any] = []
    shape = json.dumps(_shaped(raw, figures), separators=(",", ":"))
    if len(shape) > LONGEST_SHAPE:
        return None, json.dumps(raw)
    return shape, json.dumps(figures, separators=(",", ":"))[1:-1]


def put_together(shape: str | None, figures: str | None) -> dict[str, Any] | None:
    """The raw usage that was taken apart."""
    if figures is None:
        return None
    if shape is None:
        whole: dict[str, Any] = json.loads(figures)
        return whole
    filled: dict[str, Any] = _filled(json.loads(shape), iter(json.loads(f"[{figures}]")))
    return filled


def _shaped(value: Any, figures: list[Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _shaped(each, figures) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shaped(each, figures) for each in value]
    is_word = isinstance(value, str) and len(value) <= LONGEST_WORD
    if value is None or isinstance(value, bool) or is_word:
        return value
    figures.append(value)
    return 0


def _filled(shape: Any, figures: Iterator[Any]) -> Any:
    if isinstance(shape, dict):
        return {name: _filled(each, figures) for name, each in shape.items()}
    if isinstance(shape, list):
        return [_filled(each, figures) for each in shape]
    is_figure = isinstance(shape, int) and not isinstance(shape, bool)
    return next(figures) if is_figure else shape
