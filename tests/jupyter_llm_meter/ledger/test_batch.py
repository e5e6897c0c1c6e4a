"""One call that several sources report is one row, and every sum has it once."""

import itertools
from datetime import timedelta

import pytest
from ledger_samples import NOW, call, limit, missing

ID = "chatcmpl-0123456789abcdef"
RUN = {"kernel_id": "k", "run_id": "r"}
LIMITS = [limit(), limit(unit="calls"), limit(scope="kernel"), limit(scope="model", unit="USD")]


def output(call_id="o", **fields):
    """What the page read out of an output."""
    named = {"source": "output", "provider_name": None, "request_model": None, "server_address": None}
    return call(call_id, **{**named, **fields})


def settle(ledger, *records):
    """Settle records one after the other, each in a transaction of its own."""
    return [ledger.settle([record], LIMITS, NOW) for record in records]


def sums(ledger):
    """Every counter and rollup, after checking that they are the sums over the calls."""
    held = list(ledger.records())
    standings = {
        (each.limit.scope, each.limit.unit, each.subject): each.used for each in ledger.standings(LIMITS, NOW)
    }
    for (scope, unit, subject), used in standings.items():
        if subject is None:
            continue
        mine = [
            one
            for one in held
            if subject
            in (
                (one.kernel_id,)
                if scope == "kernel"
                else (one.user_id, one.response_model, one.request_model)
            )
        ]
        expected = {
            "tokens": sum(one.total_tokens or 0 for one in mine),
            "calls": len(mine),
            "USD": sum(one.cost_amount or 0 for one in mine),
        }
        assert used == expected[unit], (scope, unit, subject)
    (total,) = ledger.usage("none") or [{"calls": 0, "input_tokens": 0}]
    assert (total["calls"], total["input_tokens"]) == (len(held), sum(one.input_tokens or 0 for one in held))
    return total["calls"], total["input_tokens"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_call_of_two_sources_with_one_response_id_is_one_call_in_either_order(ledger, order):
    both = [call("t", response_id=ID, kernel_id="k"), output(response_id=ID, **RUN, cell_id="c")]
    settle(ledger, *(both[number] for number in order))
    (record,) = ledger.records()
    assert (record.call_id, record.source, record.request_model) == ("t", "tap", "gpt-4o")
    assert (record.kernel_id, record.run_id, record.cell_id) == ("k", "r", "c")
    assert sums(ledger) == (1, 100)


def test_a_call_of_two_sources_in_one_batch_is_one_call(ledger):
    settled = ledger.settle([output(response_id=ID), call("t", response_id=ID)], LIMITS, NOW)
    assert (settled.new, settled.merged) == (["t"], ["o"])
    assert [record.call_id for record in settled.written] == ["t"]
    assert sums(ledger) == (1, 100)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_three_sources_of_one_call_are_one_call_in_every_order(ledger, order):
    witnesses = [
        call("t", response_id=ID, basis="counted", tokenizer="o200k_base", input_tokens=90),
        call("i", source="import", response_id=ID, service_tier="flex"),
        output(response_id=ID, **RUN),
    ]
    settle(ledger, *(witnesses[number] for number in order))
    (record,) = ledger.records()
    assert (record.call_id, record.basis, record.input_tokens) == ("t", "reported", 100)
    assert (record.service_tier, record.kernel_id) == ("flex", "k")
    assert sums(ledger) == (1, 100)
    # Every one of them may come again.
    for settled in settle(ledger, *witnesses):
        assert (settled.new, settled.merged, settled.upgraded) == ([], [], [])
    assert sums(ledger) == (1, 100)
    assert ledger.known(["t", "i", "o", "x"]) == {"t", "i", "o"}


def test_the_cost_is_found_again_when_better_figures_arrive(ledger):
    settle(ledger, call("t", response_id=ID, basis="partial", output_tokens=1))
    before = next(ledger.records()).cost_amount
    (settled,) = settle(ledger, output(response_id=ID, output_tokens=1000))
    assert (settled.new, settled.merged, settled.upgraded) == ([], ["o"], ["t"])
    (record,) = ledger.records()
    assert record.output_tokens == 1000
    assert record.cost_amount > before
    assert sums(ledger) == (1, 100)


def test_a_response_that_one_source_reports_twice_stays_two_calls(ledger):
    settle(ledger, output(response_id=ID), call("t", response_id=ID), call("again", response_id=ID))
    assert {record.call_id for record in ledger.records()} == {"t", "again"}
    assert sums(ledger) == (2, 200)


def test_an_output_of_a_response_from_a_gateway_s_cache_goes_to_the_paid_call(ledger):
    hit = missing("hit", status="ok", basis="none", response_id=ID, usage_flags=["gateway-cache-hit"])
    settle(ledger, hit, call("paid", response_id=ID), output(response_id=ID, **RUN))
    kept = {record.call_id: record.kernel_id for record in ledger.records()}
    assert kept == {"hit": None, "paid": "k"}
    assert sums(ledger) == (2, 100)


def test_figures_that_arrive_later_for_a_response_in_the_background_still_count_once(ledger):
    settle(
        ledger, missing("t", status="ok", response_id=ID), output(response_id=ID), call("t", response_id=ID)
    )
    (record,) = ledger.records()
    assert (record.call_id, record.basis, record.source) == ("t", "reported", "tap")
    assert sums(ledger) == (1, 100)


@pytest.mark.parametrize("ids", [(None, None), ("c", "c"), ("chatcmpl-1", "chatcmpl-2")])
def test_calls_without_one_id_and_run_stay_apart(ledger, ids):
    settle(ledger, call("t", response_id=ids[0]), output(response_id=ids[1], **RUN))
    assert sums(ledger) == (2, 200)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_output_of_the_run_of_a_call_with_its_tokens_is_that_call(ledger, order):
    both = [call("t", **RUN), output(cell_id="c", **RUN)]
    settle(ledger, *(both[number] for number in order))
    (record,) = ledger.records()
    assert (record.call_id, record.cell_id, record.request_model) == ("t", "c", "gpt-4o")
    assert sums(ledger) == (1, 100)
    assert settle(ledger, both[1])[0].known == ["o"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_call_without_a_run_is_found_by_its_time(ledger, order):
    started = NOW - timedelta(seconds=30)
    both = [
        call("t", kernel_id="k", started_at=NOW - timedelta(seconds=20)),
        output(started_at=started, **RUN),
    ]
    settle(ledger, *(both[number] for number in order))
    assert sums(ledger) == (1, 100)
    assert next(ledger.records()).run_id == "r"


def test_a_call_after_the_end_of_a_run_is_not_the_one_it_showed(ledger):
    settle(ledger, output(started_at=NOW - timedelta(seconds=30), **RUN))
    settle(ledger, call("t", kernel_id="k", started_at=NOW + timedelta(seconds=1)))
    assert sums(ledger) == (2, 200)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_two_equal_calls_that_are_printed_twice_stay_two(ledger, order):
    each = [call("t1", **RUN), call("t2", **RUN), output("o1", **RUN), output("o2", **RUN)]
    settle(ledger, *(each[number] for number in order))
    assert {record.call_id for record in ledger.records()} == {"t1", "t2"}
    assert sums(ledger) == (2, 200)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_one_call_that_is_printed_twice_stays_one(ledger, order):
    each = [call("t", **RUN), output("o1", **RUN), output("o2", **RUN)]
    settle(ledger, *(each[number] for number in order))
    assert sums(ledger) == (1, 100)


def test_calls_of_other_kernels_and_runs_stay_apart(ledger):
    settle(
        ledger,
        call("t", **RUN),
        output("o1", kernel_id="other", run_id="r"),
        output("o2", kernel_id="k", run_id="other"),
        output("o3", **RUN, input_tokens=7),
    )
    assert sums(ledger) == (4, 307)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_call_through_a_gateway_counts_once_for_every_limit_in_any_order(ledger, order):
    reports = [
        call("ann/t", response_id=ID, **RUN),
        call(" litellm/g", source="gateway", provider_name="anthropic", response_id=ID, input_tokens=101),
        output("ann/o", response_id=ID, **RUN),
    ]
    settle(ledger, *(reports[number] for number in order))
    (record,) = ledger.records()
    assert (record.source, record.kernel_id, record.notebook_path) == ("gateway", "k", "a.ipynb")
    assert sums(ledger) == (1, 101)


def test_two_calls_through_a_gateway_are_two_calls_whatever_their_ids(ledger):
    settle(ledger, *(call(f" litellm/{name}", source="gateway", response_id=ID) for name in "gh"))
    assert sums(ledger) == (2, 200)
