"""What a program patches does not reach the tap, and the tap does not reach what a program patches.

Each program runs twice, without the tap and with it beside a living service: it prints the same, and every
call that reached the provider is delivered.
"""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from standin_service import StandInService
from tap_process import run, settled

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "a secret question"}]}


def program(provider: object, code: str) -> str:
    """A program with `post()`, which makes a call through urllib3, the same pool every time."""
    lines = "\n".join(" " * 8 + line for line in code.strip("\n").splitlines())
    return f"""
        import json, os, sys, time
        import urllib3
        URL, BODY = "{provider.url}/json/{CHAT}", {BODY}
        body, pool = json.dumps(BODY), urllib3.PoolManager()
        def post():
            return pool.request("POST", URL, body=body, headers={{"content-type": "application/json"}}).status
{lines}
    """


PATCHED = {
    "pyfakefs": """
from pyfakefs.fake_filesystem_unittest import Patcher
with Patcher():
    print(post(), os.path.exists("/spool"))
print(post(), post())
""",
    "freezegun": """
import freezegun
with freezegun.freeze_time("2020-01-01"):
    print(post(), time.time())
print(post(), post())
""",
    "a mocked http.client": """
from unittest import mock
import http.client
print(post())
with mock.patch("http.client.HTTPConnection") as connection, mock.patch("http.client.HTTPResponse"):
    print(post(), len(connection.mock_calls))
    time.sleep(0.3)
    print(len(connection.mock_calls), post())
""",
    "mocked os, open and time": """
from unittest import mock
def refuse(*args, **kwargs):
    raise AssertionError(args)
names = ("os.open", "os.write", "os.fstat", "os.ftruncate", "os.close", "os.stat", "os.rename", "os.mkdir",
         "os.makedirs", "os.unlink", "os.getpid", "os.listdir", "builtins.open", "json.loads", "json.dumps")
patches = [mock.patch(name, refuse) for name in names]
for patch in patches:
    patch.start()
status = post()
time.sleep(0.3)
for patch in patches:
    patch.stop()
print(status, post(), post())
""",
    "a mocked clock": """
from unittest import mock
with mock.patch("time.time", return_value=0.0), mock.patch("time.perf_counter", return_value=0.0):
    print(post(), time.time())
print(post(), post())
""",
    "a mocked datetime": """
from unittest import mock
import datetime
import os
import shutil
import subprocess
from pathlib import Path
with mock.patch("datetime.datetime") as frozen:
    frozen.now.return_value = None
    print(post(), frozen.now())
print(post(), post())
""",
    "a cleared environment": """
from unittest import mock
with mock.patch.dict(os.environ, clear=True):
    print(post(), len(os.environ))
print(post(), post())
""",
    "mocked threads": """
from unittest import mock
import threading
with mock.patch("threading.Thread.start"), mock.patch("threading.Event"), mock.patch("queue.SimpleQueue"):
    print(post(), threading.active_count())
print(post(), post())
""",
}


@pytest.mark.parametrize("how", PATCHED)
def test_calls_are_counted_whatever_the_program_has_patched(provider, folder, service: StandInService, how):
    code = program(provider, PATCHED[how])
    plain = run(None, code)
    started_at = datetime.datetime.now(datetime.timezone.utc).isoformat()[:10]

    assert run(folder, code) == plain
    calls = [line["record"] for line in service.wait_for(settled=3)]
    assert len({call["llm_meter.call.id"] for call in calls}) == 3
    assert [call["gen_ai.usage.input_tokens"] for call in calls] == [11] * 3
    assert all(call["llm_meter.call.started_at"] >= started_at for call in calls)
    assert all(0 <= call["llm_meter.call.duration_s"] < 60 for call in calls)
    assert list((folder / "spool").iterdir()) == []


SOCKETS = {
    "pytest-socket": """
import pytest_socket, socket
pytest_socket.disable_socket()
for _ in range(2):
    try:
        post()
    except Exception as error:
        print(type(error).__name__)
pytest_socket.enable_socket()
print(post())
""",
    "mocket": """
from mocket import Mocketizer
from mocket.mocks.mockhttp import Entry
Entry.single_register(Entry.POST, URL, body="{}", headers={"content-type": "application/json"})
with Mocketizer(strict_mode=True):
    print(post())
    time.sleep(0.3)
    from mocket import Mocket
    print(len(Mocket.request_list()))
print(post())
""",
}


@pytest.mark.parametrize("how", SOCKETS)
def test_the_taps_own_connection_is_not_a_mocked_socket(provider, folder, service: StandInService, how):
    code = program(provider, SOCKETS[how])
    plain = run(None, code)

    assert run(folder, code) == plain
    usages = [line["record"].get("gen_ai.usage.input_tokens") for line in service.wait_for(settled=1)]
    assert usages.count(11) == 1


@pytest.mark.parametrize("is_gated", [False, True], ids=["without a limit", "with a hard limit"])
def test_a_tape_holds_the_programs_requests_and_none_of_the_taps(
    provider, folder, service: StandInService, tmp_path, is_gated
):
    if is_gated:
        service.write_gate()
    code = program(
        provider,
        f"""
import httpx, vcr
for _ in range(2):
    with vcr.use_cassette("{tmp_path}/tape.yaml", match_on=["method", "path", "body"]) as tape:
        print(post(), httpx.post(URL.replace("/json/", "/json/h/"), json=BODY).status_code)
        time.sleep(0.5)
    print([request.path for request in tape.requests])
""",
    )
    output, errors = run(folder, code)

    assert output.splitlines()[1] == output.splitlines()[3]
    assert output.count(CHAT) == 4
    assert errors == ""
    assert "v1/lines" not in (tmp_path / "tape.yaml").read_text()
    assert len(service.reservation_requests) >= (2 if is_gated else 0)
    service.wait_for(settled=2)


