"""The kernels of a server: which notebook and project each belongs to, and whose calls are not seen."""

import asyncio
import json
import os
import re
import signal
import sys
import time

import pytest

from jupyter_llm_meter.jupyter.notebook_projects import MAX_NOTEBOOK_BYTES

CALL = 'from llm_meter_tap import record; record(model="gpt-4o", input_tokens={tokens})'


@pytest.fixture
def notebook(jp_root_dir):
    """Save a notebook and return its path under the root."""

    def save(path, project=None, size=0):
        file = jp_root_dir / path
        file.parent.mkdir(parents=True, exist_ok=True)
        metadata = {"llm-meter": {"project": project}} if project else {}
        content = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        file.write_text(json.dumps(content) + " " * size)
        return path

    return save


@pytest.fixture
def session(jp_serverapp, meter, run):
    """Start a kernel for a path, as the lab does; all are shut down at the end."""
    started = []

    def start(path, type="notebook", name="python3", session_name=None):
        manager = jp_serverapp.session_manager
        named = session_name or path
        model = run(manager.create_session(path=path, name=named, type=type, kernel_name=name))
        started.append(model["kernel"]["id"])
        return model

    yield start
    for kernel_id in started:
        if kernel_id in jp_serverapp.kernel_manager:
            run(jp_serverapp.kernel_manager.shutdown_kernel(kernel_id, now=True))


@pytest.fixture
def execute(execute):
    """Run code in the kernel of a session and wait for its end."""
    return lambda session, code: execute(session["kernel"]["id"], code)


def test_a_call_in_a_kernel_is_booked_on_its_notebook_and_folder(
    session, execute, notebook, calls, eventually
):
    model = session(notebook("research/a.ipynb"))
    execute(model, CALL.format(tokens=7))
    (call,) = eventually(calls, "the call")
    assert call.input_tokens == 7
    assert (call.notebook_path, call.project) == ("research/a.ipynb", "research")
    assert call.kernel_id == model["kernel"]["id"]


def test_the_notebook_s_own_project_goes_before_its_folder(session, execute, notebook, calls, eventually):
    execute(session(notebook("research/a.ipynb", project="apollo")), CALL.format(tokens=7))
    assert eventually(calls, "the call")[0].project == "apollo"


def test_a_renamed_notebook_is_followed(session, execute, notebook, calls, eventually, jp_serverapp, run):
    model = session(notebook("old/a.ipynb"))
    execute(model, CALL.format(tokens=1))
    eventually(calls, "the first call")
    notebook("new/b.ipynb")
    run(jp_serverapp.session_manager.update_session(model["id"], path="new/b.ipynb"))
    run(asyncio.sleep(1.1))
    execute(model, CALL.format(tokens=2))
    eventually(lambda: len(calls()) == 2, "the second call")
    assert [call.notebook_path for call in calls()] == ["old/a.ipynb", "new/b.ipynb"]


def test_a_console_has_a_project_and_no_notebook(session, execute, calls, eventually):
    model = session("research/console-1", type="console", session_name="Console 1")
    execute(model, CALL.format(tokens=1))
    (call,) = eventually(calls, "the call")
    assert (call.notebook_path, call.project) == (None, "research")
    assert call.program_name == "Console 1 (Python 3 (ipykernel))"


def test_a_kernel_without_a_session_is_named_by_its_kernelspec_and_its_start(
    execute, calls, eventually, jp_serverapp, run
):
    kernel_id = run(jp_serverapp.kernel_manager.start_kernel(kernel_name="python3"))
    execute({"kernel": {"id": kernel_id}}, CALL.format(tokens=1))
    (call,) = eventually(calls, "the call")
    assert re.fullmatch(r"Python 3 \(ipykernel\) · \d{4}-\d\d-\d\d \d\d:\d\d", call.program_name)
    run(jp_serverapp.kernel_manager.shutdown_kernel(kernel_id, now=True))


def test_a_busy_server_costs_the_calls_of_a_kernel_nothing_not_even_their_path(
    session, execute, notebook, calls, blocked, tmp_path
):
    model = session(notebook("research/a.ipynb"))
    go = tmp_path / "go"
    execute(
        model,
        f"""
import os, threading, time
def call_later():
    while not os.path.exists({str(go)!r}): time.sleep(0.05)
    {CALL.format(tokens=3)}
threading.Thread(target=call_later).start()
""",
    )
    # From here the server's loop stands still.
    go.touch()
    (call,) = blocked(calls, "the call")
    assert (call.input_tokens, call.notebook_path) == (3, "research/a.ipynb")


