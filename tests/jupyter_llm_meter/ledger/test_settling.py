"""Settling: every call once, and every sum with it."""

import json
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.ledger import Ledger, LedgerUnavailable, memory
from jupyter_llm_meter.ledger.engine import writing
from llm_meter_tap.wire.record import PUBLIC_NAMES, CallRecord


def used(ledger, *limits, now=NOW):
    return {
        (standing.limit.id, standing.subject): standing.used for standing in ledger.standings(limits, now)
    }


def test_a_call_is_counted_once_however_often_it_arrives(ledger):
    assert ledger.settle([call("a")], [limit()], NOW).new == ["a"]
    again = ledger.settle([call("a"), call("a", input_tokens=5), call("b")], [limit()], NOW)
    assert (again.new, again.known) == (["b"], ["a"])
    assert used(ledger, limit()) == {("user/month/tokens", "alice"): 240}


def test_a_call_twice_in_one_batch_is_counted_once(ledger):
    settled = ledger.settle([call("a"), call("a")], [limit()], NOW)
    assert settled.new == ["a"]
    assert used(ledger, limit()) == {("user/month/tokens", "alice"): 120}


def test_figures_take_the_place_of_missing_ones_and_count_the_difference(ledger):
    limits = [limit(), limit(unit="calls", amount=10)]
    ledger.settle([missing("a")], limits, NOW)
    assert ledger.summary(NOW)["missing_calls"] == 1
    settled = ledger.settle([call("a")], limits, NOW)
    assert (settled.new, settled.known, settled.upgraded) == ([], [], ["a"])
    assert used(ledger, *limits) == {("user/month/tokens", "alice"): 120, ("user/month/calls", "alice"): 1}
    assert ledger.summary(NOW)["missing_calls"] == 0
    assert ledger.settle([call("a", input_tokens=7)], limits, NOW).known == ["a"]


def test_an_upgrade_keeps_the_context_that_only_the_first_record_knew(ledger):
    ledger.settle([missing("a", cell_id="c1", kernel_id="k")], [], NOW)
    ledger.settle([call("a", notebook_path=None, error_type=None)], [], NOW)
    (record,) = ledger.records()
    assert (record.cell_id, record.kernel_id, record.notebook_path) == ("c1", "k", "a.ipynb")
    assert (record.status, record.basis) == ("ok", "reported")


def test_missing_figures_never_replace_known_ones(ledger):
    ledger.settle([call("a")], [], NOW)
    assert ledger.settle([missing("a")], [], NOW).known == ["a"]
    assert ledger.summary(NOW)["input_tokens"] == 100


def test_a_call_that_a_limit_refused_counts_as_no_call_in_any_sum(ledger):
    refused = call("a", basis="none", status="refused", input_tokens=None, output_tokens=None)
    ledger.settle([refused], [limit(unit="calls"), limit()], NOW)
    assert used(ledger, limit(unit="calls"), limit()) == {
        ("user/month/calls", "alice"): 0,
        ("user/month/tokens", "alice"): 0,
    }
    assert ledger.summary(NOW) == {
        "calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "unpriced_calls": 0,
        "missing_calls": 0,
    }


def test_a_late_call_counts_in_the_window_it_started_in(ledger):
    monthly = limit()
    before = NOW.replace(month=10)
    ledger.settle([call("now")], [monthly], NOW)
    ledger.settle([call("late", started_at=before, input_tokens=5)], [monthly], NOW)
    assert used(ledger, monthly) == {("user/month/tokens", "alice"): 120}
    assert used(ledger, monthly, now=before) == {("user/month/tokens", "alice"): 25}


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        ("user", "user_id"),
        ("team", "team"),
        ("key", "key_fingerprint"),
        ("project", "project"),
        ("notebook", "notebook_path"),
        ("kernel", "kernel_id"),
        ("provider", "provider_name"),
    ],
)
def test_every_scope_counts_its_subjects_separately(ledger, scope, field):
    each = limit(unit="calls", scope=scope)
    ledger.settle(
        [call("a", **{field: "one"}), call("b", **{field: "two"}), call("c", **{field: None})], [each], NOW
    )
    assert used(ledger, each) == {(each.id, "one"): 1, (each.id, "two"): 1}


