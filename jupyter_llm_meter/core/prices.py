"""Calculates the cost of a call in dollars.

There are four sources, in this order: the cost that the provider states, the administrator's own prices, our
table of what genai-prices lacks, the genai-prices data set. The fees of the provider's own tools are added to
all but the first; a cost that lacks a fee says so. The price is that of the call's date. There is no network
request and no guess: a model without a known price is unpriced, which is not free. Usage that contradicts
itself (more cached than sent) is first fitted into disjoint buckets, so that no token is charged twice and
none raises an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from jupyter_llm_meter.core.data_set_price import FoundPrice, find_in_data_set
from jupyter_llm_meter.core.price_factors import (
    TIER_UNKNOWN,
    VARIANT_TIERS,
    audio_hours,
    model_names,
    tier_of,
    tool_calls_of,
)
from jupyter_llm_meter.core.price_overrides import Override, bundled_overrides, find_override
from jupyter_llm_meter.core.price_terms import Terms, bundled_terms
from jupyter_llm_meter.core.stated_cost import stated_cost
from llm_meter_tap.formats.billing import other_models
from llm_meter_tap.formats.format import OtherModelUsage
from llm_meter_tap.wire.record import CallRecord

_PART_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
    "image_input_tokens",
    "image_output_tokens",
)

_BY_THE_HOUR = "provisioned_throughput"
"""Vertex AI's traffic that is paid for by the hour and not by the token."""

_MAKES_MEDIA = ("speech", "image_generation", "video_generation")
"""Operations whose answer cannot be counted: the text that was sent is the smaller part of the cost."""

_OURS = ("counted", "partial")
"""The bases of figures that are not the provider's."""

_US_ONLY = Decimal("1.1")
"""Of the standard price: Anthropic's price list, data residency (`inference_geo`), since Opus 4.6."""

_FEES_UNKNOWN = ", fees unknown"


@dataclass(frozen=True)
class Cost:
    """The cost of one call.

    Attributes:
        amount: Money, never negative.
        currency: ISO 4217 code.
        source: ``provider``, ``own: `` and the entry's source, ``override`` or ``genai-prices``; then
            ``+fees`` where fees of a table are in it, ``, tier unknown`` where the tier's price is not known
            and the standard one was taken, ``, fees unknown`` where a tool ran, or another model worked,
            whose price is not known and not in it.
    """

    amount: Decimal
    currency: str
    source: str


def price(
    record: CallRecord,
    overrides: Sequence[Override] | None = None,
    terms: Terms | None = None,
    is_stated_kept: bool = True,
) -> Cost | None:
    """The cost of a call, or None when it is not known.

    Args:
        record: The call; its figures may be contradictory.
        overrides: Prices that take precedence over genai-prices; None means the table we ship.
        terms: Discounts and fees; None means those of the table we ship.
        is_stated_kept: Whether the cost that the provider states goes before all prices.
    """
    if record.basis == "none":
        return None
    stated = stated_cost(record) if is_stated_kept else None
    if stated is not None:
        return Cost(stated, "USD", "provider")
    terms = bundled_terms() if terms is None else terms
    overrides = bundled_overrides() if overrides is None else overrides
    by_call = _by_the_call(record, overrides, terms)
    if by_call is not None:
        return by_call
    if (record.total_tokens is None and audio_hours(record) is None) or tier_of(record) == _BY_THE_HOUR:
        return None
    if record.operation_name in _MAKES_MEDIA and record.output_tokens is None and record.basis in _OURS:
        return None
    parts = other_models(record.usage_raw or {})
    if not parts:
        return _of_one_model(record, overrides, terms)
    own = _of_one_model(_without(record, parts), overrides, terms)
    others = [_of_one_model(_alone(record, part), overrides, terms) for part in parts if part.model]
    return None if own is None else _together(own, others, len(parts))


