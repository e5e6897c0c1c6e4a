"""What the price of a call depends on besides its tokens: tier, model names, runs of tools, audio length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from llm_meter_tap.formats.billing import audio_seconds
from llm_meter_tap.wire.record import CallRecord

VARIANT_TIERS = ("flex", "priority", "fast")
"""Tiers with prices of their own, as providers name them in lower case."""

TIER_UNKNOWN = ", tier unknown"
"""Added to a cost's source where the price of its tier is not known and the standard one was used."""

_SECONDS = Decimal(3600)


def tier_of(record: CallRecord) -> str:
    """Return the tier in lower case, without the prefix that Vertex AI adds; empty if there is none."""
    return (record.service_tier or "").lower().removeprefix("on_demand_")


def model_names(record: CallRecord) -> Iterator[str]:
    """Yield the names under which a price may be found, the serving model's first."""
    for model in (record.response_model, record.request_model):
        if model:
            yield model.removeprefix("models/")


def tool_calls_of(record: CallRecord) -> Mapping[str, int]:
    """Return how often each tool of the provider ran; Claude's raw figures count its searches, too."""
    if record.usage_tool_calls is not None:
        return record.usage_tool_calls
    searches = _counts((record.usage_raw or {}).get("server_tool_use")).get("web_search_requests", 0)
    return {"web_search": searches} if searches else {}


def audio_hours(record: CallRecord) -> Decimal | None:
    """Return the length of the audio that the call sent, in hours; None where the provider does not say."""
    seconds = audio_seconds(record.usage_raw or {})
    return None if seconds is None else Decimal(str(seconds)) / _SECONDS


def _counts(value: Any) -> dict[str, int]:
    """The whole numbers of a provider's usage object: Anthropic's ``cache_creation``, ``server_tool_use``."""
    if not isinstance(value, Mapping):
        return {}
    return {key: count for key, count in value.items() if type(count) is int and count >= 0}
