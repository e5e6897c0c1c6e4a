"""Reads the cost that a provider itself states in its answer.

Only fields whose currency is documented are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from llm_meter_tap.formats.gateways import COST
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import finite_decimal

_TICKS = Decimal(10) ** 10
"""xAI's ticks in a dollar."""

_CREDITS = Decimal(100)
"""Black Forest Labs' credits in a dollar."""


def stated_cost(record: CallRecord) -> Decimal | None:
    """The dollars that the provider states in the usage of a call; None when it states none.

    OpenRouter: ``usage.cost``, to which ``cost_details.upstream_inference_cost`` comes when the user's own
    key paid the upstream provider (``is_byok``). Perplexity: ``usage.cost.total_cost``. xAI:
    ``usage.cost_in_usd_ticks``, tools included. LiteLLM: a response header, behind whichever model it is.
    Black Forest Labs: ``cost``, in credits of a cent. Other providers' ``cost`` has no documented currency
    and is not used.
    """
    usage = record.usage_raw or {}
    by_gateway = _dollars(usage.get(COST))
    if by_gateway is not None:
        return by_gateway
    ticks = _dollars(usage.get("cost_in_usd_ticks"))
    if ticks is not None and record.provider_name == "x_ai":
        return ticks / _TICKS
    cost = usage.get("cost")
    if record.provider_name == "black_forest_labs":
        credits = _dollars(cost)
        return None if credits is None else credits / _CREDITS
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
    amount = finite_decimal(value)
    return amount if amount is not None and amount >= 0 else None
