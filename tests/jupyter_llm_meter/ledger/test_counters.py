"""The ledger's invariant: whatever arrives in whatever order, every sum equals the sum over the calls."""

import shutil
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_samples import NOW, call, limit
from sqlalchemy import select

from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Filter, Ledger
from jupyter_llm_meter.ledger.rows import FIGURES, from_us
from jupyter_llm_meter.ledger.schema import NO_END, counters

LIMITS = (
    limit("month", "tokens", 500),
    limit("day", "USD", 0.5, scope="model"),
    limit("hour", "calls", 3, scope="notebook", time_zone="Asia/Kolkata"),
    limit("week", "tokens", 200, scope="user", value="bob", week_start="sunday", reset_hour=5),
    limit("total", "USD", 2, scope="project", time_zone="America/New_York"),
    limit("day", "tokens", 300, time_zone="Australia/Lord_Howe"),
    limit("week", "USD", 3, scope="notebook", unpriced="2.5"),
)
FIELDS = {
    "user": "user_id",
    "model": "request_model",
    "notebook": "notebook_path",
    "project": "project",
}

moments = st.integers(-40 * 96, 40 * 96).flatmap(
    lambda quarter: st.integers(0, 899_999_999).map(
        lambda us: NOW + quarter * timedelta(minutes=15) + timedelta(microseconds=us)
    )
)
costs = st.none() | st.integers(0, 10**12).map(lambda pico: Decimal(pico).scaleb(-12))
names = st.sampled_from([None, "x", "y"])
calls = st.builds(
    lambda call_id, figures, **fields: call(call_id, **figures, **fields),
    call_id=st.sampled_from("abcdefghij"),
    figures=st.one_of(
        st.fixed_dictionaries(
            {
                "basis": st.sampled_from(["reported", "counted", "partial"]),
                "input_tokens": st.none() | st.integers(0, 1000),
                "output_tokens": st.integers(0, 1000),
                "cost_amount": costs,
                "cost_currency": st.just("USD"),
            }
        ),
        st.sampled_from(["missing", "none"]).map(
            lambda basis: {"basis": basis, "input_tokens": None, "output_tokens": None}
        ),
    ),
    started_at=moments,
    user_id=st.sampled_from([None, "alice", "bob"]),
    request_model=st.sampled_from(["m1", "m2"]),
    notebook_path=names,
    project=names,
)
batches = st.lists(
    st.tuples(st.lists(calls, max_size=5), st.sets(st.sampled_from(range(len(LIMITS)))), moments), max_size=6
)


@pytest.fixture(scope="module")
def blank_file():
    """A migrated, empty ledger to copy: migrating one for every example would take the most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.sqlite3"
        Ledger.open(f"sqlite:///{path}").close()
        yield path


def unpriced(_record):
    return None


def model_of(arrived):
    """The calls that a ledger must hold: the first record of an id, or the first with figures."""
    held = {}
    for record in arrived:
        known = held.get(record.call_id)
        if known is None or (known.basis == "missing" and record.basis not in ("missing", "none")):
            held[record.call_id] = record
    return held


def measure(record, unit):
    if unit == "calls":
        return Decimal(1)
    if unit == "USD":
        return record.cost_amount or Decimal(0)
    is_unpriced = record.basis in FIGURES and record.cost_amount is None
    if unit == "unpriced_calls":
        return Decimal(is_unpriced)
    tokens = Decimal(record.total_tokens or 0)
    return tokens * is_unpriced if unit == "unpriced_tokens" else tokens


def measure_against(record, one_limit):
    """What a call uses of a limit: without a price, its tokens at the limit's price ceiling."""
    ceiling = (one_limit.price_ceiling or Decimal(0)) / 1_000_000
    return measure(record, one_limit.unit) + ceiling * measure(record, "unpriced_tokens")


def shown(used, one_limit):
    """A subject that used nothing may be listed: a call of its that was corrected was another's."""
    return {subject: amount for subject, amount in used.items() if amount or subject == one_limit.value}


