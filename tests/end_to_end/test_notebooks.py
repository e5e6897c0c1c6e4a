"""A notebook keeps its history: through renames and moves, and for calls that come in late."""

from __future__ import annotations

import json
import shlex
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from end_to_end.calls import CALL
from end_to_end.conftest import MakeLab
from end_to_end.lab import TOKEN, Lab, clean_environment, wait_for

from jupyter_llm_meter.ledger import Ledger

HEADERS = {"Authorization": f"token {TOKEN}"}
PATH, CELL = "llm_meter.notebook.path", "llm_meter.cell.id"


def rename(lab: Lab, old: str, new: str) -> None:
    """Rename as the file browser does."""
    reply = requests.patch(f"{lab.url}api/contents/{old}", json={"path": new}, headers=HEADERS, timeout=120)
    reply.raise_for_status()


def save(lab: Lab, path: str, cells: int = 2) -> None:
    """Write a notebook into the lab's folder."""
    file = lab.notebooks / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(notebook([f"cell-{at}" for at in range(cells)])))


def notebook(cell_ids: list[str], source: str = "") -> dict[str, Any]:
    """A notebook with some cells."""
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [{**cell, "id": cell_id} for cell_id in cell_ids]
    return {"cells": cells, "metadata": {"kernelspec": kernelspec}, "nbformat": 4, "nbformat_minor": 5}


def figures(lab: Lab) -> dict[str | None, int]:
    return {path: row["calls"] for path, row in lab.usage("notebook").items()}


def is_kept(lab: Lab, kernel_id: str) -> bool:
    """Whether the ledger knows the notebook of a kernel."""
    path = Path(lab.environment["JUPYTER_DATA_DIR"]) / "llm-meter" / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT 1 FROM kernels WHERE kernel_id = ? AND notebook_path IS NOT NULL"
        return connection.execute(query, (kernel_id,)).fetchone() is not None


