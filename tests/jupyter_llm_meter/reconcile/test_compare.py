"""What differs between an export and the ledger, and why it may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from provider_exports import (
    AZURE_CSV,
    OPENAI_COST_CSV,
    anthropic_cost,
    anthropic_usage,
    as_bytes,
    openai_cost,
    openai_result,
    openai_usage,
)

from jupyter_llm_meter.ledger import Oddities
from jupyter_llm_meter.reconcile import LedgerDay, read_export, reconcile

DAY = date(2026, 11, 3)
AGREEING = {
    "calls": 5, "input_tokens": 1000, "output_tokens": 500, "cache_read_input_tokens": 800,
    "cache_write_input_tokens": 0, "cost": "0.06",
}  # fmt: skip


def ledger_day(model="gpt-4o-2024-08-06", day=DAY, provider="openai", unpriced=0, oddities=None, **figures):
    values = {**AGREEING, **figures}
    known = {name: None if value is None else Decimal(value) for name, value in values.items()}
    return LedgerDay(day, provider, model, known, unpriced, oddities or Oddities())


def usage(*results, **page):
    return read_export(as_bytes(openai_usage(*(results or (openai_result(),)), **page)), "usage.json")


def costs(*words, **fields):
    return read_export(as_bytes(openai_cost(*words, **fields)), "costs.json")


def only(exports, *days, **options):
    (found,) = reconcile(exports, days, **options).comparisons
    return found


def codes(comparison):
    return [reason.code for reason in comparison.reasons]


def test_equal_figures_do_not_differ_and_have_no_reason():
    found = only([usage(), costs(0.06)], ledger_day())
    assert (found.differing, found.reasons, found.day, found.model) == ((), (), DAY, "gpt-4o-2024-08-06")
    assert {name: pair.difference for name, pair in found.figures.items()} == dict.fromkeys(
        ("calls", "input_tokens", "output_tokens", "cache_read_input_tokens", "cost"), 0
    )


def test_more_at_the_provider_is_not_metered_or_of_another_key():
    found = only([usage()], ledger_day(calls=4, input_tokens=800))
    assert found.differing == ("calls", "input_tokens")
    assert found.figures["input_tokens"].difference == 200
    assert codes(found)[:2] == ["not-metered", "other-key"]


def test_a_model_that_only_the_provider_has_is_all_difference():
    found = only([usage()])
    assert found.figures["calls"].difference == 5
    assert codes(found) == ["not-in-ledger", "not-metered", "other-key"]


def test_a_model_that_only_the_ledger_has_is_not_in_the_export():
    found = reconcile([usage()], [ledger_day(), ledger_day("gpt-4.1")]).comparisons[1]
    assert (found.model, found.figures["calls"].export, found.figures["calls"].ledger) == ("gpt-4.1", 0, 5)
    assert codes(found) == ["not-in-export"]


def test_what_the_export_does_not_have_is_not_compared():
    found = only([usage(openai_result(input_cached_tokens=None))], ledger_day(cost=None))
    assert "cost" not in found.figures
    assert "cache_read_input_tokens" not in found.figures
    assert not found.differing


def test_a_figure_that_the_ledger_does_not_know_is_unknown_and_differs():
    found = only([costs(0.06)], ledger_day(cost=None, unpriced=5))
    assert (found.figures["cost"].ledger, found.figures["cost"].difference) == (None, None)
    assert found.differing == ("cost",)
    assert codes(found) == ["unpriced", "price"]


def test_differences_within_the_tolerance_count_as_none():
    day = ledger_day(input_tokens=996)
    assert only([usage()], day, tolerance=Decimal("0.3")).differing == ("input_tokens",)
    assert only([usage()], day, tolerance=Decimal("0.4")).differing == ()


@pytest.mark.parametrize(
    ("oddities", "code"),
    [
        (Oddities(missing=2), "figures-missing"),
        (Oddities(partial=2), "figures-partial"),
        (Oddities(counted=2), "figures-counted"),
        (Oddities(failed=2), "retries"),
        (Oddities(edge=2), "edge"),
    ],
)
def test_what_is_particular_about_the_ledgers_calls_is_a_reason_with_their_number(oddities, code):
    found = only([usage()], ledger_day(calls=7, oddities=oddities))
    (reason,) = [each for each in found.reasons if each.code == code]
    assert "2 calls" in reason.text


def test_batches_are_a_reason_on_either_side():
    assert "batch" in codes(only([usage()], ledger_day(calls=4, oddities=Oddities(batch=1))))
    assert "batch" in codes(only([usage(openai_result(batch=True))], ledger_day(calls=4)))


def test_cached_input_is_a_reason_where_the_export_does_not_split_it():
    found = only([usage(openai_result(input_tokens=200, input_cached_tokens=None))], ledger_day())
    (reason,) = [each for each in found.reasons if each.code == "cached"]
    assert "800 tokens" in reason.text


def test_an_alias_is_compared_with_the_snapshot_and_said():
    found = only([usage()], ledger_day("gpt-4o", calls=4))
    assert (found.export_models, found.ledger_models) == (("gpt-4o-2024-08-06",), ("gpt-4o",))
    assert "model-names" in codes(found)


def test_an_equal_name_goes_before_the_family():
    exports = [usage(openai_result(), openai_result("gpt-4o-2024-11-20", num_model_requests=2))]
    found = reconcile(exports, [ledger_day(), ledger_day("gpt-4o", calls=2)]).comparisons
    assert [(each.export_models, each.ledger_models) for each in found] == [
        (("gpt-4o-2024-08-06",), ("gpt-4o-2024-08-06",)),
        (("gpt-4o-2024-11-20",), ("gpt-4o",)),
    ]


def test_the_models_that_were_asked_for_are_said():
    odd = Oddities(requested=("gpt-4o", "my-deployment"))
    (reason,) = [
        each for each in only([usage()], ledger_day(calls=4, oddities=odd)).reasons if each.code == "aliases"
    ]
    assert "gpt-4o, my-deployment" in reason.text


def test_the_day_beside_that_differs_the_other_way_round_is_a_reason():
    two = openai_usage(openai_result())
    two["data"] += openai_usage(openai_result(), start="2026-11-04", end="2026-11-05")["data"]
    exports = [read_export(as_bytes(two), "x")]
    days = [ledger_day(calls=6), ledger_day(day=DAY + timedelta(days=1), calls=4)]
    assert all("beside" in codes(each) for each in reconcile(exports, days).comparisons)
    same_way = [ledger_day(calls=6), ledger_day(day=DAY + timedelta(days=1), calls=6)]
    assert not any("beside" in codes(each) for each in reconcile(exports, same_way).comparisons)


def test_a_day_that_the_export_covers_in_part_is_said():
    found = only([usage(start="2026-11-03T06:00")], ledger_day(calls=9))
    assert "partial-day" in codes(found)


def test_costs_without_models_are_compared_with_the_whole_day():
    export = read_export(OPENAI_COST_CSV.encode(), "x.csv")
    found = only([export], ledger_day(cost="0.5"), ledger_day("gpt-4.1", cost="0.395874"))
    assert (found.model, found.is_whole_day, found.differing) == (None, True, ())


def test_a_cost_alone_that_differs_is_another_price_or_rounding():
    assert codes(only([usage(), costs(0.09)], ledger_day())) == ["rounding", "price"]
    assert codes(only([usage(), costs(5)], ledger_day())) == ["price"]


def test_a_cost_in_another_currency_is_not_compared_and_said():
    found = only([usage(), costs(0.4, currency="eur")], ledger_day())
    assert "cost" not in found.figures
    assert (found.differing, codes(found)) == ((), ["currency"])


def test_a_bill_with_shortened_names_is_compared_with_the_models_of_the_api():
    export = read_export(AZURE_CSV.encode(), "x.csv")
    day = ledger_day(provider="azure.ai.openai", input_tokens=14500, output_tokens=3000,
                     cache_read_input_tokens=2000, cost="0.06375")  # fmt: skip
    found = {each.model: each for each in reconcile([export], [day]).comparisons}
    assert found["gpt-4o-2024-08-06"].differing == ()
    assert found["GPT 5"].differing == ("output_tokens", "cost")


def test_usage_and_cost_of_two_files_are_one_row():
    exports = [read_export(as_bytes(each), "x") for each in (anthropic_usage(), anthropic_cost())]
    day = ledger_day("claude-sonnet-4-5-20250929", provider="anthropic", input_tokens=3200, output_tokens=500,
                    cache_read_input_tokens=200, cache_write_input_tokens=1500, cost="1.2378912")  # fmt: skip
    assert only(exports, day).differing == ()
