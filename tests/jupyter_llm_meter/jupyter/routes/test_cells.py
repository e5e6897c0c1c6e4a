import json

import pytest


def test_the_runs_of_a_notebooks_cells_are_returned(api, send, settled):
    place = {"llm_meter.notebook.path": "a.ipynb", "llm_meter.cell.id": "c1"}
    send(*(settled(name, **place, **{"llm_meter.run.id": run}) for name, run in ("ax", "bx", "cy")))
    (cell,) = api("cells", params={"notebook": "a.ipynb"})[1]["cells"]
    assert {run["run_id"]: run["calls"] for run in cell["runs"]} == {"x": 2, "y": 1}
    assert api("cells", params={"notebook": "other.ipynb"}) == (200, {"cells": []})
    status, refusal = api("cells")
    assert (status, refusal["reason"]) == (400, "bad-argument")


@pytest.fixture
def save(jp_root_dir):
    """Write a notebook with some cells."""

    def write(path, *cell_ids):
        cells = [{"id": name, "cell_type": "code", "source": "", "metadata": {}} for name in cell_ids]
        content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (jp_root_dir / path).write_text(json.dumps(content))
        return jp_root_dir / path

    return write


@pytest.fixture
def call_in(meter, send, settled):
    """Make a call of this server's user in some cells of a notebook."""

    def call(path, *cell_ids):
        user = {"llm_meter.user.id": meter.service.owner.user}
        place = {"llm_meter.notebook.path": path, "llm_meter.run.id": "r", **user}
        send(*(settled(f"{path}-{name}", **place, **{"llm_meter.cell.id": name}) for name in cell_ids))

    return call


def cells_of(api, path):
    status, answer = api("cells", params={"notebook": path})
    assert status == 200
    return sorted(cell["cell_id"] for cell in answer["cells"]), answer.get("copy_of")


def test_a_notebook_that_was_moved_outside_jupyter_finds_its_history(api, save, call_in, calls):
    file = save("a.ipynb", "c1", "c2", "c3")
    call_in("a.ipynb", "c1", "c2")
    file.rename(file.with_name("b.ipynb"))
    assert cells_of(api, "b.ipynb") == (["c1", "c2"], None)
    assert {call.notebook_path for call in calls()} == {"b.ipynb"}


def test_a_copy_begins_anew_and_says_of_what_it_is_one(api, save, call_in, calls):
    save("a.ipynb", "c1", "c2")
    save("copy.ipynb", "c1", "c2")
    call_in("a.ipynb", "c1", "c2")
    assert cells_of(api, "copy.ipynb") == ([], "a.ipynb")
    call_in("copy.ipynb", "c1")
    assert cells_of(api, "copy.ipynb") == (["c1"], None)
    assert cells_of(api, "a.ipynb") == (["c1", "c2"], None)
    assert len(calls()) == 3


def test_a_cell_copied_into_another_notebook_takes_no_history_along(api, save, call_in, calls):
    file = save("a.ipynb", "c1", "c2", "c3")
    save("b.ipynb", "c1", "d1", "d2")
    call_in("a.ipynb", "c1", "c2", "c3")
    file.unlink()
    assert cells_of(api, "b.ipynb") == ([], None)
    assert {call.notebook_path for call in calls()} == {"a.ipynb"}


def test_of_two_histories_that_fit_equally_none_is_taken(api, save, call_in, calls):
    for name in ("a.ipynb", "b.ipynb"):
        call_in(name, "c1")
    save("c.ipynb", "c1")
    assert cells_of(api, "c.ipynb") == ([], None)
    assert {call.notebook_path for call in calls()} == {"a.ipynb", "b.ipynb"}


def test_a_notebook_that_was_deleted_and_restored_has_its_history(api, save, call_in):
    save("a.ipynb", "c1").unlink()
    call_in("a.ipynb", "c1")
    save("a.ipynb", "c1")
    assert cells_of(api, "a.ipynb") == (["c1"], None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"id": 3}]}'])
def test_a_file_that_is_no_notebook_comes_from_nowhere(text, api, jp_root_dir, call_in):
    call_in("a.ipynb", "c1")
    (jp_root_dir / "b.ipynb").write_text(text)
    assert cells_of(api, "b.ipynb") == ([], None)
