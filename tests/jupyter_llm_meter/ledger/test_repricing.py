"""Pricing stored calls anew: every sum stays that of the calls, whatever happens meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest
from empty_ledger import place_empty_ledger
from ledger_samples import NOW, call, limit, missing
from sqlalchemy import select

from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.ledger import (
    Filter,
    Ledger,
    RepriceEntry,
    Repricing,
    new_entry_id,
    pages,
    repricing,
    sum_of,
)
from jupyter_llm_meter.ledger.engine import reading
from jupyter_llm_meter.ledger.rows import sums, to_pico
from jupyter_llm_meter.ledger.schema import SUMS, calls, cell_rollups, counters, rollups

LIMITS = (
    limit("month", "USD", 100),
    limit("day", "USD", 1, scope="model", unpriced="2.5"),
    limit("total", "tokens", 10_000, scope="notebook"),
)
TINY = Decimal("0.000000000001")


def at_rate(rate, source="own: test"):
    """A pricer: so many dollars a token; calls of the model m2 have no price."""

    def pricer(record):
        if record.request_model == "m2" or record.total_tokens is None:
            return None
        return Cost(record.total_tokens * Decimal(rate) + TINY, "USD", source)

    return pricer


def all_priced(record):
    return Cost(Decimal("0.25"), "USD", "own: flat") if record.total_tokens is not None else None


@pytest.fixture
def samples():
    """Calls of two models, over two days, of several kinds."""
    records = []
    for number in range(7):
        model = "m2" if number % 3 == 2 else "m1"
        at = NOW - timedelta(hours=5 * number)
        records.append(call(f"{number:032x}", request_model=model, started_at=at, input_tokens=100 + number))
    records.append(missing("gone", request_model="m1"))
    stated = {"cost_amount": Decimal("0.7"), "cost_currency": "USD", "cost_source": "provider"}
    return [*records, call("stated", request_model="m1", **stated)]


@pytest.fixture
def filled(database_url, samples):
    with Ledger.open(database_url, at_rate("0.001")) as ledger:
        ledger.settle(samples, LIMITS, NOW)
        ledger.review(LIMITS, NOW)
        yield ledger


def entry(**fields):
    return RepriceEntry(id=new_entry_id(), user="alice", price_version="v2", started_at=NOW, **fields)


def everything(ledger):
    """What a ledger says of its calls and their sums."""
    return (
        [(record.call_id, record.cost_amount, record.cost_source) for record in ledger.records()],
        [ledger.usage(group) for group in ("none", "model", "notebook", "cell", "day", "user")],
        [(each.limit.id, each.subject, each.used) for each in ledger.standings(LIMITS, NOW)],
    )


def fresh(tmp_path, records, pricer):
    """What a ledger says in which calls had these prices from the start."""
    url = place_empty_ledger(tmp_path / "fresh" / "ledger.sqlite3")
    with Ledger.open(url, pricer) as ledger:
        ledger.settle(records, LIMITS, NOW)
        return everything(ledger)


def check_sums(ledger):
    """Every row of sums, and every counter of dollars, against a plain scan of the calls."""
    with reading(ledger._engine) as connection:
        rows = [dict(row) for row in connection.execute(select(calls)).mappings()]
        total = [sum(column) for column in zip(*map(sums, rows), strict=True)]
        for table, levels in ((rollups, 4), (cell_rollups, 3)):
            found = [dict(row) for row in connection.execute(select(table)).mappings()]
            for level in {row["level"] for row in found}:
                mine = [row for row in found if row["level"] == level]
                assert [sum(row[name] for row in mine) for name in SUMS] == total
            assert len({row["level"] for row in found}) == levels
        month = select(counters.c.used).where(counters.c.limit_id == LIMITS[0].id)
        assert connection.scalars(month).all() == [total[SUMS.index("cost_pico")]]


def test_a_repriced_ledger_says_what_one_with_these_prices_from_the_start_says(filled, samples, tmp_path):
    assert everything(filled) == fresh(tmp_path / "a", samples, at_rate("0.001"))
    changes = filled.reprice(Repricing(at_rate("0.003")), entry())
    assert everything(filled) == fresh(tmp_path / "b", samples, at_rate("0.003"))
    check_sums(filled)
    assert {model: (change.calls, change.changed) for model, change in changes.items()} == {
        "m1": (7, 5),
        "m2": (2, 0),
    }
    assert filled.reprice(Repricing(all_priced), entry())["m2"].unpriced_after == 0
    assert everything(filled) == fresh(tmp_path / "c", samples, all_priced)
    filled.reprice(Repricing(at_rate("0.001")), entry())
    assert everything(filled) == fresh(tmp_path / "d", samples, at_rate("0.001"))
    check_sums(filled)


def test_a_dry_run_says_the_same_and_changes_nothing(filled):
    before = everything(filled)
    work = Repricing(at_rate("0.003"))
    expected = filled.reprice(work, None)
    assert (everything(filled), filled.reprices()) == (before, [])
    assert filled.reprice(work, entry()) == expected


def test_a_second_run_finds_nothing_to_change(filled):
    work = Repricing(at_rate("0.003"))
    filled.reprice(work, entry())
    done = everything(filled)
    assert sum_of(filled.reprice(work, entry()).values()).changed == 0
    assert everything(filled) == done


def test_the_trail_has_the_sums_before_and_after_to_the_last_decimal(filled):
    used = sum(record.total_tokens for record in filled.records() if record.cost_source == "own: test")
    done = entry(start=NOW - timedelta(days=9), model="m1")
    work = Repricing(at_rate("0.003"), Filter(done.start, None, {"model": "m1"}))
    change = filled.reprice(work, done)["m1"]
    (noted,) = filled.reprices()
    assert (noted.before, noted.after) == (
        used * Decimal("0.001") + 5 * TINY + Decimal("0.7"),
        used * Decimal("0.003") + 5 * TINY + Decimal("0.7"),
    )
    assert (to_pico(noted.before), to_pico(noted.after)) == (change.before_pico, change.after_pico)
    figures = {"calls": 7, "changed": 5, "before": noted.before, "after": noted.after}
    assert noted == replace(done, finished_at=noted.finished_at, **figures)
    assert noted.finished_at is not None
    written = noted.to_dict()
    assert (written["model"], written["calls"], Decimal(written["before"])) == ("m1", 7, noted.before)
    assert "end" not in written


def test_only_calls_of_the_range_and_the_model_are_priced(filled):
    which = Filter(NOW - timedelta(hours=6), NOW, {"model": "m1"})
    changes = filled.reprice(Repricing(at_rate("0.003"), which), entry())
    assert {model: change.changed for model, change in changes.items()} == {"m1": 1}
    assert [
        row.call_id for row in filled.records() if row.cost_amount and row.cost_amount > Decimal("0.3")
    ] == [
        f"{1:032x}",
        "stated",
    ]


def test_stated_costs_are_replaced_only_if_asked_and_only_where_a_price_is_known(filled):
    (stated,) = [record for record in filled.records() if record.call_id == "stated"]
    filled.reprice(Repricing(at_rate("0.003"), with_stated=False), entry())
    assert stated in filled.records()
    filled.reprice(Repricing(lambda _record: None, with_stated=True), entry())
    assert stated in filled.records()
    assert sum(record.cost_amount is not None for record in filled.records()) == 1
    filled.reprice(Repricing(at_rate("0.003"), with_stated=True), entry())
    costs = {record.call_id: record.cost_source for record in filled.records()}
    assert costs["stated"] == "own: test"
    check_sums(filled)


def test_an_interrupted_run_leaves_whole_parts_and_is_finished_by_the_next(
    filled, samples, tmp_path, monkeypatch
):
    monkeypatch.setattr(pages, "RECORDS_AT_A_TIME", 2)
    parts = []

    def stop(count):
        parts.append(count)
        if len(parts) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filled.reprice(Repricing(at_rate("0.003"), progress=stop), entry())
    check_sums(filled)
    (noted,) = filled.reprices()
    assert (noted.calls, noted.finished_at) == (4, None)
    assert 0 < noted.changed < 5
    changes = filled.reprice(Repricing(at_rate("0.003")), entry())
    assert sum_of(changes.values()).changed == 5 - noted.changed
    assert everything(filled) == fresh(tmp_path, samples, at_rate("0.003"))


def test_a_call_that_changes_between_look_and_write_is_priced_as_it_is_now(filled):
    """Its figures arrive while prices are looked up."""
    late = call("gone", request_model="m1", input_tokens=1000)
    was_sent = []

    def pricer(record):
        if not was_sent:
            was_sent.append(True)
            filled.settle([late], LIMITS, NOW)
        return all_priced(record) or Cost(Decimal(9), "USD", "own: flat")

    filled.reprice(Repricing(pricer), entry())
    costs = {record.call_id: record.cost_amount for record in filled.records()}
    assert costs["gone"] == Decimal("0.25")
    check_sums(filled)


def test_calls_that_arrive_meanwhile_from_another_process_are_in_every_sum(filled, database_url, monkeypatch):
    """Another opening of the ledger has locks and a memory of its own, as another process has."""
    monkeypatch.setattr(pages, "RECORDS_AT_A_TIME", 2)
    half_way = Event()

    def settle_others():
        half_way.wait(120)
        with Ledger.open(database_url, at_rate("0.001")) as other:
            for number in range(40):
                at = NOW - timedelta(hours=number)
                other.settle([call(f"late-{number}", request_model="m1", started_at=at)], LIMITS, NOW)

    with ThreadPoolExecutor(1) as pool:
        arriving = pool.submit(settle_others)
        filled.reprice(Repricing(at_rate("0.003"), progress=lambda _count: half_way.set()), entry())
        arriving.result(120)
    check_sums(filled)
    filled.reprice(Repricing(at_rate("0.003")), entry())
    check_sums(filled)
    rates = {record.cost_amount - TINY == record.total_tokens * Decimal("0.003") for record in ours(filled)}
    assert (len(ours(filled)), rates) == (45, {True})


def ours(ledger):
    return [record for record in ledger.records() if record.cost_source == "own: test"]


def test_a_call_that_was_merged_meanwhile_is_passed_over(filled, monkeypatch):
    before = everything(filled)
    monkeypatch.setattr(repricing, "stored_rows", lambda _connection, _ids: {})
    filled.reprice(Repricing(at_rate("0.003"), Filter()), entry())
    assert everything(filled) == before
