"""Calculates the cost of a call in dollars.

There are three sources, in this order: the cost that the provider states, the override table, the
genai-prices data set. The fees of the provider's own tools are added to the latter two; a cost that lacks a
fee says so. The price is that of the call's date. There is no network request and no guess: a model without a
known price is unpriced, which is not free. Usage that contradicts itself (more cached than sent) is first
fitted into disjoint buckets, so that no token is charged twice and none raises an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from jupyter_llm_meter.core.plain_prices import find_model, is_plain, plain_price
from jupyter_llm_meter.core.price_overrides import Override, bundled_overrides, find_override
from jupyter_llm_meter.core.price_terms import Terms, bundled_terms
from jupyter_llm_meter.core.stated_cost import stated_cost
from jupyter_llm_meter.core.tables import CLOSED_MODELS, GUESSED_PROVIDERS, PRICE_PROVIDER_IDS
from llm_meter_tap.formats.billing import audio_seconds, cached_media, hour_writes, other_models
from llm_meter_tap.formats.format import OtherModelUsage
from llm_meter_tap.wire.record import CallRecord

_VARIANT_TIERS = ("flex", "priority", "fast")
"""Tiers with prices of their own, as providers name them in lower case."""

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

_US_ONLY = Decimal("1.1")
"""Of the standard price: Anthropic's price list, data residency (`inference_geo`), since Opus 4.6."""

_SECONDS = Decimal(3600)
_FINEST = Decimal("1E-12")
"""Dollars; an hour divided by its seconds has no end of digits."""

_TIER_UNKNOWN = ", tier unknown"
_FEES_UNKNOWN = ", fees unknown"


@dataclass(frozen=True)
class Cost:
    """The cost of one call.

    Attributes:
        amount: Money, never negative.
        currency: ISO 4217 code.
        source: ``provider``, ``override`` or ``genai-prices``; then ``+fees`` where fees of our table are in
            it, ``, tier unknown`` where the tier's price is not known and the standard one was taken,
            ``, fees unknown`` where a tool ran, or another model worked, whose price is not known and not in
            it.
    """

    amount: Decimal
    currency: str
    source: str


def price(
    record: CallRecord, overrides: Sequence[Override] | None = None, terms: Terms | None = None
) -> Cost | None:
    """The cost of a call, or None when it is not known.

    Args:
        record: The call; its figures may be as odd as providers make them.
        overrides: Prices that go before genai-prices'; None means the table we ship.
        terms: Discounts and fees; None means those of the table we ship.
    """
    if record.basis == "none":
        return None
    stated = stated_cost(record)
    if stated is not None:
        return Cost(stated, "USD", "provider")
    if (record.total_tokens is None and _audio_hours(record) is None) or _tier(record) == _BY_THE_HOUR:
        return None
    terms = bundled_terms() if terms is None else terms
    overrides = bundled_overrides() if overrides is None else overrides
    parts = other_models(record.usage_raw or {})
    if not parts:
        return _of_one_model(record, overrides, terms)
    own = _of_one_model(_without(record, parts), overrides, terms)
    others = [_of_one_model(_alone(record, part), overrides, terms) for part in parts if part.model]
    return None if own is None else _together(own, others, len(parts))


def _of_one_model(record: CallRecord, overrides: Sequence[Override], terms: Terms) -> Cost | None:
    # The override table has prices of tokens only.
    override = None if record.total_tokens is None else _override(record, overrides)
    found = _by_data_set(record, terms) if override is None else _by_override(override, record, terms)
    return None if found is None else _with_fees(_in_its_region(found, record), record, terms)


def _in_its_region(found: _Found, record: CallRecord) -> _Found:
    """Claude inside the United States only costs more, all tokens alike."""
    if (record.usage_raw or {}).get("inference_geo") != "us":
        return found
    if found.has_searches and _tool_calls(record).get("web_search"):
        # The searches in the amount do not cost more.
        return found._replace(source=found.source + _TIER_UNKNOWN)
    return found._replace(amount=found.amount * _US_ONLY)


def _without(record: CallRecord, parts: Sequence[OtherModelUsage]) -> CallRecord:
    """The call without what other models did for it."""
    left: dict[str, Any] = {}
    for name in _PART_COUNTS:
        whole = getattr(record, name)
        if whole is not None:
            left[name] = max(whole - sum(getattr(part.usage, name) or 0 for part in parts), 0)
    return replace(record, **left)


def _alone(record: CallRecord, part: OtherModelUsage) -> CallRecord:
    """What another model did, as a call of its own."""
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


class _Found(NamedTuple):
    """A price that was found; `has_searches` says that it holds the fees of web searches already."""

    amount: Decimal
    source: str
    has_searches: bool = False


def _tier(record: CallRecord) -> str:
    """The tier without the word that Vertex AI puts before it."""
    return (record.service_tier or "").lower().removeprefix("on_demand_")


def _by_override(override: Override, record: CallRecord, terms: Terms) -> _Found | None:
    amount, tier = override.cost(record.buckets()), _tier(record)
    if tier != "batch":
        return _Found(amount, "override" + (_TIER_UNKNOWN if tier in _VARIANT_TIERS else ""))
    ratio = terms.batch_ratio(record.provider_name, record.started_at)
    return None if ratio is None else _Found(amount * ratio, "override")