def test_the_model_of_a_limit_is_the_one_that_served(ledger):
    each = limit(unit="calls", scope="model")
    served = call("a", request_model="my-deployment", response_model="gpt-4o-2024-08-06")
    ledger.settle([served, call("b", request_model="o3")], [each], NOW)
    assert used(ledger, each) == {(each.id, "gpt-4o-2024-08-06"): 1, (each.id, "o3"): 1}


def test_a_limit_for_one_value_counts_only_that_one(ledger):
    only = limit(scope="model", value="gpt-4o")
    ledger.settle([call("a"), call("b", request_model="o3")], [only], NOW)
    assert used(ledger, only) == {("model=gpt-4o/month/tokens", "gpt-4o"): 120}


def test_a_new_limit_starts_with_what_was_used_before_it(ledger):
    ledger.settle([call("a"), call("b", user_id="bob")], [], NOW)
    ledger.settle([call("c")], [limit()], NOW)
    assert used(ledger, limit()) == {
        ("user/month/tokens", "alice"): 240,
        ("user/month/tokens", "bob"): 120,
    }


def test_a_limit_in_another_time_zone_counts_its_own_windows(ledger):
    in_utc, in_tokyo = limit("day"), limit("day", time_zone="Asia/Tokyo")
    night = NOW.replace(hour=16)
    ledger.settle([call("noon"), call("night", started_at=night, input_tokens=0)], [in_utc], night)
    ledger.settle([call("later", started_at=night, input_tokens=1)], [in_tokyo], night)
    assert used(ledger, in_tokyo, now=night) == {("user/day/tokens", "alice"): 41}
    assert used(ledger, in_utc, now=night) == {("user/day/tokens", "alice"): 120 + 20 + 21}


def test_money_is_added_up_exactly(ledger):
    spent = limit(unit="USD", amount=1)
    records = [call(str(n), cost_amount=Decimal("0.1"), cost_currency="USD") for n in range(3)]
    records.append(call("tiny", cost_amount=Decimal("0.000000000001"), cost_currency="USD"))
    ledger.settle(records, [spent], NOW)
    assert used(ledger, spent) == {("user/month/USD", "alice"): Decimal("0.300000000001")}
    assert ledger.summary(NOW)["cost"] == "0.300000000001"


def test_money_in_another_currency_is_kept_and_not_counted_as_dollars(ledger):
    spent = limit(unit="USD", amount=1)
    ledger.settle([call("a", cost_amount=Decimal("0.5"), cost_currency="CNY")], [spent], NOW)
    assert used(ledger, spent) == {("user/month/USD", "alice"): 0}
    assert ledger.summary(NOW)["unpriced_calls"] == 1
    (record,) = ledger.records()
    assert (record.cost_amount, record.cost_currency) == (Decimal("0.5"), "CNY")


def test_a_call_without_a_cost_is_priced(ledger):
    ledger.settle([call("a", input_tokens=1_000_000, output_tokens=0)], [], NOW)
    (record,) = ledger.records()
    assert (record.cost_amount, record.cost_currency, record.cost_source) == (2.5, "USD", "genai-prices")


def test_an_unknown_model_is_unpriced_and_not_free(ledger):
    ledger.settle([call("a", request_model="no-such-model")], [], NOW)
    summary = ledger.summary(NOW)
    assert summary["unpriced_calls"] == 1
    assert "cost" not in summary


def test_a_record_comes_back_as_it_went_in(ledger):
    values = {
        "usage_raw": {"prompt_tokens": 100, "nested": {"text": "\u4f60 \ud83d"}},
        "duration_s": 1.204,
        "is_stream": False,
        "time_to_first_chunk_s": 0.25,
        "server_port": 443,
        "cost_amount": Decimal("0.000481"),
        "cost_currency": "USD",
        "started_at": NOW + timedelta(microseconds=123456),
    }
    counts = {field.name: 1 for field in fields(CallRecord) if field.name.endswith("_tokens")}
    texts = {
        field.name: f"some {field.name}"
        for field in fields(CallRecord)
        if field.name in PUBLIC_NAMES
        and field.name not in {**values, **counts, "call_id": 0, "status": 0, "basis": 0, "source": 0}
    }
    record = call("a", **{**texts, **counts, **values, "cost_currency": "USD"})
    assert all(getattr(record, name) is not None for name in PUBLIC_NAMES)
    ledger.settle([record], [], NOW)
    (found,) = ledger.records()
    assert found == record
    assert json.dumps(found.to_wire()) == json.dumps(record.to_wire())


