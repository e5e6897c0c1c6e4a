"""A notebook that is moved takes its history along, and no call is missing or counted twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit
from sqlalchemy import select

from jupyter_llm_meter.core.reservation import CallBounds
from jupyter_llm_meter.ledger import Place, Places, Raise
from jupyter_llm_meter.ledger.schema import counters, reservations

EACH = limit("day", "calls", 100, scope="notebook")
LATER = NOW + timedelta(minutes=1)


def paths(ledger):
    return {record.call_id: record.notebook_path for record in ledger.records()}


def used(ledger, limits=(EACH,), now=NOW):
    return {each.subject: each.used for each in ledger.standings(list(limits), now)}


def test_a_renamed_notebook_has_its_calls_sums_and_runs_at_the_new_path(ledger):
    runs = {"cell_id": "c", "run_id": "r"}
    ledger.settle([call("1", **runs), call("2", **runs), call("3", notebook_path="b.ipynb")], [EACH], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "sub/new.ipynb", LATER)
    assert paths(ledger) == {"1": "sub/new.ipynb", "2": "sub/new.ipynb", "3": "b.ipynb"}
    rows = ledger.usage("notebook")
    assert {row["group"]: row["calls"] for row in rows} == {"sub/new.ipynb": 2, "b.ipynb": 1}
    assert used(ledger) == {"sub/new.ipynb": 2, "b.ipynb": 1}
    assert ledger.cell_runs("a.ipynb") == []
    ((run,),) = [cell["runs"] for cell in ledger.cell_runs("sub/new.ipynb")]
    assert run["calls"] == 2


def test_a_moved_folder_takes_all_below_it_and_no_neighbour(ledger):
    names = ["x/a.ipynb", "x/y/b.ipynb", "xy/c.ipynb", "X/d.ipynb", "x.ipynb", "x_/e.ipynb"]
    ledger.settle([call(name, notebook_path=name) for name in names], [EACH], NOW)
    ledger.move_notebooks("alice", "x", "new/x", LATER)
    moved = {"x/a.ipynb": "new/x/a.ipynb", "x/y/b.ipynb": "new/x/y/b.ipynb"}
    assert paths(ledger) == {name: moved.get(name, name) for name in names}
    assert used(ledger) == {moved.get(name, name): 1 for name in names}


def test_a_move_to_a_path_with_a_history_joins_both(ledger):
    ledger.settle([call("1"), call("2", notebook_path="b.ipynb")], [EACH], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    assert used(ledger) == {"b.ipynb": 2}
    (row,) = ledger.usage("notebook")
    assert (row["group"], row["calls"], row["input_tokens"]) == ("b.ipynb", 2, 200)


def test_another_user_s_notebook_of_the_same_name_stays(ledger):
    ledger.settle([call("1"), call("2", user_id="bob"), call("3")], [EACH], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    assert paths(ledger) == {"1": "b.ipynb", "2": "a.ipynb", "3": "b.ipynb"}
    assert used(ledger) == {"a.ipynb": 1, "b.ipynb": 2}


@pytest.mark.parametrize("value", ["a.ipynb", "b.ipynb"])
def test_a_limit_on_one_path_counts_what_is_there(value, ledger):
    one = limit("day", "calls", 100, scope="notebook", value=value)
    ledger.settle([call("1"), call("2")], [one], NOW)
    ledger.standings([one], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    assert used(ledger, [one]) == {value: 0 if value == "a.ipynb" else 2}
    ledger.settle([call("3", notebook_path="b.ipynb")], [one], LATER)
    assert used(ledger, [one]) == {value: 0 if value == "a.ipynb" else 3}


def test_every_counter_is_still_the_sum_over_the_calls(ledger):
    limits = [EACH, limit("hour", "USD", 5, scope="notebook"), limit("total", "tokens", 5, scope="notebook")]
    records = [
        call(f"{day}{name}{user}", started_at=NOW - timedelta(days=day), notebook_path=name, user_id=user,
             cost_amount=Decimal(day), cost_currency="USD")
        for day in range(4)
        for name, user in (("x/a", "alice"), ("x/b", "alice"), ("x/b", "bob"), ("y/a", "alice"))
        if (day, name, user) != (1, "x/b", "bob")
    ]  # fmt: skip
    for record in records:
        ledger.settle([record], limits, record.started_at)
    ledger.move_notebooks("alice", "x", "y", LATER)
    with ledger._engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(counters)).mappings()]
    moved = list(ledger.records())
    for row in rows:
        unit = row["limit_id"].rpartition("/")[2]
        inside = [
            each
            for each in moved
            if each.notebook_path == row["subject"]
            and row["window_start"] <= int(each.started_at.timestamp() * 10**6) < row["window_end"]
        ]
        figures = {
            "calls": len(inside),
            "unpriced_calls": 0,
            "tokens": sum(each.total_tokens for each in inside),
            "USD": sum(int(each.cost_amount * 10**12) for each in inside),
        }
        assert row["used"] == figures[unit], row
    assert {row["subject"] for row in rows} == {"x/b", "y/a", "y/b"}


def test_an_alert_follows_and_is_not_raised_again(ledger):
    tight = limit("day", "calls", 2, scope="notebook")
    assert len(ledger.settle([call("1"), call("2")], [tight], NOW).crossed) == 1
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    pending = ledger.alerts([tight], LATER)
    assert {(each.subject, each.top_notebook) for each in pending} == {("b.ipynb", "b.ipynb")}
    assert ledger.settle([call("3", notebook_path="b.ipynb")], [tight], LATER).crossed == []


def test_an_alert_that_the_new_path_has_already_is_closed_not_doubled(ledger):
    tight = limit("day", "calls", 2, scope="notebook", warn_at=[])
    names = ["a.ipynb", "a.ipynb", "b.ipynb", "b.ipynb"]
    ledger.settle([call(str(at), notebook_path=name) for at, name in enumerate(names)], [tight], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    assert [each.subject for each in ledger.alerts([tight], LATER)] == ["b.ipynb"]


def test_a_raise_follows_also_that_of_a_limit_on_the_one_notebook(ledger):
    one = limit("day", "calls", 2, scope="notebook", value="a.ipynb")
    ends = NOW + timedelta(hours=1)
    for number, limit_id in enumerate([EACH.id, one.id]):
        raised = Raise(str(number), limit_id, "a.ipynb", Decimal(5), "calls", "why", "alice", NOW, ends)
        ledger.add_raise(raised, [], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    assert {(each.limit_id, each.subject) for each in ledger.raises()} == {
        (EACH.id, "b.ipynb"),
        ("notebook=b.ipynb/day/calls", "b.ipynb"),
    }


def test_a_call_in_flight_settles_at_the_new_path_and_leaves_no_reservation(ledger):
    hard = limit("day", "calls", 10, scope="notebook", on_exceed="block")
    flying = call("1", notebook_path=None, kernel_id="k")
    lab = Places("alice", {"k": Place("a.ipynb", None)}, {"a.ipynb": NOW})
    assert ledger.reserve([CallBounds(flying, 5, 5)], [hard], NOW, lab) == [None]
    ledger.settle([call("0")], [hard], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW)
    (standing,) = ledger.standings([hard], NOW)
    assert (standing.subject, standing.used, standing.reserved) == ("b.ipynb", 1, 1)
    # The lab's session still says the old path, at which there is nothing.
    ledger.settle([flying], [hard], LATER, places=Places("alice", {"k": Place("a.ipynb", None)}))
    assert used(ledger, [hard]) == {"b.ipynb": 2}
    with ledger._engine.connect() as connection:
        assert connection.execute(select(reservations)).all() == []


def test_a_move_of_what_has_no_calls_is_remembered_for_those_that_come(ledger):
    assert ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW) == {}
    ledger.settle([call("1", started_at=NOW - timedelta(minutes=1))], [], LATER)
    assert paths(ledger) == {"1": "b.ipynb"}


def test_a_move_there_and_back_leaves_all_as_it_was(ledger):
    ledger.settle([call("1")], [EACH], NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", LATER)
    ledger.move_notebooks("alice", "b.ipynb", "a.ipynb", LATER)
    ledger.settle([call("2", started_at=NOW + timedelta(minutes=2))], [EACH], LATER)
    assert paths(ledger) == {"1": "a.ipynb", "2": "a.ipynb"}
    assert used(ledger) == {"a.ipynb": 2}


def test_two_notebooks_that_change_names_change_histories(ledger):
    ledger.settle([call("1"), call("2", notebook_path="b.ipynb")], [EACH], NOW)
    for old, new in (("a.ipynb", "tmp"), ("b.ipynb", "a.ipynb"), ("tmp", "b.ipynb")):
        ledger.move_notebooks("alice", old, new, NOW)
    late = [call("3", started_at=NOW - timedelta(hours=1))]
    late += [call("4", started_at=NOW - timedelta(hours=1), notebook_path="b.ipynb")]
    ledger.settle(late, [EACH], LATER)
    assert paths(ledger) == {"1": "b.ipynb", "2": "a.ipynb", "3": "b.ipynb", "4": "a.ipynb"}