def expected_standing(held, one_limit, now):
    shape = (one_limit.time_zone, one_limit.week_start, one_limit.reset_hour)
    start, end = window_bounds(one_limit.window, now, *shape)
    used = defaultdict(Decimal)
    for record in held:
        subject = getattr(record, FIELDS[one_limit.scope])
        in_window = start <= record.started_at and (end is None or record.started_at < end)
        if in_window and subject is not None and one_limit.value in (None, subject):
            used[subject] += measure_against(record, one_limit)
    if one_limit.value is not None:
        used.setdefault(one_limit.value, Decimal(0))
    return shown(used, one_limit)


@settings(max_examples=80, deadline=None)
@given(batches=batches, asked_at=moments, start=moments, end=moments)
def test_every_counter_and_sum_equals_the_sum_over_the_calls(blank_file, batches, asked_at, start, end):
    arrived = []
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(blank_file, folder)
        with Ledger.open(f"sqlite:///{path}", unpriced) as ledger:
            for records, in_force, now in batches:
                ledger.settle(records, [LIMITS[number] for number in sorted(in_force)], now)
                arrived += records
            held = list(ledger.records())
            assert {record.call_id for record in held} == set(model_of(arrived))
            for one_limit in LIMITS:
                found = {each.subject: each.used for each in ledger.standings([one_limit], asked_at)}
                assert shown(found, one_limit) == expected_standing(held, one_limit, asked_at)
            check_counters(ledger, held)
            check_sums(ledger, held, min(start, end), max(start, end))


def check_counters(ledger, held):
    """Every counter that was ever made, also those of windows and limits that no query reads now."""
    beside = [replace(each, unit=unit) for each in LIMITS for unit in ("unpriced_calls", "unpriced_tokens")]
    by_id = {one_limit.id: one_limit for one_limit in (*LIMITS, *beside)}
    with ledger._engine.connect() as connection:
        rows = connection.execute(select(counters)).mappings().all()
    for row in rows:
        one_limit = by_id[row["limit_id"]]
        start = from_us(row["window_start"])
        within = [
            measure(record, one_limit.unit)
            for record in held
            if getattr(record, FIELDS[one_limit.scope]) == row["subject"]
            and start <= record.started_at
            and (row["window_end"] == NO_END or record.started_at < from_us(row["window_end"]))
        ]
        used = Decimal(row["used"]).scaleb(-12) if one_limit.unit == "USD" else row["used"]
        assert used == sum(within, Decimal(0))


def check_sums(ledger, held, start, end):
    within = [record for record in held if start <= record.started_at < end]
    summary = ledger.summary(start, end)
    assert summary["calls"] == len(within)
    assert summary["input_tokens"] == sum(record.input_tokens or 0 for record in within)
    assert summary["missing_calls"] == sum(record.basis == "missing" for record in within)
    priced = [record.cost_amount for record in within if record.cost_amount is not None]
    assert Decimal(summary["cost"]) == sum(priced) if priced else "cost" not in summary
    for group_by, field in (("model", "request_model"), ("cell", "cell_id"), ("user", "user_id")):
        by_group = defaultdict(int)
        for record in within:
            by_group[getattr(record, field)] += 1
        rows = ledger.usage(group_by, Filter(start, end))
        assert {row.get("group"): row["calls"] for row in rows} == dict(by_group)
    by_day = ledger.usage("day", Filter(start, end), "Asia/Kathmandu")
    assert sum(row["calls"] for row in by_day) == len(within)


def test_the_same_calls_in_another_order_give_the_same_counters(ledger):
    records = [call(str(n), input_tokens=n, user_id="ab"[n % 2]) for n in range(20)]
    ledger.settle(records[::2], [LIMITS[0]], NOW)
    ledger.settle(records[::-1], [LIMITS[0]], NOW)
    found = {each.subject: each.used for each in ledger.standings([LIMITS[0]], NOW)}
    assert found == expected_standing(records, LIMITS[0], NOW)