def test_a_kernel_killed_in_the_middle_of_a_call_leaves_it_marked(
    session, execute, notebook, calls, eventually, jp_serverapp
):
    model = session(notebook("a.ipynb"))
    execute(model, CALL.format(tokens=5))
    execute(
        model,
        "from llm_meter_tap import tap; import json, os\n"
        "from llm_meter_tap.delivery.spool import Spool\n"
        "spool = Spool(os.environ['LLM_METER_DIR'])\n"
        "record = {'llm_meter.call.id': 'cut', 'llm_meter.call.started_at': '2026-11-24T00:00:00Z',\n"
        "          'llm_meter.call.status': 'ok', 'llm_meter.call.basis': 'missing',\n"
        "          'llm_meter.call.source': 'tap'}\n"
        "line = json.dumps({'v': 1, 'event': 'opened', 'record': record}) + '\\n'\n"
        "assert spool.append('opened', 'cut', line.encode())\n",
    )
    manager = jp_serverapp.kernel_manager.get_kernel(model["kernel"]["id"])
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    eventually(lambda: len(calls()) == 2, "the marked call")
    assert {call.call_id: call.status for call in calls()}["cut"] == "aborted"


def test_a_python_kernel_with_the_tap_is_metered(session, execute, api):
    execute(session("a.ipynb"), "pass")
    assert api("standing")[1]["unmetered"] == []


@pytest.fixture
def other_kernel(jp_data_dir):
    """Install a kernelspec; it is ipykernel in other clothes."""

    def install(name, language, env):
        folder = os.path.join(jp_data_dir, "kernels", name)
        os.makedirs(folder)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": name, "language": language, "env": env}
        with open(os.path.join(folder, "kernel.json"), "w") as file:
            json.dump(spec, file)
        return name

    return install


@pytest.mark.parametrize(
    ("language", "env", "reason"),
    [("R", {}, "language"), ("python", {"LLM_METER_DISABLE": "1"}, "no-tap")],
)
def test_a_kernel_whose_calls_are_not_seen_is_listed_with_the_reason(
    language, env, reason, other_kernel, session, execute, api
):
    model = session("x/a.ipynb", name=other_kernel("other", language, env))
    execute(model, "pass")
    time.sleep(1.1)
    assert api("standing")[1]["unmetered"] == [
        {"kernel_id": model["kernel"]["id"], "name": "other", "path": "x/a.ipynb", "reason": reason}
    ]


def test_a_console_whose_calls_are_not_seen_has_the_name_of_its_tab(other_kernel, session, api, eventually):
    name = other_kernel("other", "R", {})
    model = session("console-1-3fd2", type="console", session_name="Console 1", name=name)
    row = {"kernel_id": model["kernel"]["id"], "name": "other", "label": "Console 1", "reason": "language"}
    # The kernel is there before its session is.
    assert eventually(lambda: api("standing")[1]["unmetered"] == [row], "the kernel with its tab's name")


def test_a_kernel_without_a_session_is_named_by_its_kernelspec_and_its_id(
    other_kernel, meter, jp_serverapp, run, api, eventually
):
    name = other_kernel("other", "R", {})
    kernel_id = run(jp_serverapp.kernel_manager.start_kernel(kernel_name=name))
    (row,) = eventually(lambda: api("standing")[1]["unmetered"], "the kernel")
    assert row == {
        "kernel_id": kernel_id, "name": "other", "label": f"other {kernel_id[:8]}", "reason": "language",
    }  # fmt: skip
    run(jp_serverapp.kernel_manager.shutdown_kernel(kernel_id, now=True))


def test_the_mark_of_a_tap_goes_with_its_kernel(session, execute, meter, jp_serverapp, run, eventually):
    model = session("a.ipynb")
    execute(model, "pass")
    mark = meter.service.storage.folder / "kernels" / model["kernel"]["id"]
    assert mark.exists()
    run(jp_serverapp.kernel_manager.shutdown_kernel(model["kernel"]["id"], now=True))
    eventually(lambda: not mark.exists(), "the end of the mark")


def test_a_huge_notebook_is_not_opened_for_its_project(session, execute, notebook, calls, eventually):
    path = notebook("folder/a.ipynb", project="apollo", size=MAX_NOTEBOOK_BYTES)
    execute(session(path), CALL.format(tokens=1))
    assert eventually(calls, "the call")[0].project == "folder"
