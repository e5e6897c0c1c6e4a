"""The runs of kernels without an IPython tap, and the cells of the calls made below them."""

from datetime import timedelta

import pytest
from ledger_samples import NOW, call

from jupyter_llm_meter.service.kernel_runs import MOST_CELLS, MOST_KERNELS, MOST_RUNS, KernelRuns


def at(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def runs():
    """A kernel that ran a cell from second 0 to 10 and one from 20 on."""
    known = KernelRuns()
    known.request("k", "r1", "c1")
    known.start("k", "r1", at(0))
    known.end("k", "r1", at(10))
    known.start("k", "r2", at(20))
    known.request("k", "r2", "c2")
    return known


def place(runs, seconds, **fields):
    record = runs.complete(call("a", started_at=at(seconds), **{"kernel_id": "k", **fields}))
    return record.run_id, record.cell_id


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, (None, None)), (0, ("r1", "c1")), (10, ("r1", "c1")), (15, (None, None)), (99, ("r2", "c2"))],
)
def test_a_call_belongs_to_the_run_that_was_executed_when_it_started(runs, seconds, expected):
    assert place(runs, seconds) == expected


def test_what_a_call_knows_itself_stays(runs):
    assert place(runs, 5, run_id="r2") == ("r2", "c2")
    assert place(runs, 5, run_id="r9") == ("r9", None)
    assert place(runs, 5, cell_id="c9") == (None, "c9")


def test_calls_of_other_kernels_and_of_none_have_no_run(runs):
    assert place(runs, 5, kernel_id="other") == (None, None)
    assert place(runs, 5, kernel_id=None) == (None, None)


def test_a_new_process_of_a_kernel_has_stopped_what_the_one_before_executed(runs):
    runs.end_all("k", at(30))
    assert place(runs, 25) == ("r2", "c2")
    assert place(runs, 31) == (None, None)


def test_a_kernel_that_is_forgotten_has_no_runs(runs):
    runs.forget("k")
    runs.end("k", "r2", at(30))
    assert place(runs, 5) == (None, None)


def test_a_run_starts_once_however_often_its_message_comes(runs):
    runs.start("k", "r1", at(40))
    assert place(runs, 50) == ("r2", "c2")


def test_only_the_newest_runs_cells_and_kernels_are_kept(runs):
    for number in range(MOST_RUNS):
        runs.start("k", f"n{number}", at(100 + number))
    assert place(runs, 25) == (None, None)
    for number in range(MOST_CELLS):
        runs.request("k", f"n{number}", "c")
    assert place(runs, 5, run_id="r1") == ("r1", None)
    for number in range(MOST_KERNELS):
        runs.request(f"k{number}", "r", "c")
    assert place(runs, 150) == (None, None)