def test_a_program_that_closes_every_descriptor_keeps_its_own_files(
    provider, folder, service: StandInService, tmp_path
):
    code = program(
        provider,
        f"""
post()
time.sleep(0.5)
pool.clear()
os.closerange(3, 256)
files = [open("{tmp_path}/%d.csv" % number, "a+") for number in range(8)]
for file in files:
    print("name,score", file=file, flush=True)
print(post())
time.sleep(0.5)
pid = os.fork()
for file in files:
    print("ada,1" if pid else "bob,2", file=file, flush=True)
if pid:
    print(os.waitpid(pid, 0)[1], post())
else:
    os._exit(0)
""",
    )
    output, errors = run(folder, code)

    assert (output, errors) == ("200\n0 200\n", "")
    for path in sorted(tmp_path.glob("*.csv")):
        assert sorted(path.read_text().splitlines()) == ["ada,1", "bob,2", "name,score"]
    assert len({line["record"]["llm_meter.call.id"] for line in service.wait_for(settled=3)}) == 3


def test_a_spool_whose_descriptor_was_closed_is_written_on(provider, folder):
    run(folder, program(provider, "post()\npool.clear()\nos.closerange(3, 256)\nprint(post())"))

    assert len(list((folder / "spool").glob("*.jsonl"))) == 1
    assert len(settled(folder)) == 2


GEVENT = """
from gevent import monkey
{first}
monkey.patch_all()
import gevent.pool
print(sorted(gevent.pool.Pool(5).map(lambda _: post(), range(10))))
"""


@pytest.mark.parametrize("first", ["", "print(post())"], ids=["early", "late"])
def test_under_gevent_every_call_is_delivered_and_nothing_is_said(
    provider, folder, service: StandInService, first
):
    code = program(provider, GEVENT.format(first=first))
    output, errors = run(folder, code)

    assert output == run(None, code)[0]
    assert [line for line in errors.splitlines() if "MonkeyPatchWarning" not in line] == []
    service.wait_for(settled=11 if first else 10)


def test_under_gevent_other_greenlets_run_while_a_reservation_is_awaited(
    provider, folder, service: StandInService, tmp_path
):
    service.write_gate()
    has_run = tmp_path / "other-greenlet-has-run"
    seen: list[bool] = []

    def wait() -> None:
        until = time.monotonic() + 1.5
        while not has_run.exists() and time.monotonic() < until:
            time.sleep(0.01)
        seen.append(has_run.exists())

    service.on_reserve = wait
    code = f"""
        from gevent import monkey
        monkey.patch_all()
        import gevent, json, urllib3
        body, kind = json.dumps({BODY}), {{"content-type": "application/json"}}
        def post():
            pool = urllib3.PoolManager()
            return pool.request("POST", "{provider.url}/json/{CHAT}", body=body, headers=kind).status
        first = gevent.spawn(post)
        gevent.spawn(lambda: open("{has_run}", "w").close())
        print(first.get())
    """

    assert run(folder, code)[0] == "200\n"
    assert seen == [True]


def find_warning_pythons() -> list[str]:
    """Every Python that warns of threads when it forks, and that really runs (a shim may not)."""
    found = [str(path) for path in Path.home().glob(".pyenv/versions/3.1[2-9].*/bin/python")]
    found += filter(None, map(shutil.which, ("python3.12", "python3.13", "python3.14")))
    runs = [
        python for python in found if subprocess.run([python, "-c", ""], capture_output=True).returncode == 0
    ]
    return sorted({os.path.realpath(python) for python in runs})


WARNING_PYTHONS = find_warning_pythons()


@pytest.mark.skipif(not WARNING_PYTHONS, reason="no Python 3.12 or newer was found on this machine")
@pytest.mark.parametrize("is_gated", [False, True], ids=["without a limit", "with a hard limit"])
def test_a_fork_warns_of_no_thread_of_the_taps(provider, folder, service: StandInService, is_gated):
    if is_gated:
        service.write_gate()
    code = f"""
        import json, multiprocessing, os, sys, threading, time, urllib.request, warnings
        warnings.simplefilter("always")
        body, kind = json.dumps({BODY}).encode(), {{"content-type": "application/json"}}
        request = urllib.request.Request("{provider.url}/json/{CHAT}", body, kind)
        def post():
            with urllib.request.urlopen(request) as response:
                return len(response.read())
        for pause_s in (0, 0.2):
            post()
            time.sleep(pause_s)
            pid = os.fork()
            if pid == 0:
                os._exit(post() == 0)
            print(os.waitpid(pid, 0)[1], post(), threading.enumerate() == [threading.main_thread()])
        worker = multiprocessing.get_context("fork").Process(target=post)
        worker.start()
        worker.join()
        print(worker.exitcode)
    """
    for python in WARNING_PYTHONS:
        plain = run(None, code, python=python)
        assert plain[1] == ""

        assert run(folder, code, python=python) == plain
    # A child that ends by os._exit leaves its calls in its spool.
    records = [line["record"] for line in service.settled()] + settled(folder)
    assert len({record["llm_meter.call.id"] for record in records}) == 7 * len(WARNING_PYTHONS)
