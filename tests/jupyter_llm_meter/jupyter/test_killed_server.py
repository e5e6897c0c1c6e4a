import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from free_port import free_port

from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.service.environment import tap_variables

SCRIPT = """
import sys, time
from llm_meter_tap import record
for number in range(200):
    record(model="gpt-4o", input_tokens=number + 1)
    print(number, flush=True)
    time.sleep(0.01)
"""
ALL = 200 * 201 // 2


@pytest.fixture
def environment(tmp_path):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LLM_METER", "PYTHONPATH"))
    }
    places = {"DATA": "data", "CONFIG": "config", "RUNTIME": "runtime"}
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / folder) for name, folder in places.items()}
    return {**kept, **folders, "HOME": str(tmp_path)}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "llm-meter"


@pytest.fixture
def server(environment, tmp_path):
    """Start a Jupyter server in a process of its own and wait until it answers."""
    started = []

    def start():
        port = free_port()
        extension = "--ServerApp.jpserver_extensions={'jupyter_llm_meter': True}"
        options = ["--no-browser", "--allow-root", "--IdentityProvider.token=t", f"--ServerApp.port={port}"]
        with Path(tmp_path, "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", extension, *options],
                env=environment,
                cwd=tmp_path,
                stdout=log,
                stderr=log,
            )
        started.append(process)
        await_answer(f"http://127.0.0.1:{port}/llm-meter/api/v1/standing?token=t")
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def await_answer(url):
    for _ in range(1200):
        try:
            with urllib.request.urlopen(url, timeout=60):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server did not answer")


@pytest.fixture
def script(environment, folder):
    """Start a metered script, as a terminal of the server would."""

    def start():
        variables = tap_variables(folder, "", "", user="alice")
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT], env=environment | variables, stdout=subprocess.PIPE, text=True
        )

    return start


def figures(folder):
    with Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}") as ledger:
        return [record.input_tokens for record in ledger.records()]


def eventually_all(folder, count):
    for _ in range(1200):
        found = figures(folder)
        if len(found) >= count:
            return found
        time.sleep(0.1)
    pytest.fail(f"only {len(found)} of {count} calls came")


def test_each_of_200_calls_counts_once_when_the_server_is_killed_among_them_and_started_again(
    server, script, folder
):
    first = server()
    process = script()
    while process.stdout.readline() != "99\n":
        pass
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = server()
    process.communicate(timeout=240)
    found = eventually_all(folder, 200)
    second.terminate()
    second.wait(240)
    assert sorted(figures(folder)) == sorted(found) == list(range(1, 201))


def test_calls_made_while_no_server_runs_are_counted_by_the_next_one(server, script, folder):
    first = server()
    process = script()
    while process.stdout.readline() != "99\n":
        pass
    first.send_signal(signal.SIGKILL)
    first.wait()
    process.communicate(timeout=240)
    server()
    assert sum(eventually_all(folder, 200)) == ALL
    assert not list((folder / "spool").glob("*.jsonl"))


def test_a_server_that_is_stopped_in_good_order_leaves_nothing_behind(server, script, folder, tmp_path):
    process = server()
    script().communicate(timeout=240)
    process.terminate()
    process.wait(240)
    assert sum(figures(folder)) == ALL
    assert list((folder / "services").iterdir()) == []
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log
