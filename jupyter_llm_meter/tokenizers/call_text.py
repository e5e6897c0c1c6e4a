"""Counting the two sides of a call: the pieces of text that a tap gathered, and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping

from jupyter_llm_meter.tokenizers import Count, count
from jupyter_llm_meter.tokenizers.framing import Overhead
from llm_meter_tap.formats.request_text import BREAK


def count_input(text: str, counts: Mapping[str, int], figures: Overhead, model: str | None) -> Count:
    """Count what a model was given to read.

    Args:
        text: the pieces, `BREAK` between them; the last are the tools' definitions and the answer's schema,
            where there are any.
        counts: how many there are of what, by the tap's names (`llm_meter_tap/formats/framing.py`).
        figures: those of the model's family.
        model: the model, to choose the encoding.

    Raises:
        RanksMissing: The installation lacks its rank files or they are damaged.
    """
    pieces = text.split(BREAK)
    end = len(pieces) - bool(counts.get("schemas"))
    schema = [] if figures.schema is None else pieces[end:]
    if counts.get("tools") and counts.get("barred") and not figures.reads_barred:
        end -= 1
    return _count(pieces[: max(end, 0)] + schema, figures.around_input(counts), figures, model)


def count_output(text: str, counts: Mapping[str, int], figures: Overhead, model: str | None) -> Count:
    """Count what a model wrote; parameters and errors are those of `count_input`."""
    return _count(text.split(BREAK), figures.around_output(counts), figures, model)


def _count(pieces: list[str], around: int, figures: Overhead, model: str | None) -> Count:
    counted = [count(piece, model) for piece in pieces or [""]]
    tokens = round(sum(one.tokens for one in counted) * figures.ratio) + around
    return counted[0]._replace(tokens=tokens)
