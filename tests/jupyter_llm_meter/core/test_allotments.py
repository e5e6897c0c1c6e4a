"""How much of a limit a process may hold, and the most that a call can cost."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llm_meter.core.allotments import (
    FEWEST_CALLS,
    MOST_CALLS,
    SHARE,
    calls_that_fit,
    price_ceiling,
)
from jupyter_llm_meter.core.prices import price
from jupyter_llm_meter.core.reservation import ceiling_of
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
MODELS = [
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"),
    ("perplexity", "sonar-pro"),
    ("deepseek", "deepseek-chat"),
]


def call(provider, model, **figures):
    return CallRecord(
        "a", NOW, "ok", "reported", "tap", operation_name="chat", provider_name=provider, request_model=model,
        **figures,
    )  # fmt: skip


@pytest.mark.parametrize(("provider", "model"), MODELS)
def test_no_call_costs_more_than_its_ceiling(provider, model):
    ceiling = ceiling_of(call(provider, model), price)
    assert ceiling is not None

    @given(st.integers(0, 1_200_000), st.integers(0, 100_000), st.sampled_from(["", "read", "write"]))
    def check(read, written, cached):
        caches = {f"cache_{cached}_input_tokens": read} if cached else {}
        cost = price(call(provider, model, input_tokens=read, output_tokens=written, **caches))
        assert cost is not None
        assert cost.amount * Decimal(10) ** 12 <= ceiling.of(read, written)

    check()


def test_a_model_without_a_price_has_no_ceiling():
    assert ceiling_of(call("openai", "a-model-nobody-knows"), price) is None


@given(st.integers(-1000, 10**12), st.integers(0, 10**6), st.integers(1, MOST_CALLS))
def test_an_allotment_leaves_most_of_a_limit_to_others(left, needed, wanted):
    calls = calls_that_fit(left, needed, wanted)
    assert 0 <= calls <= wanted
    if needed:
        assert calls * needed <= max(left, 0) / SHARE
        assert calls == 0 or calls >= FEWEST_CALLS
    else:
        assert calls == wanted


def test_with_room_for_a_few_calls_only_each_is_reserved_by_itself():
    assert calls_that_fit(SHARE * FEWEST_CALLS * 100, 100, 50) == FEWEST_CALLS
    assert calls_that_fit(SHARE * FEWEST_CALLS * 100 - 1, 100, 50) == 0


def test_a_model_whose_calls_of_some_size_have_no_price_has_no_ceiling():
    def dearest(_record, tokens, _written):
        return Decimal(1) if tokens == 0 else None

    assert price_ceiling(call("openai", "gpt-5"), dearest) is None
    assert price_ceiling(call("openai", "gpt-5"), lambda *_sizes: None) is None
