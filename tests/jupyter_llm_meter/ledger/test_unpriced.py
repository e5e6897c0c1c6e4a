"""Limits in dollars and calls of models without a known price, in both databases."""

from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit

from jupyter_llm_meter.core.reservation import CallBounds, run_caps

UNPRICED = {"provider_name": "somebody", "request_model": "m-1", "server_address": "llm.example.org"}
MILLION = 1_000_000


def dollars(amount=10, **fields):
    return limit("day", "USD", amount, on_exceed="block", **fields)


def unpriced(call_id, tokens, **fields):
    return call(call_id, input_tokens=tokens, output_tokens=0, **UNPRICED, **fields)


def ask(call_id, tokens, caps=(), **fields):
    record = unpriced(call_id, tokens, **fields)
    return CallBounds(record, tokens, 0, caps=caps)


def standing(ledger, of):
    (found,) = ledger.standings([of], NOW, {"user": "alice"})
    return found


def reserve(ledger, bounds, *limits):
    (decision,) = ledger.reserve([bounds], list(limits), NOW)
    return decision


def test_by_default_they_go_through_and_are_told_apart(ledger):
    allow = dollars()
    assert reserve(ledger, ask("a", MILLION), allow) is None
    ledger.settle([unpriced("a", MILLION)], [allow], NOW)
    now = standing(ledger, allow)
    assert (now.used, now.unpriced_calls, now.to_dict()["unpriced_calls"]) == (0, 1, 1)


def test_calls_with_a_price_are_none_of_them(ledger):
    allow = dollars()
    ledger.settle([call("a")], [allow], NOW)
    assert standing(ledger, allow).used > 0
    assert "unpriced_calls" not in standing(ledger, allow).to_dict()


def test_a_limit_that_blocks_them_refuses_such_a_call_and_no_other(ledger):
    block = dollars(unpriced="block")
    refused = reserve(ledger, ask("a", 1), block)
    assert refused.is_unpriced
    assert reserve(ledger, CallBounds(call("b"), 1, 1), block) is None


def test_the_alert_of_such_a_refusal_does_not_claim_that_nothing_was_needed(ledger):
    block = dollars(unpriced="block")
    reserve(ledger, ask("a", 1), block)
    refused = unpriced("a", None, status="refused", basis="none", limit_id=block.id)
    ledger.settle([refused], [block], NOW)
    (alert,) = ledger.alerts([block], NOW)
    assert (alert.kind, alert.needed) == ("blocked", None)
    assert alert.unpriced_model == refused.request_model is not None


def test_a_ceiling_is_reserved_and_then_counted_while_the_cost_stays_unknown(ledger):
    ceiling = dollars(unpriced=4)
    assert reserve(ledger, ask("a", MILLION), ceiling) is None
    assert (standing(ledger, ceiling).reserved, standing(ledger, ceiling).soft) == (4, 0)
    ledger.settle([unpriced("a", MILLION)], [ceiling], NOW)
    now = standing(ledger, ceiling)
    assert (now.used, now.reserved, now.unpriced_calls) == (4, 0, 1)
    assert [record.cost_amount for record in ledger.records()] == [None]
    assert "cost" not in ledger.summary(NOW)


def test_a_ceiling_refuses_what_passes_the_amount_to_the_last_token(ledger):
    ceiling = dollars(unpriced=4)
    ledger.settle([unpriced("a", MILLION)], [ceiling], NOW)
    assert reserve(ledger, ask("b", 1_500_000), ceiling) is None
    refused = reserve(ledger, ask("c", 1), ceiling)
    assert (refused.needed, refused.standing.used, refused.standing.reserved) == (
        Decimal("0.000004"), 4, 6,
    )  # fmt: skip


def test_a_ceiling_adds_to_the_calls_that_have_a_price(ledger):
    ceiling = dollars(unpriced=4)
    ledger.settle([call("a")], [ceiling], NOW)
    priced = standing(ledger, ceiling).used
    ledger.settle([unpriced("b", MILLION)], [ceiling], NOW)
    assert standing(ledger, ceiling).used == priced + 4


def test_a_ceiling_that_is_set_later_or_changed_holds_for_the_whole_window(ledger):
    ledger.settle([unpriced("a", MILLION)], [dollars()], NOW)
    assert standing(ledger, dollars()).used == 0
    assert standing(ledger, dollars(unpriced=4)).used == 4
    assert standing(ledger, dollars(unpriced="2.5")).used == Decimal("2.5")
    ledger.settle([unpriced("b", MILLION)], [dollars(unpriced="2.5")], NOW)
    assert standing(ledger, dollars(unpriced="2.5")).used == 5
    assert standing(ledger, dollars()).used == 0


def test_a_ceiling_that_no_document_has_counted_yet_decides_all_the_same(ledger):
    ledger.settle([unpriced("a", 2 * MILLION)], [dollars()], NOW)
    reserve(ledger, ask("b", 1), dollars())
    assert reserve(ledger, ask("c", MILLION), dollars(unpriced=4)).standing.used == 8


def test_a_ceiling_raises_the_warnings_of_its_limit(ledger):
    ceiling = limit("day", "USD", 10, unpriced=4)
    settled = ledger.settle([unpriced("a", 2 * MILLION)], [ceiling], NOW)
    assert [(alert.threshold, alert.used) for alert in settled.crossed] == [(Decimal("0.8"), 8)]


@pytest.mark.parametrize(("way", "used"), [("allow", 0), (Decimal(4), 4)])
def test_a_cap_on_a_run_counts_them_as_it_says(ledger, way, used):
    (cap,) = run_caps("cell", [("USD", Decimal(10))], {"USD": way})
    assert reserve(ledger, ask("a", MILLION, [cap])) is None
    ledger.settle([unpriced("a", MILLION)], [], NOW)
    refused = reserve(ledger, ask("b", 3 * MILLION, [cap]))
    assert (refused is not None) is (used > 0)
    if refused is not None:
        assert (refused.standing.used, refused.needed) == (used, 12)


def test_a_cap_on_a_run_that_blocks_them_refuses_them(ledger):
    (cap,) = run_caps("cell", [("USD", Decimal(10))], {"USD": "block"})
    assert reserve(ledger, ask("a", 1, [cap])).is_unpriced


def test_a_ceiling_counts_toward_the_pace_of_a_forecast(ledger):
    ceiling = limit("month", "USD", 100, unpriced=4)
    ledger.settle([unpriced("a", MILLION)], [ceiling], NOW)
    (pace,) = ledger.paces([ceiling], NOW).values()
    assert pace.recent == 4