def _with_fees(found: _Found, record: CallRecord, terms: Terms) -> Cost:
    """Add what the provider's own tools cost; in a batch they cost the same."""
    amount, is_added, is_lacking = found.amount, False, False
    for tool, runs in _tool_calls(record).items():
        if tool == "web_search" and found.has_searches:
            continue
        fee = terms.fee(record.provider_name, tool, record.started_at)
        if fee is None:
            is_lacking = is_lacking or runs > 0
        elif fee and runs:
            amount, is_added = amount + fee * runs, True
    suffix = ("+fees" if is_added else "") + (_FEES_UNKNOWN if is_lacking else "")
    return Cost(amount, "USD", found.source + suffix)


def _tool_calls(record: CallRecord) -> Mapping[str, int]:
    """The runs that the record counts; of Claude's searches the raw figures tell, too."""
    if record.usage_tool_calls is not None:
        return record.usage_tool_calls
    searches = _counts((record.usage_raw or {}).get("server_tool_use")).get("web_search_requests", 0)
    return {"web_search": searches} if searches else {}


def _override(record: CallRecord, overrides: Sequence[Override]) -> Override | None:
    for model in _models(record):
        found = find_override(
            overrides, record.provider_name, record.server_address, model, record.started_at
        )
        if found is not None:
            return found
    return None


def _models(record: CallRecord) -> Iterator[str]:
    """The names under which a price may be found, the serving model's first."""
    for model in (record.response_model, record.request_model):
        if model:
            yield model.removeprefix("models/")


def _by_data_set(record: CallRecord, terms: Terms) -> _Found | None:
    figures = _figures(record)
    for model in _models(record):
        for place, name in _places(record, model):
            standard = _calculated(figures, name, place, record, {})
            if standard is not None:
                return _in_its_tier(standard, figures, name, place, record, terms)
    return None


def _in_its_tier(
    standard: _Found,
    figures: Mapping[str, int],
    model: str,
    place: Mapping[str, str],
    record: CallRecord,
    terms: Terms,
) -> _Found | None:
    """The price in the call's tier, where the data set knows it: there it differs from the standard one."""
    tier = _tier(record)
    context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier}
    if (record.usage_raw or {}).get("speed") == "fast":
        # Fast mode has no batches (Anthropic's reference, fast mode).
        tier, context = "fast", {"speed": "fast"}
    if tier != "batch" and tier not in _VARIANT_TIERS:
        return standard
    found = _calculated(figures, model, place, record, context)
    if found is not None and (found.amount != standard.amount or not standard.amount):
        return found
    if tier != "batch":
        return standard._replace(source=standard.source + _TIER_UNKNOWN)
    tokens = _calculated({**figures, "web_searches": 0}, model, place, record, {})
    ratio = terms.batch_ratio(_batch_provider(record, place), record.started_at)
    if tokens is None or ratio is None:
        return None
    searches = standard.amount - tokens.amount
    return standard._replace(amount=tokens.amount * ratio + searches)


def _batch_provider(record: CallRecord, place: Mapping[str, str]) -> str | None:
    """Whose batch it was: behind an unknown host the maker's, if only that one sells the model."""
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
) -> _Found | None:
    if not context and is_plain(figures) and _audio_hours(record) is None:
        known = find_model(model, place.get("provider_api_url"), place.get("provider_id"))
        if known is None:
            return None
        plain = plain_price(known, figures, record.started_at)
        if plain is not None:
            amount = None if record.total_tokens is None else plain.amount
            return None if amount is None else _Found(amount, "genai-prices", plain.has_searches)
    return _by_data_set_itself(figures, model, place, record, context)


def _by_data_set_itself(
    figures: Mapping[str, int],
    model: str,
    place: Mapping[str, str],
    record: CallRecord,
    context: dict[str, str],
) -> _Found | None:
    import genai_prices  # its data set takes a while to load: only who prices pays for it

    usage = genai_prices.Usage(**figures)
    try:
        found = genai_prices.calc_price(
            usage, model, genai_request_timestamp=record.started_at, price_context=context or None, **place
        )
    except (LookupError, ValueError):  # not known there, or figures that its rules refuse
        return None
    prices = found.model_price
    hours, by_hour = _audio_hours(record), getattr(prices, "input_audio_hours", None)
    if hours is not None and isinstance(by_hour, Decimal):
        # The data set has the price, and its own arithmetic leaves it out.
        amount = found.total_price + (hours * by_hour).quantize(_FINEST, ROUND_HALF_UP)
        return _Found(amount, "genai-prices", prices.web_searches_kcount is not None)
    if record.total_tokens is None or (prices.input_mtok is None and prices.output_mtok is None):
        return None
    return _Found(found.total_price, "genai-prices", prices.web_searches_kcount is not None)


def _audio_hours(record: CallRecord) -> Decimal | None:
    """How long the audio was that the call sent, where the provider says so; in hours."""
    seconds = audio_seconds(record.usage_raw or {})
    return None if seconds is None else Decimal(str(seconds)) / _SECONDS


def _figures(record: CallRecord) -> dict[str, int]:
    """The call's figures under genai-prices' names, which wants wholes that their parts never exceed."""
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
        "web_searches": _tool_calls(record).get("web_search", 0),
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


_NO_OVERLAP = {"cache_audio_read_tokens": 0, "cache_image_read_tokens": 0}
"""Our buckets are disjoint: no cached token is audio or image besides, unless the figures say so."""


def _counts(value: Any) -> dict[str, int]:
    """The whole numbers of a provider's usage object: Anthropic's ``cache_creation``, ``server_tool_use``."""
    if not isinstance(value, Mapping):
        return {}
    return {key: count for key, count in value.items() if type(count) is int and count >= 0}
