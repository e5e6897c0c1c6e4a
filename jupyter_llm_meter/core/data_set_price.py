"""Finds the price of a call in the genai-prices data set.

The data set is searched by host, by provider, and by the family of models that only one provider sells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from jupyter_llm_meter.core.plain_prices import find_model, is_plain, plain_price
from jupyter_llm_meter.core.price_factors import (
    TIER_UNKNOWN,
    VARIANT_TIERS,
    audio_hours,
    model_names,
    tier_of,
    tool_calls_of,
)
from jupyter_llm_meter.core.price_terms import Terms
from jupyter_llm_meter.core.tables import CLOSED_MODELS, GUESSED_PROVIDERS, PRICE_PROVIDER_IDS
from llm_meter_tap.formats.billing import cached_media, hour_writes
from llm_meter_tap.wire.record import CallRecord

_FINEST = Decimal("1E-12")
"""Dollars; an hour divided by seconds may have endless digits."""

_NO_OVERLAP = {"cache_audio_read_tokens": 0, "cache_image_read_tokens": 0}
"""Our buckets are disjoint: no cached token counts as audio or image too, unless the figures say so."""


class FoundPrice(NamedTuple):
    """The price of a call, before the fees of tools.

    Attributes:
        amount: Dollars.
        source: As in `prices.Cost`.
        has_searches: The amount already includes the fees of web searches.
    """

    amount: Decimal
    source: str
    has_searches: bool = False


def find_in_data_set(record: CallRecord, terms: Terms) -> FoundPrice | None:
    """Find the price of a call in the data set, in its tier; None where it is not known there."""
    figures = _figures(record)
    for model in model_names(record):
        for place, name in _places(record, model):
            standard = _calculated(figures, name, place, record, {})
            if standard is not None:
                return _in_its_tier(standard, figures, name, place, record, terms)
    return None


def _in_its_tier(
    standard: FoundPrice,
    figures: Mapping[str, int],
    model: str,
    place: Mapping[str, str],
    record: CallRecord,
    terms: Terms,
) -> FoundPrice | None:
    """The price in the call's tier. The data set knows it where it differs from the standard price."""
    tier = tier_of(record)
    context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier}
    if (record.usage_raw or {}).get("speed") == "fast":
        # Fast mode has no batches (Anthropic's reference, fast mode).
        tier, context = "fast", {"speed": "fast"}
    if tier != "batch" and tier not in VARIANT_TIERS:
        return standard
    found = _calculated(figures, model, place, record, context)
    if found is not None and (found.amount != standard.amount or not standard.amount):
        return found
    if tier != "batch":
        return standard._replace(source=standard.source + TIER_UNKNOWN)
    tokens = _calculated({**figures, "web_searches": 0}, model, place, record, {})
    ratio = terms.batch_ratio(_batch_provider(record, place), record.started_at)
    if tokens is None or ratio is None:
        return None
    searches = standard.amount - tokens.amount
    return standard._replace(amount=tokens.amount * ratio + searches)


def _batch_provider(record: CallRecord, place: Mapping[str, str]) -> str | None:
    """The provider of the batch: behind an unknown host the maker, if nobody else sells the model."""
    named = place.get("provider_id")
    return "gcp.gemini" if named == "google" else record.provider_name


def _places(record: CallRecord, model: str) -> Iterator[tuple[dict[str, str], str]]:
    """Where genai-prices may know a model: by host, by provider, by the family that only one sells."""
    host = (record.server_address or "").lower()
    if host:
        yield {"provider_api_url": f"https://{host}/"}, model
    provider = record.provider_name
    if provider and (provider not in GUESSED_PROVIDERS or not host):
        yield {"provider_id": PRICE_PROVIDER_IDS.get(provider, provider)}, model
    bare = model.rpartition("/")[2]
    for provider_id, family in CLOSED_MODELS.items():
        if family.match(bare.lower()):
            yield {"provider_id": provider_id}, bare


def _calculated(
    figures: Mapping[str, int],
    model: str,
    place: Mapping[str, str],
    record: CallRecord,
    context: dict[str, str],
) -> FoundPrice | None:
    if not context and is_plain(figures) and audio_hours(record) is None:
        known = find_model(model, place.get("provider_api_url"), place.get("provider_id"))
        if known is None:
            return None
        plain = plain_price(known, figures, record.started_at)
        if plain is not None:
            amount = None if record.total_tokens is None else plain.amount
            return None if amount is None else FoundPrice(amount, "genai-prices", plain.has_searches)
    return _by_the_data_set_itself(figures, model, place, record, context)


def _by_the_data_set_itself(
    figures: Mapping[str, int],
    model: str,
    place: Mapping[str, str],
    record: CallRecord,
    context: dict[str, str],
) -> FoundPrice | None:
    import genai_prices  # its data set takes a while to load, so it is loaded with the first price

    usage = genai_prices.Usage(**figures)
    try:
        found = genai_prices.calc_price(
            usage, model, genai_request_timestamp=record.started_at, price_context=context or None, **place
        )
    except (LookupError, ValueError):  # the model is not known there, or its rules refuse the figures
        return None
    prices = found.model_price
    hours, by_hour = audio_hours(record), getattr(prices, "input_audio_hours", None)
    if hours is not None and isinstance(by_hour, Decimal):
        # The data set has this price, but its own calculation leaves it out.
        amount = found.total_price + (hours * by_hour).quantize(_FINEST, ROUND_HALF_UP)
        return FoundPrice(amount, "genai-prices", prices.web_searches_kcount is not None)
    if record.total_tokens is None or (prices.input_mtok is None and prices.output_mtok is None):
        return None
    return FoundPrice(found.total_price, "genai-prices", prices.web_searches_kcount is not None)


def _figures(record: CallRecord) -> dict[str, int]:
    """The call's figures under genai-prices' names, which require that no part exceeds its whole."""
    buckets = record.buckets()
    raw = record.usage_raw or {}
    cache_write = buckets.get("cache_write_input_tokens", 0)
    wholes = {"input_tokens": record.input_tokens or 0, "output_tokens": record.output_tokens or 0}
    parts = {
        "cache_read_tokens": buckets.get("cache_read_input_tokens", 0),
        "cache_write_tokens": cache_write,
        "cache_write_1h_tokens": min(hour_writes(raw), cache_write),
        "input_audio_tokens": buckets.get("audio_input_tokens", 0),
        "output_audio_tokens": buckets.get("audio_output_tokens", 0),
        "input_image_tokens": buckets.get("image_input_tokens", 0),
        "output_image_tokens": buckets.get("image_output_tokens", 0),
        "output_reasoning_tokens": buckets.get("reasoning_output_tokens", 0),
        "web_searches": tool_calls_of(record).get("web_search", 0),
    }
    parts.update(_cached(record, buckets))
    return {**_NO_OVERLAP, **wholes, **{name: count for name, count in parts.items() if count}}


def _cached(record: CallRecord, buckets: Mapping[str, int]) -> dict[str, int]:
    """Audio and images read from a cache, as far as the figures say; genai-prices counts them as both."""
    figures: dict[str, int] = {}
    left = buckets.get("cache_read_input_tokens", 0)
    cached = cached_media(record.usage_raw or {})
    for name, whole in (("audio", record.audio_input_tokens), ("image", record.image_input_tokens)):
        read = min(cached.get(name, 0), whole or 0, left)
        if read and whole is not None:
            left -= read
            figures[f"cache_{name}_read_tokens"] = read
            figures[f"input_{name}_tokens"] = whole
    return figures
