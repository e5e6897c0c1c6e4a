"""Checks whether the numbers of a provider agree with each other.

The names of failed checks are stored with the record (`llm_meter.usage.flags`). Nothing is corrected: usage
stays as reported, raw and normalised.
"""

from __future__ import annotations

from collections.abc import Iterator

from llm_meter_tap.formats.billing import other_models
from llm_meter_tap.formats.figures import Usage
from llm_meter_tap.wire.json_values import first_count

TOTAL_MISMATCH = "total-mismatch"
REASONING_OUTSIDE_TOTAL = "reasoning-outside-total"
CACHE_OUTSIDE_TOTAL = "cache-outside-total"
UNREAD = "results-unread"
CACHE_HIT = "gateway-cache-hit"
UNKNOWN_MEMBER = "unknown-usage-member"
RECOGNISED_BY_ANSWER = "recognised-by-answer"

_PARTS = (
    ("reasoning-above-output", "reasoning_output_tokens", "output_tokens"),
    ("audio-above-input", "audio_input_tokens", "input_tokens"),
    ("audio-above-output", "audio_output_tokens", "output_tokens"),
    ("image-above-input", "image_input_tokens", "input_tokens"),
    ("image-above-output", "image_output_tokens", "output_tokens"),
)


def flags_of(usage: Usage, totals: tuple[str, ...]) -> list[str]:
    """What is odd about a call's final figures; empty when they agree.

    The sum of the inclusive sides, which is the sum of the disjoint buckets, must be the total that the
    provider states. A sum that exceeds it by the reasoning or by the cached tokens alone means that the
    provider leaves these out of its total. It has a flag of its own, unlike a sum that nothing explains. What
    other
    models did is never in it.

    Args:
        usage: The figures.
        totals: The members of the raw figures that state a total.
    """
    total = first_count(*map(usage.raw.get, totals))
    entered, produced = usage.input_tokens, usage.output_tokens
    beyond = 0 if total is None or entered is None else entered + (produced or 0) - total
    return [*(_of_total(usage, beyond) if beyond else ()), *_of_parts(usage)]


def _of_total(usage: Usage, beyond: int) -> Iterator[str]:
    """What explains that the sides are so many tokens more than the total."""
    if beyond > 0:
        others = [part.usage for part in other_models(usage.raw)]
        beyond -= sum((other.input_tokens or 0) + (other.output_tokens or 0) for other in others)
    if beyond == 0:
        return
    read, written = usage.cache_read_input_tokens or 0, usage.cache_write_input_tokens or 0
    if beyond == usage.reasoning_output_tokens:
        yield REASONING_OUTSIDE_TOTAL
    elif beyond in (read, written, read + written):
        yield CACHE_OUTSIDE_TOTAL
    else:
        yield TOTAL_MISMATCH


def _of_parts(usage: Usage) -> Iterator[str]:
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_write_input_tokens or 0)
    if usage.input_tokens is not None and cached > usage.input_tokens:
        yield "cached-above-input"
    figures = vars(usage)
    for flag, part, whole in _PARTS:
        some = figures[part]
        if some is not None and figures[whole] is not None and some > figures[whole]:
            yield flag
