"""Worst cases, decisions on them, and the words of a refusal."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.reservation import (
    USUAL_TOKENS,
    CallBounds,
    Decision,
    UsualTokens,
    WorstCase,
    first_refusal,
    run_caps,
    worst_case,
)
from jupyter_llm_meter.core.standing import Standing
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
RESET = datetime(2026, 11, 24, 16, tzinfo=timezone.utc)


def record(**fields):
    values = {"operation_name": "chat", "request_model": "gpt-4o", **fields}
    return CallRecord("a", NOW, "ok", "missing", "tap", **values)


def limit(source="settings", **fields):
    item = {"window": "day", "unit": "tokens", "amount": 1000, "on_exceed": "block", **fields}
    return parse_limits([item], source, "Asia/Shanghai")[0]


def decision(needed, used=0, reserved=0, *, of=None, resets_at=RESET):
    standing = Standing(of or limit(), "alice", NOW, resets_at, Decimal(used), Decimal(reserved))
    return Decision(standing, Decimal(needed))


def test_a_worst_case_is_hard_where_input_and_output_are_bounded():
    bounds = CallBounds(record(), input_tokens=300, max_output_tokens=200)
    assert worst_case(bounds, UsualTokens(), None) == WorstCase(500, None, is_soft=False)


def test_a_worst_case_is_estimated_from_earlier_calls_and_then_soft():
    usual = UsualTokens(700, 50)
    assert worst_case(CallBounds(record()), usual, None) == WorstCase(750, None, is_soft=True)
    unheard_of = worst_case(CallBounds(record()), UsualTokens(), None)
    assert unheard_of == WorstCase(2 * USUAL_TOKENS, None, is_soft=True)


def test_an_embedding_writes_no_output():
    bounds = CallBounds(record(operation_name="embeddings"), input_tokens=300)
    assert worst_case(bounds, UsualTokens(None, 999), None) == WorstCase(300, None, is_soft=False)


def test_an_image_makes_the_worst_case_soft():
    bounds = CallBounds(record(), 300, 200, is_text_only=False)
    assert worst_case(bounds, UsualTokens(), None).is_soft


def test_the_worst_price_writes_the_input_to_a_cache_where_that_costs_more():
    def pricer(priced):
        written = priced.cache_write_input_tokens or 0
        return Cost(Decimal(priced.input_tokens + written + priced.output_tokens), "USD", "override")

    bounds = CallBounds(record(service_tier="flex"), 300, 200)
    assert worst_case(bounds, UsualTokens(), pricer).usd == 800
    assert worst_case(bounds, UsualTokens(), lambda _: None).usd is None


@pytest.mark.parametrize(
    ("unit", "reserved", "is_soft"), [("tokens", 500, False), ("calls", 1, False), ("USD", 0, True)]
)
def test_a_call_without_a_price_reserves_no_dollars_and_may_exceed_them(unit, reserved, is_soft):
    case, of_unit = WorstCase(500, None, is_soft=False), limit(unit=unit)
    assert (case.of(of_unit), case.is_soft_in(of_unit)) == (reserved, is_soft)
    assert not case.is_unpriced_in(of_unit)


def test_a_call_without_a_price_reserves_at_the_price_ceiling_of_the_limit():
    case, ceiling = WorstCase(2_000_000, None, is_soft=False), limit(unit="USD", unpriced="2.5")
    assert (case.of(ceiling), case.is_soft_in(ceiling)) == (5, False)
    priced = WorstCase(2_000_000, Decimal("0.1"), is_soft=False)
    assert priced.of(ceiling) == Decimal("0.1")


def test_a_limit_that_blocks_models_without_a_price_refuses_them_however_much_is_left():
    block = limit(unit="USD", unpriced="block")
    assert WorstCase(5, None, is_soft=False).is_unpriced_in(block)
    assert not WorstCase(5, Decimal(0), is_soft=False).is_unpriced_in(block)
    refused = replace(decision(0, of=block), is_unpriced=True)
    assert not refused.fits
    assert not refused.is_reserved_elsewhere


def test_a_call_fits_up_to_the_amount_itself():
    assert decision(400, used=300, reserved=300).fits
    assert not decision(401, used=300, reserved=300).fits


def test_a_call_that_needs_nothing_is_refused_once_the_limit_is_used_up():
    assert decision(0, used=999, reserved=1).fits
    assert not decision(0, used=1000).fits


def test_the_refusal_is_that_of_a_limit_that_waiting_does_not_help():
    reserved, used_up = decision(500, reserved=600), decision(500, used=600)
    assert reserved.is_reserved_elsewhere
    assert not used_up.is_reserved_elsewhere
    assert first_refusal([decision(1), reserved, used_up]) is used_up
    assert first_refusal([decision(1), reserved]) is reserved
    assert first_refusal([decision(1)]) is None


def test_a_run_has_one_cap_for_each_unit_that_exists():
    tokens, dollars = run_caps("r", [("tokens", Decimal(5)), ("EUR", Decimal(1)), ("USD", Decimal(2))])
    assert (tokens.id, dollars.id) == ("run=r/total/tokens", "run=r/total/USD")
    assert (tokens.amount, dollars.amount, tokens.is_blocking) == (5, 2, True)