def test_text_that_no_database_takes_does_not_stop_the_others(ledger):
    ledger.settle([call("a", request_model="nul\0", project="half \ud83d"), call("b")], [], NOW)
    assert {record.call_id: record.project for record in ledger.records()} == {"a": "half ?", "b": None}


def test_a_figure_beyond_belief_becomes_missing_instead_of_breaking_sums(ledger):
    settled = ledger.settle([call("a", input_tokens=2**63 - 1), call("b")], [limit()], NOW)
    assert settled.new == ["a", "b"]
    assert used(ledger, limit()) == {("user/month/tokens", "alice"): 140}
    assert ledger.summary(NOW)["missing_calls"] == 1


@pytest.mark.parametrize("said", [1e30, "1e999999", 10**6])
def test_an_implausible_stated_cost_is_not_used(ledger, said):
    damaged = call("a", provider_name="openrouter", usage_raw={"cost": said, "is_byok": False})
    assert ledger.settle([damaged, call("b")], [limit(unit="USD")], NOW).new == ["a", "b"]
    assert ledger.summary(NOW)["unpriced_calls"] == 1


def test_nothing_of_a_batch_is_written_when_one_record_fails(database_url):
    def pricer(record):
        if record.call_id == "bad":
            raise RuntimeError("no price list")

    with Ledger.open(database_url, pricer) as ledger:
        with pytest.raises(RuntimeError):
            ledger.settle([call("good"), call("bad")], [limit()], NOW)
        assert list(ledger.records()) == []
        assert used(ledger, limit()) == {}


def test_a_thousand_calls_settle_in_one_batch(ledger):
    settled = ledger.settle([call(f"{n:04}") for n in range(1200)], [limit()], NOW)
    assert len(settled.new) == 1200
    assert len(ledger.settle([call(f"{n:04}") for n in range(1200)], [limit()], NOW).known) == 1200
    assert used(ledger, limit()) == {("user/month/tokens", "alice"): 1200 * 120}


def test_a_ledger_that_cannot_be_written_says_so_and_keeps_nothing(tmp_path):
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.settle([call("a")], [], NOW)
        # SQLite's own "disk full", on the connection that writes.
        with writing(ledger._engine) as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        records = [replace(call(f"n{n}"), usage_raw={"text": "x" * 5000}) for n in range(50)]
        with pytest.raises(LedgerUnavailable, match=r"the disk of the ledger .*ledger\.sqlite3 is full"):
            ledger.settle(records, [], NOW)
        assert [record.call_id for record in ledger.records()] == ["a"]


@pytest.mark.parametrize("is_late", [False, True])
def test_the_first_instant_of_a_window_counts_in_it_and_the_one_before_does_not(ledger, is_late):
    daily = limit("day")
    midnight = NOW.replace(hour=0)
    before = midnight - timedelta(microseconds=1)
    records = [call("first", started_at=midnight, input_tokens=0), call("last", started_at=before)]
    # Late: the counters exist already and are added to; else they are made from the history.
    ledger.settle([], [daily] if is_late else [], NOW)
    ledger.settle(records, [], NOW)
    assert used(ledger, daily) == {("user/day/tokens", "alice"): 20}
    assert used(ledger, daily, now=before) == {("user/day/tokens", "alice"): 120}


def test_what_a_process_remembers_of_the_ledger_stays_small(ledger, monkeypatch):
    monkeypatch.setattr(memory, "MOST_KEPT", 0)
    for name in "abc":
        ledger.settle([call(name, user_id=name, is_stream=True)], [], NOW)
    ledger.settle([call("a", user_id="a", is_stream=True)], [], NOW)
    assert [record.is_stream for record in ledger.records()] == [True] * 3
    assert ledger.summary(NOW)["calls"] == 3
