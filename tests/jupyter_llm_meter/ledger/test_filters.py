"""Filters, searches, orders, splits: what the dashboard asks of the ledger."""

import shutil
import tempfile
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_samples import NOW, call, missing

from jupyter_llm_meter.ledger import ALL_CALLS, BadCursor, Filter, Ledger
from jupyter_llm_meter.ledger.pages import ORDERS, SORTS
from jupyter_llm_meter.ledger.usage import GROUP_TIMES, GROUPS, SPLIT_COLUMNS

FIELDS = {
    "user": "user_id", "team": "team", "key": "key_fingerprint", "project": "project",
    "notebook": "notebook_path", "kernel": "kernel_id", "model": "request_model", "provider": "provider_name",
    "cell": "cell_id", "operation": "operation_name", "agent": "agent_name", "program": "program_name",
}  # fmt: skip
FIGURES = ("calls", "input_tokens", "output_tokens", "missing_calls", "unpriced_calls")

names = st.sampled_from([None, "x", "y"])
moments = st.integers(-3 * 96 * 60, 3 * 96 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
figures = st.none() | st.integers(0, 5)
records = st.builds(
    lambda **fields: fields,
    started_at=moments,
    status=st.sampled_from(["ok", "error", "refused"]),
    basis=st.sampled_from(["reported", "partial", "missing", "none"]),
    input_tokens=figures,
    output_tokens=figures,
    duration_s=st.none() | st.sampled_from([0.1, 0.2, 1 / 3, 5.0]),
    cost_amount=st.none() | st.integers(0, 4).map(lambda pico: Decimal(pico).scaleb(-12)),
    cost_currency=st.sampled_from(["USD", "CNY"]),
    **dict.fromkeys(FIELDS.values(), names),
)


@pytest.fixture(scope="module")
def blank_file():
    """A migrated, empty ledger to copy: migrating one for every example would take the most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.sqlite3"
        Ledger.open(f"sqlite:///{path}").close()
        yield path


def opened_with(blank_file, folder, made):
    ledger = Ledger.open(f"sqlite:///{shutil.copy(blank_file, folder)}", lambda _record: None)
    ledger.settle([call(f"{number:03}", **fields) for number, fields in enumerate(made)], [], NOW)
    return ledger


def ids_by_page(ledger, size, which=ALL_CALLS, sort="started_at", order="desc"):
    found, cursor = [], None
    while True:
        page = ledger.calls(size, cursor, which, sort, order)
        assert len(page.calls) <= size
        found += [record.call_id for record in page.calls]
        cursor = page.next_cursor
        if cursor is None:
            return found


def figure_of(record, sort):
    if sort == "cost":
        return record.cost_amount if record.cost_currency == "USD" else None
    if sort == "tokens":
        return record.total_tokens
    return getattr(record, {"duration": "duration_s"}.get(sort, sort))


def expected_order(held, sort, order):
    rank = {record.call_id: (record.started_at, record.call_id) for record in held}
    known = [record for record in held if figure_of(record, sort) is not None]
    unknown = [record for record in held if figure_of(record, sort) is None]
    is_down = order == "desc"
    known.sort(key=lambda each: (figure_of(each, sort), *rank[each.call_id]), reverse=is_down)
    unknown.sort(key=lambda each: rank[each.call_id], reverse=is_down)
    return [record.call_id for record in (*known, *unknown)]


@settings(max_examples=60, deadline=None)
@given(
    made=st.lists(records, max_size=14),
    size=st.integers(1, 6),
    sort=st.sampled_from(list(SORTS)),
    order=st.sampled_from(ORDERS),
)
def test_pages_under_any_order_give_every_call_once_and_the_unknown_last(blank_file, made, size, sort, order):
    with tempfile.TemporaryDirectory() as folder, opened_with(blank_file, folder, made) as ledger:
        found = ids_by_page(ledger, size, sort=sort, order=order)
        assert found == expected_order(list(ledger.records()), sort, order)


@settings(max_examples=60, deadline=None)
@given(
    made=st.lists(records, max_size=14),
    values=st.dictionaries(
        st.sampled_from([n for n in FIELDS if n not in ("operation", "agent")]), names, max_size=2
    ),
    start=st.none() | moments,
    end=st.none() | moments,
    group_by=st.sampled_from(GROUPS),
    split_by=st.none() | st.sampled_from(list(SPLIT_COLUMNS)),
    limit=st.none() | st.integers(1, 3),
)
def test_sums_of_any_group_split_and_filter_are_the_sums_over_the_calls(
    blank_file, made, values, start, end, group_by, split_by, limit
):
    split_by = None if split_by == group_by else split_by
    which = Filter(start, end, values)
    with tempfile.TemporaryDirectory() as folder, opened_with(blank_file, folder, made) as ledger:
        meant = [record for record in ledger.records() if is_meant(record, which)]
        assert sorted(ids_by_page(ledger, 5, which)) == sorted(record.call_id for record in meant)
        assert [record.call_id for record in ledger.records(which)] == [record.call_id for record in meant]
        rows = ledger.usage(group_by, which, "Asia/Kathmandu", split_by, limit)
    counted = [record for record in meant if record.status != "refused"]
    assert sum(row["calls"] for row in rows) == len(counted)
    if limit is not None:
        check_limit(rows, group_by, split_by, limit)
    elif all(record.status != "refused" for record in meant):
        check_rows(rows, meant, group_by, split_by)


def is_meant(record, which):
    return (
        (which.start is None or which.start <= record.started_at)
        and (which.end is None or record.started_at < which.end)
        and all(getattr(record, FIELDS[name]) == value for name, value in which.values.items())
    )


def check_limit(rows, group_by, split_by, limit):
    part = "split" if group_by in GROUP_TIMES and split_by is not None else "group"
    kept = {(row.get(part), row.get("notebook")) for row in rows if "is_rest" not in row}
    assert len(kept) <= limit
    assert len(kept) == limit or not any("is_rest" in row for row in rows)


def check_rows(rows, meant, group_by, split_by):
    """Every row, where each group has its own; another test checks times."""
    expected = defaultdict(Counter)
    for record in meant:
        key = [] if split_by is None else [getattr(record, FIELDS[split_by])]
        if group_by in FIELDS:
            group = getattr(record, FIELDS[group_by])
            key = [group, record.notebook_path if group_by == "cell" and group else None, *key]
        money = record.cost_amount if record.cost_currency == "USD" else None
        expected[tuple(key)].update(
            calls=1,
            input_tokens=record.input_tokens or 0,
            output_tokens=record.output_tokens or 0,
            missing_calls=int(record.basis == "missing"),
            unpriced_calls=int(record.basis in ("reported", "partial") and money is None),
            pico=0 if money is None else int(money.scaleb(12)),
        )
    found = defaultdict(Counter)
    for row in rows:
        key = [] if split_by is None else [row.get("split")]
        if group_by in FIELDS:
            key = [row.get("group"), row.get("notebook"), *key]
        pico = int(Decimal(row.get("cost", "0")).scaleb(12))
        found[tuple(key)].update({**{name: row[name] for name in FIGURES}, "pico": pico})
    assert found == expected


def settle(ledger, **by_id):
    ledger.settle([call(call_id, **fields) for call_id, fields in by_id.items()], [], NOW)


def test_an_empty_value_means_the_calls_that_have_none(ledger):
    settle(ledger, a={"project": "p"}, b={}, c={"cell_id": "x"})
    assert ids_by_page(ledger, 9, Filter(values={"project": None})) == ["c", "b"]
    assert ids_by_page(ledger, 9, Filter(values={"cell": None})) == ["b", "a"]
    assert ledger.usage("none", Filter(values={"project": None, "cell": None}))[0]["calls"] == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GPT-4", ["c", "b", "a"]),
        ("notes/Über", ["a"]),
        ("ÜBER", ["a"]),
        ("用量", ["b"]),
        ("ratelimit", ["c"]),
        ("100%", ["b"]),
        ("_00", []),
        ("\\", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_search_looks_for_text_whatever_its_case(ledger, text, found):
    settle(
        ledger,
        a={"notebook_path": "notes/Über.ipynb"},
        b={"project": "用量 100%"},
        c={"error_type": "RateLimitError"},
    )
    assert ids_by_page(ledger, 9, Filter(search=text)) == found
    assert sorted(ids_by_page(ledger, 9, Filter(search=text), sort="cost")) == sorted(found)


def test_a_search_that_is_narrowed_finds_within(ledger):
    settle(ledger, a={"project": "p"}, b={"project": "q"}, c={"project": "p", "request_model": "other"})
    assert ids_by_page(ledger, 1, Filter(values={"project": "p"}, search="gpt")) == ["a"]


def test_pages_by_cost_hold_under_postgresql_too(ledger):
    priced = {"cost_currency": "USD", "duration_s": 1 / 3}
    records = [call(str(n), cost_amount=Decimal(n % 3), **priced) for n in range(7)]
    ledger.settle([*records, missing("m"), call("u", request_model="unheard-of")], [], NOW)
    held = list(ledger.records())
    for sort in SORTS:
        for order in ORDERS:
            assert ids_by_page(ledger, 2, sort=sort, order=order) == expected_order(held, sort, order)


def test_a_cursor_of_another_order_is_refused_with_what_it_is_of(ledger):
    settle(ledger, a={}, b={})
    cursor = ledger.calls(1, sort="tokens").next_cursor
    with pytest.raises(BadCursor, match="of sort tokens and order desc"):
        ledger.calls(1, cursor, sort="tokens", order="asc")


@pytest.mark.parametrize(("sort", "order"), [("colour", "desc"), ("cost", "up")])
def test_an_unknown_order_is_named_with_the_known_ones(ledger, sort, order):
    with pytest.raises(ValueError, match="allowed are"):
        ledger.calls(sort=sort, order=order)


def test_the_splits_of_days_beyond_the_limit_are_one_rest_a_day(ledger):
    models = {"big": 100, "small": 10, "tiny": 1}
    ledger.settle(
        [
            call(
                f"{model}{day}",
                request_model=model,
                input_tokens=tokens,
                started_at=NOW - timedelta(days=day),
            )
            for model, tokens in models.items()
            for day in range(2)
        ],
        [],
        NOW,
    )
    rows = ledger.usage("day", split_by="model", limit=1)
    assert [(row["group"], row.get("split"), row.get("is_rest"), row["input_tokens"]) for row in rows] == [
        ("2026-11-23", "big", None, 100),
        ("2026-11-23", None, True, 11),
        ("2026-11-24", "big", None, 100),
        ("2026-11-24", None, True, 11),
    ]


def test_groups_beyond_the_limit_are_one_rest_after_the_others(ledger):
    settle(
        ledger,
        a={"request_model": "a", "input_tokens": 1},
        b={"request_model": "b"},
        c={"request_model": None},
    )
    rows = ledger.usage("model", limit=2)
    assert [(row.get("group"), row.get("is_rest"), row["calls"]) for row in rows] == [
        (None, None, 1),
        ("b", None, 1),
        (None, True, 1),
    ]


def test_cells_of_the_same_id_in_two_notebooks_are_two_rows(ledger):
    settle(
        ledger,
        a={"cell_id": "c", "notebook_path": "a.ipynb"},
        b={"cell_id": "c", "notebook_path": "b.ipynb", "input_tokens": 900},
        c={"notebook_path": "b.ipynb", "input_tokens": 1},
    )
    rows = ledger.usage("cell")
    assert [(row.get("group"), row.get("notebook")) for row in rows] == [
        ("c", "b.ipynb"),
        ("c", "a.ipynb"),
        (None, None),
    ]


@pytest.mark.parametrize("split_by", ["model", "day", "none", "colour"])
def test_a_split_that_cannot_be_is_named_with_those_that_can(ledger, split_by):
    with pytest.raises(ValueError, match="allowed are user, team"):
        ledger.usage("model", split_by=split_by)