def test_a_renamed_notebook_has_its_history_and_its_next_calls_at_the_new_path(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    save(lab, "old/a.ipynb")
    with lab.kernel("old/a.ipynb") as kernel:
        kernel.run(CALL + "call(1)", "cell-0")
        lab.wait_for_calls(1)
        rename(lab, "old/a.ipynb", "b.ipynb")
        # The answer to a question after the rename has it.
        assert figures(lab) == {"b.ipynb": 1}
        assert [each["cell_id"] for each in lab.get("llm-meter/api/v1/cells", notebook="b.ipynb")["cells"]]
        # The session still says the old path, as it does when no page has the notebook open.
        kernel.run("call(2)", "cell-1")
        lab.wait_for_calls(2)
    assert figures(lab) == {"b.ipynb": 2}


def test_a_rename_while_a_call_is_under_way_counts_it_once_at_the_new_path(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    save(lab, "a.ipynb")
    with lab.kernel("a.ipynb") as kernel:
        kernel.run(CALL)
        kernel.run("stream = begin_stream(1)", "cell-0")
        rename(lab, "a.ipynb", "b.ipynb")
        kernel.run("stream.close()", "cell-0")
        lab.wait_for_calls(1)
    assert figures(lab) == {"b.ipynb": 1}


def test_a_moved_folder_takes_its_notebooks_along_and_a_new_one_at_the_old_path_starts_from_zero(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    save(lab, "x/y/a.ipynb")
    save(lab, "x/b.ipynb")
    with lab.kernel("x/y/a.ipynb") as first, lab.kernel("x/b.ipynb") as second:
        first.run(CALL + "call(1)")
        second.run(CALL + "call(1)")
        lab.wait_for_calls(2)
        rename(lab, "x", "z")
        assert figures(lab) == {"z/y/a.ipynb": 1, "z/b.ipynb": 1}
        second.run("call(2)")
        lab.wait_for_calls(3)
    save(lab, "x/b.ipynb")
    with lab.kernel("x/b.ipynb") as third:
        third.run(CALL + "call(1)")
        lab.wait_for_calls(4)
    assert figures(lab) == {"z/y/a.ipynb": 1, "z/b.ipynb": 2, "x/b.ipynb": 1}


def test_a_notebook_that_git_changes_keeps_its_history_and_one_that_git_moves_takes_it_along(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)

    def git(*words: str) -> None:
        author = ("-c", "user.name=A", "-c", "user.email=a@localhost")
        subprocess.run(["git", *author, *words], cwd=lab.notebooks, env=lab.environment, check=True)

    git("init", "--quiet", "--initial-branch=main")
    save(lab, "a.ipynb")
    git("add", "a.ipynb")
    git("commit", "--quiet", "--message=two cells")
    git("switch", "--quiet", "--create=more")
    save(lab, "a.ipynb", cells=4)
    git("commit", "--quiet", "--all", "--message=four cells")
    with lab.kernel("a.ipynb") as kernel:
        kernel.run(CALL + "call(1)", "cell-3")
        lab.wait_for_calls(1)
        git("checkout", "--quiet", "main")
        kernel.run("call(2)", "cell-0")
        lab.wait_for_calls(2)
        assert figures(lab) == {"a.ipynb": 2}
        git("mv", "a.ipynb", "b.ipynb")
        # Nobody has opened it yet, so the session says the old path.
        kernel.run("call(3)", "cell-1")
        lab.wait_for_calls(3)
        assert figures(lab) == {"a.ipynb": 3}
        cells = lab.get("llm-meter/api/v1/cells", notebook="b.ipynb")["cells"]
        assert {each["cell_id"] for each in cells} == {"cell-0", "cell-1", "cell-3"}
        kernel.run("call(4)", "cell-1")
        lab.wait_for_calls(4)
    assert figures(lab) == {"b.ipynb": 4}


def test_calls_made_while_the_server_is_dead_have_their_cell_and_their_notebook(
    make_lab: MakeLab, standin: dict[str, str], tmp_path: Path
) -> None:
    lab = make_lab(standin)
    save(lab, "work/a.ipynb")
    go, done = tmp_path / "go", tmp_path / "done"
    late = f"""
import os, pathlib, threading, time
# ipykernel ends with its parent: this one must outlive the server that is killed.
parent = os.getppid()
os.getppid = lambda: parent
def later():
    while not os.path.exists({str(go)!r}):
        time.sleep(0.05)
    for number in range(20):
        call(number)
    pathlib.Path({str(done)!r}).touch()
    os._exit(0)
threading.Thread(target=later).start()
"""
    with lab.kernel("work/a.ipynb") as kernel:
        kernel.run(CALL + late, "cell-1")
        wait_for(lambda: is_kept(lab, kernel.id), "the notebook of the kernel in the ledger")
        rename(lab, "work", "done-work")
        assert figures(lab) == {}
        lab.kill()
        go.touch()
        wait_for(done.exists, "20 calls without a server")
    lab.start()
    records = lab.wait_for_calls(20)
    where = Counter((record.get(PATH), record.get(CELL)) for record in records)
    assert where == {("done-work/a.ipynb", "cell-1"): 20}
    assert figures(lab) == {"done-work/a.ipynb": 20}


METER = "from jupyter_llm_meter.cli.app import main; main()"
INNER = CALL + "call(1)"
COMMANDS = {
    "papermill": "{python} -m papermill {file} {out}",
    "nbconvert": "{python} -m nbconvert --to notebook --execute --output {out} {file}",
    "execute": "{python} -c __import__('nbclient.cli').cli.main() {file}",
}


def command(program: str, file: Path) -> list[str]:
    """The command that runs a notebook by a program."""
    names = {"python": sys.executable, "file": file, "out": file.with_name("out.ipynb")}
    return [word.format(**names) for word in COMMANDS[program].split()]


def save_inner(folder: Path, path: str) -> Path:
    """Write a notebook of two cells, the second of which makes a call."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    content = notebook(["inner-0", "inner-1"])
    content["cells"][1]["source"] = INNER
    file.write_text(json.dumps(content))
    return file


def origins(records: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(record.get(PATH), record.get(CELL)) for record in records]


@pytest.mark.parametrize("program", list(COMMANDS))
def test_a_notebook_run_in_a_terminal_or_below_a_cell_has_its_own_path_and_cell(
    program: str, make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab(standin)
    file = save_inner(lab.notebooks, "jobs/inner.ipynb")
    lab.in_terminal(f"cd {file.parent} && {shlex.join(command(program, file))}")
    assert origins(lab.wait_for_calls(1)) == [("jobs/inner.ipynb", "inner-1")]
    save(lab, "outer.ipynb")
    with lab.kernel("outer.ipynb") as kernel:
        kernel.run(f"import subprocess; subprocess.run({command(program, file)!r}, check=True)")
        assert origins(lab.wait_for_calls(2)) == [("jobs/inner.ipynb", "inner-1")] * 2
    assert {record.get("llm_meter.project") for record in lab.calls()} == {"jobs"}
    rename(lab, "jobs", "moved")
    assert figures(lab) == {"moved/inner.ipynb": 2}


@pytest.mark.parametrize("program", list(COMMANDS))
def test_a_notebook_run_by_the_meter_s_own_command_has_its_path_and_cell(
    program: str, standin: dict[str, str], tmp_path: Path
) -> None:
    environment = {**clean_environment(tmp_path / "home"), **standin}
    file = save_inner(tmp_path / "work", "jobs/inner.ipynb")
    # Of the notebooks that the command names, both are there.
    file.with_name("out.ipynb").write_text(json.dumps(notebook([])))
    run = [sys.executable, "-c", METER, "run", "--db", str(tmp_path / "l.sqlite3"), "--"]
    words = command(program, file.relative_to(tmp_path / "work"))
    subprocess.run([*run, *words], cwd=tmp_path / "work", env=environment, check=True, timeout=600)
    with Ledger.open(f"sqlite:///{tmp_path / 'l.sqlite3'}") as ledger:
        found = [(record.notebook_path, record.cell_id) for record in ledger.records()]
    assert found == [("jobs/inner.ipynb", "inner-1")]
