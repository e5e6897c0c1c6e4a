"""What a call's row holds: nothing of the record is lost, ids of any form are found again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_samples import NOW, call, limit
from sqlalchemy import text

from jupyter_llm_meter.ledger import Filter
from jupyter_llm_meter.ledger.engine import reading

IDS = (
    "0123456789abcdef0123456789abcdef",
    "0123456789ABCDEF0123456789ABCDEF",
    "01234567-89ab-cdef-0123-456789abcdef",
    "0123456789abcdef0123456789abcde",
    "msg_01",
    "ein Aufruf",
    "调用",
    "a" * 300,
)


@pytest.mark.parametrize("call_id", IDS)
def test_an_id_of_any_form_is_known_again(ledger, call_id):
    assert ledger.settle([call(call_id)], [limit()], NOW).new == [call_id]
    assert ledger.settle([call(call_id)], [limit()], NOW).known == [call_id]
    assert ledger.known([call_id, "another"]) == {call_id}
    assert [record.call_id for record in ledger.records()] == [call_id]
    assert ledger.usage_of_calls([call_id])["calls"] == 1


def test_ids_that_differ_in_their_letters_only_are_two_calls(ledger):
    ledger.settle([call(IDS[0]), call(IDS[1])], [], NOW)
    assert {record.call_id for record in ledger.records()} == {IDS[0], IDS[1]}


def test_an_id_of_32_hexadecimal_digits_takes_16_bytes_of_a_file(ledger):
    ledger.settle([call(IDS[0])], [], NOW)
    with reading(ledger._engine) as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("SELECT length(call_id) FROM call_rows")) == 16


def test_calls_of_one_kind_share_their_rows(ledger):
    ledger.settle(
        [call(f"{n}", input_tokens=n, usage_raw={"prompt_tokens": n}, cell_id="c") for n in range(50)],
        [],
        NOW,
    )
    with reading(ledger._engine) as connection:
        for table in ("series", "kinds", "places", "shapes"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 1
        assert connection.scalar(text("SELECT count(*) FROM call_rows")) == 50


@pytest.mark.parametrize("group", ["cell", "notebook", "model", "user", "kernel"])
@pytest.mark.parametrize("most", [1, 3, 100])
def test_the_largest_groups_and_the_rest_are_what_all_groups_are(ledger, group, most):
    records = [
        call(
            f"{n}",
            input_tokens=(n * 37) % 11,
            request_model=f"m{n % 4}",
            notebook_path=f"{n % 3}.ipynb" if n % 5 else None,
            cell_id=f"c{n % 6}" if n % 7 else None,
            user_id=f"u{n % 2}",
            kernel_id=f"k{n % 5}",
            started_at=NOW - timedelta(hours=n * 5, minutes=n),
        )
        for n in range(60)
    ]
    ledger.settle(records, [], NOW)
    for which in (Filter(), Filter(NOW - timedelta(days=3, minutes=7), NOW), Filter(values={"user": "u1"})):
        everything = ledger.usage(group, which)
        cut = ledger.usage(group, which, limit=most)
        assert cut[:most] == everything[:most]
        rest = [row for row in cut if row.get("is_rest")]
        assert len(rest) == (len(everything) > most)
        assert sum(row["calls"] for row in cut) == sum(row["calls"] for row in everything)
        if rest:
            names = ("calls", "input_tokens", "output_tokens")
            assert {name: rest[0][name] for name in names} == {
                name: sum(row[name] for row in everything[most:]) for name in names
            }


def test_cells_keep_their_sums_when_their_notebook_moves_to_one_that_has_the_same_cells(ledger):
    for path in ("a.ipynb", "b.ipynb"):
        for n in range(6):
            at = NOW - timedelta(days=n)
            record = call(f"{path}-{n}", notebook_path=path, cell_id=f"c{n % 2}", started_at=at)
            ledger.settle([record], [], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW)
    assert [(row["group"], row["notebook"], row["calls"]) for row in ledger.usage("cell")] == [
        ("c0", "b.ipynb", 6),
        ("c1", "b.ipynb", 6),
    ]
    recent = Filter(NOW - timedelta(days=2, hours=1))
    assert [row["calls"] for row in ledger.usage("cell", recent)] == [4, 2]
    assert {record.notebook_path for record in ledger.records()} == {"b.ipynb"}
    narrowed = Filter(values={"cell": "c0", "notebook": "b.ipynb"})
    assert len(ledger.calls(50, which=narrowed).calls) == 6


def test_a_page_of_a_notebook_goes_back_as_far_as_its_calls_do(ledger):
    records = [call(f"{n:03}", notebook_path="old.ipynb" if n % 10 == 0 else "new.ipynb") for n in range(100)]
    spread = [replace(record, started_at=NOW - timedelta(minutes=9 * n)) for n, record in enumerate(records)]
    ledger.settle(spread, [], NOW)
    which = Filter(values={"notebook": "old.ipynb"})
    for order in ("desc", "asc"):
        found, cursor = [], None
        while True:
            page = ledger.calls(3, cursor, which, order=order)
            found += [record.call_id for record in page.calls]
            cursor = page.next_cursor
            if cursor is None:
                break
        expected = [f"{n:03}" for n in range(0, 100, 10)]
        assert found == (expected if order == "desc" else expected[::-1])
