"""Calls find their notebook: by what the lab says of the kernel, by what it said before, and after moves."""

from datetime import timedelta

from ledger_samples import NOW, call

from jupyter_llm_meter.ledger import Place, Places

LATER = NOW + timedelta(minutes=1)


def lab(path, kernel_id="k", project=None, seen_at=LATER):
    return Places("alice", {kernel_id: Place(path, project)}, {path: seen_at} if seen_at else {})


def of_kernel(call_id, kernel_id="k", **fields):
    return call(call_id, notebook_path=None, kernel_id=kernel_id, **fields)


def paths(ledger):
    return {record.call_id: record.notebook_path for record in ledger.records()}


def test_a_call_that_comes_after_its_kernel_s_end_has_the_notebook_that_the_lab_named(ledger):
    ledger.keep_places(lab("x/a.ipynb", project="x"), NOW)
    ledger.settle([of_kernel("1"), of_kernel("2", "other")], [], LATER)
    assert paths(ledger) == {"1": "x/a.ipynb", "2": None}
    assert [record.project for record in ledger.records()] == ["x", None]


def test_a_new_notebook_at_the_path_of_a_moved_one_starts_from_zero(ledger):
    ledger.keep_places(lab("x/a.ipynb", "old"), NOW)
    ledger.move_notebooks("alice", "x", "z", NOW)
    ledger.settle([of_kernel("1", "old")], [], LATER, places=lab("x/a.ipynb", "old", seen_at=None))
    ledger.keep_places(lab("x/a.ipynb", "new"), LATER)
    ledger.settle([of_kernel("2", "new")], [], LATER, places=lab("x/a.ipynb", "new"))
    assert paths(ledger) == {"1": "z/a.ipynb", "2": "x/a.ipynb"}


def test_a_kernel_that_the_new_notebook_at_the_old_path_was_given_counts_there(ledger):
    ledger.keep_places(lab("x/a.ipynb"), NOW)
    ledger.move_notebooks("alice", "x", "z", NOW)
    ledger.settle([of_kernel("1")], [], LATER, places=lab("x/a.ipynb"))
    ledger.settle([of_kernel("2")], [], LATER)
    assert paths(ledger) == {"1": "x/a.ipynb", "2": "x/a.ipynb"}


def test_a_file_that_was_seen_before_the_move_is_not_there_after_it(ledger):
    seen = lab("a.ipynb", seen_at=NOW)
    ledger.keep_places(seen, NOW)
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW + timedelta(seconds=1))
    ledger.settle([of_kernel("1")], [], LATER, places=seen)
    ledger.settle([of_kernel("2", "other")], [], LATER, places=lab("a.ipynb", "other", seen_at=NOW))
    ledger.settle([call("3", started_at=LATER)], [], LATER, places=seen)
    assert set(paths(ledger).values()) == {"b.ipynb"}


def test_a_kernel_that_is_given_to_another_notebook_counts_there(ledger):
    ledger.settle([of_kernel("1")], [], NOW, places=lab("a.ipynb"))
    ledger.settle([of_kernel("2")], [], LATER, places=lab("b.ipynb"))
    assert paths(ledger) == {"1": "a.ipynb", "2": "b.ipynb"}


def test_a_session_that_names_a_path_from_which_the_notebook_was_moved_means_the_new_one(ledger):
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW)
    ledger.settle([of_kernel("1")], [], LATER, places=lab("a.ipynb", seen_at=None))
    assert paths(ledger) == {"1": "b.ipynb"}


def test_the_project_by_folder_moves_with_the_notebook_and_a_named_one_stays(ledger):
    ledger.settle([of_kernel("1")], [], NOW, places=lab("x/a.ipynb", project="x"))
    ledger.settle([of_kernel("2", "n")], [], NOW, places=lab("x/b.ipynb", "n", project="apollo"))
    ledger.move_notebooks("alice", "x", "z", NOW)
    ledger.settle([of_kernel("3"), of_kernel("4", "n")], [], LATER)
    projects = {record.call_id: record.project for record in ledger.records()}
    assert projects == {"1": "x", "2": "apollo", "3": "z", "4": "apollo"}


def test_a_console_has_a_project_and_no_notebook(ledger):
    ledger.settle([of_kernel("1")], [], NOW, places=Places("alice", {"k": Place(None, "x")}))
    (record,) = ledger.records()
    assert (record.notebook_path, record.project) == (None, "x")


def test_a_console_has_the_name_that_the_lab_gave_it_and_a_script_keeps_its_own(ledger):
    places = Places("alice", {"k": Place(None, "x", "Console 1 (Python 3)")})
    ledger.settle([of_kernel("1"), of_kernel("2", None, program_name="train.py")], [], NOW, places=places)
    ledger.settle([of_kernel("3")], [], LATER)
    names = {record.call_id: record.program_name for record in ledger.records()}
    assert names == {"1": "Console 1 (Python 3)", "2": "train.py", "3": "Console 1 (Python 3)"}


def test_the_calls_of_a_notebook_do_not_have_the_name_of_its_kernel(ledger):
    places = Places("alice", {"k": Place("a.ipynb", None, "Python 3")}, {"a.ipynb": LATER})
    ledger.settle([of_kernel("1")], [], NOW, places=places)
    (record,) = ledger.records()
    assert record.program_name is None


def test_a_path_that_the_process_names_itself_is_followed_until_there_is_another_file(ledger):
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW)
    before = {"started_at": NOW - timedelta(minutes=1)}
    ledger.settle([call("before", **before), call("after", started_at=LATER)], [], LATER)
    there = Places("alice", {}, {"a.ipynb": LATER})
    ledger.settle([call("again", started_at=LATER), call("late", **before)], [], LATER, places=there)
    ledger.settle([call("last", started_at=LATER + timedelta(minutes=1))], [], LATER + timedelta(minutes=2))
    assert paths(ledger) == {
        "before": "b.ipynb",
        "after": "b.ipynb",
        "again": "a.ipynb",
        "late": "b.ipynb",
        "last": "a.ipynb",
    }


def test_another_user_s_moves_mean_nothing(ledger):
    ledger.move_notebooks("bob", "a.ipynb", "b.ipynb", NOW)
    ledger.settle([call("1", started_at=LATER)], [], LATER)
    assert paths(ledger) == {"1": "a.ipynb"}