def _by_the_call(record: CallRecord, overrides: Sequence[Override], terms: Terms) -> Cost | None:
    """The cost of a call whose price is the same whatever it used; it succeeded, or it has figures."""
    entry = _override(record, overrides)
    if entry is None or not entry.is_by_call or (record.status != "ok" and record.total_tokens is None):
        return None
    found = _by_override(entry, record, terms)
    return None if found is None else _with_fees(found, record, terms)


def _of_one_model(record: CallRecord, overrides: Sequence[Override], terms: Terms) -> Cost | None:
    # Prices of tokens say nothing about a call without figures.
    override = None if record.total_tokens is None else _override(record, overrides)
    found = find_in_data_set(record, terms) if override is None else _by_override(override, record, terms)
    return None if found is None else _with_fees(_in_its_region(found, record), record, terms)


def _in_its_region(found: FoundPrice, record: CallRecord) -> FoundPrice:
    """Claude costs more if it may run in the United States only, for all tokens alike."""
    if (record.usage_raw or {}).get("inference_geo") != "us":
        return found
    if found.has_searches and tool_calls_of(record).get("web_search"):
        # The searches in the amount do not cost more.
        return found._replace(source=found.source + TIER_UNKNOWN)
    return found._replace(amount=found.amount * _US_ONLY)


def _without(record: CallRecord, parts: Sequence[OtherModelUsage]) -> CallRecord:
    """The call without the part of other models."""
    left: dict[str, Any] = {}
    for name in _PART_COUNTS:
        whole = getattr(record, name)
        if whole is not None:
            left[name] = max(whole - sum(getattr(part.usage, name) or 0 for part in parts), 0)
    return replace(record, **left)


def _alone(record: CallRecord, part: OtherModelUsage) -> CallRecord:
    """The part of another model, as a call of its own."""
    figures = {name: getattr(part.usage, name) for name in _PART_COUNTS}
    return replace(
        record,
        response_model=part.model,
        request_model=None,
        usage_raw=part.usage.raw,
        usage_tool_calls={},
        **figures,
    )


def _together(own: Cost, others: Sequence[Cost | None], parts: int) -> Cost:
    known = [cost for cost in others if cost is not None]
    amount = sum((cost.amount for cost in known), own.amount)
    is_lacking = len(known) < parts and _FEES_UNKNOWN not in own.source
    return Cost(amount, own.currency, own.source + (_FEES_UNKNOWN if is_lacking else ""))


def _by_override(override: Override, record: CallRecord, terms: Terms) -> FoundPrice | None:
    amount, tier = override.cost(record.buckets(), record.started_at), _tier_with_speed(record)
    if amount is None:
        return None
    if tier != "batch" or override.tier == tier:
        is_unknown = tier in VARIANT_TIERS and override.tier != tier
        return FoundPrice(amount, override.label + (TIER_UNKNOWN if is_unknown else ""))
    ratio = terms.batch_ratio(record.provider_name, record.started_at)
    return None if ratio is None else FoundPrice(amount * ratio, override.label)


def _tier_with_speed(record: CallRecord) -> str:
    """The tier; Claude's fast mode is one, too."""
    return "fast" if (record.usage_raw or {}).get("speed") == "fast" else tier_of(record)


def _with_fees(found: FoundPrice, record: CallRecord, terms: Terms) -> Cost:
    """Add what the provider's own tools cost; in a batch they cost the same."""
    amount, is_added, is_lacking = found.amount, False, False
    for tool, runs in tool_calls_of(record).items():
        if tool == "web_search" and found.has_searches:
            continue
        fee = terms.fee(record.provider_name, tool, record.started_at)
        if fee is None:
            is_lacking = is_lacking or runs > 0
        elif fee and runs:
            amount, is_added = amount + fee * runs, True
    suffix = ("+fees" if is_added else "") + (_FEES_UNKNOWN if is_lacking else "")
    return Cost(amount, "USD", found.source + suffix)


def _override(record: CallRecord, overrides: Sequence[Override]) -> Override | None:
    tier = _tier_with_speed(record)
    for model in model_names(record):
        found = find_override(
            overrides, record.provider_name, record.server_address, model, record.started_at, tier
        )
        if found is not None:
            return found
    return None
