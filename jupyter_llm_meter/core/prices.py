"""What a call cost, in dollars.

Three sources in this order: the cost that the provider itself states, the override table, the genai-prices
data set. It goes by the call's own date, never asks the network, and never guesses: a model without a known
price is unpriced, which is not free. Odd figures (more cached than sent) are fitted into disjoint
buckets first, so that no token is charged twice and none makes it fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from llm_meter_tap.call_record import CallRecord

from .price_overrides import Override, bundled_overrides, find_override

_PROVIDER_IDS = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "github": "github-copilot",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "voyage": "voyageai",
    "x_ai": "x-ai",
}
"""genai-prices' provider ids where they differ from `gen_ai.provider.name`."""

_CLOSED_MODELS = (
    ("openai", re.compile(r"gpt-(?!oss|j|neo)|o[134](-|$)|chatgpt-|text-embedding-|davinci-|babbage-")),
    ("anthropic", re.compile(r"claude-")),
    ("google", re.compile(r"gemini-")),
)
"""Families that only their maker sells: behind an unknown host they are still the maker's, at its price. Open
weights behind an unknown host (a local vLLM, a company's own machines) have no price that we could know."""

_GUESSED_PROVIDERS = ("openai", "anthropic", "gcp.gemini")
"""Providers whose protocol others speak: their name says nothing about a host that is not theirs."""

_VARIANT_TIERS = ("flex", "priority", "fast")


@dataclass(frozen=True)
class Cost:
    """The cost of one call.

    Attributes:
        amount: Money, never negative.
        currency: ISO 4217 code.
        source: ``provider``, ``override`` or ``genai-prices``.
    """

    amount: Decimal
    currency: str
    source: str


def price(record: CallRecord, overrides: Sequence[Override] | None = None) -> Cost | None:
    """The cost of a call, or None when it is not known.

    Args:
        record: The call; its figures may be as odd as providers make them.
        overrides: Prices that go before genai-prices'; None means the table we ship.
    """
    if record.basis == "none":
        return None
    stated = _stated_cost(record)
    if stated is not None:
        return Cost(stated, "USD", "provider")
    if record.total_tokens is None:
        return None
    override = _override(record, bundled_overrides() if overrides is None else overrides)
    if override is not None:
        return Cost(override.cost(record.buckets()), "USD", "override")
    amount = _by_data_set(record)
    return None if amount is None else Cost(amount, "USD", "genai-prices")


def _stated_cost(record: CallRecord) -> Decimal | None:
    """The dollars that the provider's usage object states.

    OpenRouter: ``usage.cost``, to which ``cost_details.upstream_inference_cost`` comes when the user's own
    key paid the upstream provider (``is_byok``). Perplexity: ``usage.cost.total_cost``. Other providers'
    ``cost`` has no documented currency and is not used.
    """
    usage = record.usage_raw or {}
    cost = usage.get("cost")
    if isinstance(cost, Mapping):
        return _dollars(cost.get("total_cost")) if record.provider_name == "perplexity" else None
    if "is_byok" not in usage and record.provider_name != "openrouter":
        return None
    amount = _dollars(cost)
    if amount is not None and usage.get("is_byok") is True:
        details = usage.get("cost_details")
        upstream = _dollars(details.get("upstream_inference_cost")) if isinstance(details, Mapping) else None
        return None if upstream is None else amount + upstream
    return amount


def _dollars(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


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


def _by_data_set(record: CallRecord) -> Decimal | None:
    figures = _figures(record)
    for model in _models(record):
        for place, name in _places(record, model):
            amount = _calculated(figures, name, place, record)
            if amount is not None:
                return amount
    return None


def _places(record: CallRecord, model: str) -> Iterator[tuple[dict[str, str], str]]:
    """Where genai-prices may know a model: by host, by provider, by the family that only one sells."""
    host = (record.server_address or "").lower()
    if host:
        yield {"provider_api_url": f"https://{host}/"}, model
    provider = record.provider_name
    if provider and (provider not in _GUESSED_PROVIDERS or not host):
        yield {"provider_id": _PROVIDER_IDS.get(provider, provider)}, model
    bare = model.rpartition("/")[2]
    for provider_id, family in _CLOSED_MODELS:
        if family.match(bare.lower()):
            yield {"provider_id": provider_id}, bare


def _calculated(
    figures: Mapping[str, int], model: str, place: Mapping[str, str], record: CallRecord
) -> Decimal | None:
    import genai_prices  # its data set takes a while to load: only who prices pays for it

    tier = record.service_tier
    context = {"service_tier": tier} if tier in _VARIANT_TIERS else None
    usage = genai_prices.Usage(**figures)
    try:
        found = genai_prices.calc_price(
            usage, model, genai_request_timestamp=record.started_at, price_context=context, **place
        )
    except (LookupError, ValueError):  # not known there, or figures that its rules refuse
        return None
    sold_by_tokens = found.model_price.input_mtok is not None or found.model_price.output_mtok is not None
    return found.total_price if sold_by_tokens else None


def _figures(record: CallRecord) -> dict[str, int]:
    """The call's figures under genai-prices' names, which wants wholes that their parts never exceed."""
    buckets = record.buckets()
    raw = record.usage_raw or {}
    cache_write = buckets.get("cache_write_input_tokens", 0)
    long_lived = _counts(raw.get("cache_creation")).get("ephemeral_1h_input_tokens", 0)
    wholes = {"input_tokens": record.input_tokens or 0, "output_tokens": record.output_tokens or 0}
    parts = {
        "cache_read_tokens": buckets.get("cache_read_input_tokens", 0),
        "cache_write_tokens": cache_write,
        "cache_write_1h_tokens": min(long_lived, cache_write),
        "input_audio_tokens": buckets.get("audio_input_tokens", 0),
        "output_audio_tokens": buckets.get("audio_output_tokens", 0),
        "input_image_tokens": buckets.get("image_input_tokens", 0),
        "output_image_tokens": buckets.get("image_output_tokens", 0),
        "output_reasoning_tokens": buckets.get("reasoning_output_tokens", 0),
        "web_searches": _counts(raw.get("server_tool_use")).get("web_search_requests", 0),
    }
    return {**_NO_OVERLAP, **wholes, **{name: count for name, count in parts.items() if count}}


_NO_OVERLAP = {"cache_audio_read_tokens": 0, "cache_image_read_tokens": 0}
"""Our buckets are disjoint: no cached token is counted as audio or image besides."""


def _counts(value: Any) -> dict[str, int]:
    """The whole numbers of a provider's usage object: Anthropic's ``cache_creation``, ``server_tool_use``."""
    if not isinstance(value, Mapping):
        return {}
    return {key: count for key, count in value.items() if type(count) is int and count >= 0}
