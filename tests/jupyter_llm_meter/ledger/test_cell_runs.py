"""The usage of the runs of a notebook's cells, from the ledger."""

from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, missing

from jupyter_llm_meter.ledger import cell_runs

COUNTED = {"basis": "counted", "input_tokens": 7, "output_tokens": 1}


def in_run(call_id, run_id, cell_id="c1", minute=0, **fields):
    return call(call_id, cell_id=cell_id, run_id=run_id, started_at=NOW + timedelta(minutes=minute), **fields)


def runs_of(ledger, notebook="a.ipynb"):
    return {cell["cell_id"]: [run["run_id"] for run in cell["runs"]] for cell in ledger.cell_runs(notebook)}


def test_the_calls_of_a_run_are_added_up_with_what_is_not_known_of_them(ledger):
    ledger.settle(
        [
            in_run("a", "r1", minute=1, cost_amount=Decimal("0.5"), cost_currency="USD"),
            in_run("b", "r1", minute=2, request_model="mystery", **COUNTED),
            missing("c", cell_id="c1", run_id="r1", request_model=None, started_at=NOW),
        ],
        [],
        NOW,
    )
    ((run,),) = [cell["runs"] for cell in ledger.cell_runs("a.ipynb")]
    assert run == {
        "run_id": "r1",
        "started_at": "2026-11-24T12:00:00.000000Z",
        "calls": 3,
        "input_tokens": 107,
        "output_tokens": 21,
        "cost": "0.5",
        "unpriced_calls": 1,
        "missing_calls": 1,
        "counted_calls": 1,
        "models": ["gpt-4o", "mystery"],
    }


def test_a_run_without_a_priced_call_has_no_cost(ledger):
    ledger.settle([in_run("a", "r1", request_model="mystery")], [], NOW)
    assert "cost" not in ledger.cell_runs("a.ipynb")[0]["runs"][0]


def test_each_cell_has_its_newest_five_runs_newest_first(ledger):
    ledger.settle(
        [
            *(in_run(f"a{n}", f"r{n}", minute=n) for n in range(7)),
            in_run("late", "r5", minute=99),
            in_run("b", "r9", "c2", minute=3),
        ],
        [],
        NOW,
    )
    assert runs_of(ledger) == {"c1": ["r5", "r6", "r4", "r3", "r2"], "c2": ["r9"]}


def test_other_notebooks_and_what_is_in_no_run_are_left_out(ledger):
    ledger.settle(
        [
            in_run("a", "r1", notebook_path="b.ipynb"),
            in_run("b", None),
            in_run("c", "r2", cell_id=None),
            in_run("d", "r3", status="refused", basis="none"),
        ],
        [],
        NOW,
    )
    assert runs_of(ledger) == {}


@pytest.mark.parametrize("most", [3, 4])
def test_a_run_that_begins_before_the_calls_that_are_read_is_left_out(ledger, monkeypatch, most):
    monkeypatch.setattr(cell_runs, "MOST_CALLS", most)
    ledger.settle(
        [
            *(in_run(f"new{n}", "new", minute=10 + n) for n in range(2)),
            *(in_run(f"old{n}", "old", minute=n) for n in range(3)),
        ],
        [],
        NOW,
    )
    assert runs_of(ledger) == {"c1": ["new"]}
