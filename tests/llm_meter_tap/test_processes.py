"""Calls outlive the process that made them, whichever way it ends or multiplies."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tap_process import environment, run, settled, spool_lines, start

from llm_meter_tap.wire import file_lock

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}


def find_old_python() -> str | None:
    """A Python 3.8 that really runs (a version manager's shim may not)."""
    candidates = [*Path.home().glob(".pyenv/versions/3.8.*/bin/python"), shutil.which("python3.8")]
    for python in filter(None, candidates):
        if subprocess.run([python, "--version"], capture_output=True).returncode == 0:
            return str(python)
    return None


OLD_PYTHON = find_old_python()


def call(provider: object, how: str = "json", body: object = BODY) -> str:
    return f"httpx.post('{provider.url}/{how}/{CHAT}', json={body})"


@pytest.mark.parametrize("client", ["httpx", "httpx2", "requests"])
def test_a_call_survives_kill_9_right_after_it(provider, folder, client):
    code = f"""
        import {client}, os, signal
        {client}.post("{provider.url}/json/{CHAT}", json={BODY})
        os.kill(os.getpid(), signal.SIGKILL)
    """
    assert start(folder, code).wait(240) == -signal.SIGKILL

    (record,) = settled(folder)
    assert record["gen_ai.usage.input_tokens"] == 11


def test_a_process_killed_in_mid_stream_leaves_its_call_open_and_its_spool_unlocked(provider, folder):
    code = f"""
        import httpx
        with httpx.stream("POST", "{provider.url}/halfway/{CHAT}", json={STREAM}) as response:
            for line in response.iter_lines():
                print(line, flush=True)
    """
    process = start(folder, code)
    process.stdout.readline()
    (spool,) = (folder / "spool").iterdir()
    assert file_lock.is_held(str(spool))
    process.kill()
    process.communicate()

    assert [line["event"] for line in spool_lines(folder)] == ["opened"]
    assert not file_lock.is_held(str(spool))


def test_an_interrupt_reaches_the_user_and_aborts_the_call(provider, folder):
    code = f"""
        import httpx, signal
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits it ignored
        try:
            with httpx.stream("POST", "{provider.url}/halfway/{CHAT}", json={STREAM}) as response:
                for line in response.iter_lines():
                    print(line, flush=True)
        except KeyboardInterrupt:
            print("interrupted")
    """
    process = start(folder, code)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    output, problems = process.communicate(timeout=240)

    assert output.endswith("interrupted\n"), problems
    (record,) = settled(folder)
    assert record["llm_meter.call.status"] == "aborted"


def test_a_stream_still_open_at_exit_is_aborted(provider, folder):
    code = f"""
        import httpx
        client = httpx.Client()
        request = client.build_request("POST", "{provider.url}/halfway/{CHAT}", json={STREAM})
        response = client.send(request, stream=True)
        next(response.iter_raw())
    """
    run(folder, code)

    (record,) = settled(folder)
    assert record["llm_meter.call.status"] == "aborted"


def test_a_forked_child_has_its_own_spool_and_does_not_touch_the_parents_lock(provider, folder):
    code = f"""
        import httpx, os
        {call(provider)}
        child = os.fork()
        if not child:
            {call(provider)}
            os._exit(0)
        os.waitpid(child, 0)
        {call(provider)}
        print("ready", flush=True)
        input()
    """
    process = start(folder, code)
    assert process.stdout.readline() == "ready\n"

    spools = {path.name.split("-")[0]: path for path in (folder / "spool").iterdir()}
    assert len(spools) == 2
    assert file_lock.is_held(str(spools.pop(str(process.pid))))
    assert not file_lock.is_held(str(spools.popitem()[1]))
    process.communicate("\n")
    assert len(settled(folder)) == 3


def test_a_child_that_outlives_its_parent_does_not_hold_the_parents_lock(provider, folder):
    code = f"""
        import httpx, os, sys
        {call(provider)}
        if not os.fork():
            print(os.getppid(), flush=True)
            sys.stdin.read()
            os._exit(0)
        os.kill(os.getpid(), 9)
    """
    process = start(folder, code)
    parent = process.stdout.readline().strip()
    process.wait(240)

    (spool,) = (folder / "spool").iterdir()
    assert spool.name.startswith(parent) or parent == "1"
    assert not file_lock.is_held(str(spool))
    process.communicate()


def test_a_stream_forgotten_in_a_forked_child_stays_the_parents(provider, folder):
    code = f"""
        import httpx, os
        client = httpx.Client()
        request = client.build_request("POST", "{provider.url}/sse/{CHAT}", json={STREAM})
        response = client.send(request, stream=True)
        child = os.fork()
        if not child:
            del response
            import gc; gc.collect()
            os._exit(0)
        os.waitpid(child, 0)
        response.read()
    """
    run(folder, code)

    (record,) = settled(folder)
    assert record["llm_meter.call.status"] == "ok"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_multiprocessing_are_metered_and_bring_their_calls_before_they_end(
    provider, folder, service, tmp_path, method
):
    script = tmp_path / "workers.py"
    script.write_text(
        "import multiprocessing, httpx\n"
        f"def work(_): return {call(provider)}.status_code\n"
        "if __name__ == '__main__':\n"
        f"    work(0)\n"
        f"    with multiprocessing.get_context('{method}').Pool(2) as pool:\n"
        "        print(pool.map(work, range(4)))\n"
        "        pool.close()\n"
        "        pool.join()\n"
    )
    subprocess.run([sys.executable, script], env=environment(folder), check=True, timeout=240)

    lines = service.wait_for(settled=5)
    assert len({line["record"]["llm_meter.call.id"] for line in lines}) == 5


@pytest.mark.parametrize("pool", ["ProcessPoolExecutor(4, context)", "context.Pool(4)"])
def test_forked_workers_that_share_a_client_which_was_not_used_before_all_end(
    provider, folder, service, tmp_path, pool
):
    # A connection that was opened before the fork belongs to nobody afterwards, with the tap or without.
    script = tmp_path / "workers.py"
    script.write_text(
        "import httpx, multiprocessing\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "client = httpx.Client(timeout=200)\n"
        f"def work(_): return client.post('{provider.url}/json/{CHAT}', json={BODY}).status_code\n"
        "if __name__ == '__main__':\n"
        f"    {call(provider)}\n"
        "    context = multiprocessing.get_context('fork')\n"
        f"    with {pool} as pool:\n"
        "        print(sum(status == 200 for status in pool.map(work, range(24))))\n"
        "        getattr(pool, 'close', print)()\n"
        "        getattr(pool, 'join', print)()\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        env=environment(folder),
        check=True,
        timeout=240,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["24"]
    assert len(service.wait_for(settled=25)) == 25


def test_threads_and_a_fork_in_the_middle_of_calls_lose_nothing(provider, folder, service):
    # The clients are made and used first: OpenSSL and half-done imports do not survive a fork amid threads.
    code = f"""
        import httpx, os, threading
        url, body = "{provider.url}/json/{CHAT}", {BODY}
        clients = [httpx.Client() for _ in range(4)]
        for client in clients: client.post(url, json=body)
        def work(client):
            for _ in range(10):
                client.post(url, json=body)
        spare = [httpx.Client() for _ in range(3)]
        threads = [threading.Thread(target=work, args=(client,)) for client in clients]
        for thread in threads: thread.start()
        children = []
        for client in spare:
            child = os.fork()
            if not child:
                client.post(url, json=body)
                os._exit(0)
            children.append(child)
        for thread in threads: thread.join()
        for child in children: os.waitpid(child, 0)
    """
    run(folder, code)

    told = [line["record"] for line in service.settled()]
    assert len({record["llm_meter.call.id"] for record in [*told, *settled(folder)]}) == 47


def test_neither_prompt_nor_answer_nor_key_is_in_any_file(provider, folder, service):
    body = {**BODY, "messages": [{"role": "user", "content": "canary-prompt"}], "stream": True}
    code = f"""
        import httpx, logging
        logging.basicConfig(level="DEBUG", filename="{folder}/log.txt")
        for library in ("httpcore", "httpx"):  # they log what they send at DEBUG and INFO
            logging.getLogger(library).setLevel("WARNING")
        key = {{"authorization": "Bearer canary-key", "x-api-key": "canary-key"}}
        for how in ("sse", "silent", "nonsense", "limited"):
            httpx.post(f"{provider.url}/{{how}}/{CHAT}?key=canary-key", json={body}, headers=key)
        with httpx.stream("POST", "{provider.url}/halfway/{CHAT}", json={body}, headers=key) as response:
            next(response.iter_raw())
            print("half", flush=True)
            input()
    """
    process = start(folder, code)
    process.stdout.readline()
    service.wait_for(settled=4)
    process.kill()
    process.communicate()

    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"gpt-5" in kept
    for secret in (b"canary-prompt", b"canary-key", b"word0", b"Hi!"):
        assert secret not in kept


def test_only_the_user_can_read_the_files_on_disk(provider, folder):
    run(folder, f"import os; os.umask(0); import httpx; {call(provider)}")

    modes = {path.name: path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}
    assert all(mode == (0o600 if "." in name else 0o700) for name, mode in modes.items()), modes


@pytest.mark.skipif(OLD_PYTHON is None, reason="no Python 3.8 was found on this machine")
def test_python_3_8_runs_every_module_of_the_tap(tmp_path: Path, folder):
    code = """
        import pkgutil, importlib, llm_meter_tap
        for found in pkgutil.walk_packages(llm_meter_tap.__path__, "llm_meter_tap."):
            if "sitecustomize" not in found.name:
                importlib.import_module(found.name)
        from llm_meter_tap import LimitExceeded, check_and_alert, count_tokens, record
        print(record(input_tokens=1, model="m"))
    """
    output, errors = run(folder, code, python=OLD_PYTHON)

    assert errors == ""
    assert [record["llm_meter.call.id"] for record in settled(folder)] == [output.strip()]


@pytest.mark.skipif(OLD_PYTHON is None, reason="no Python 3.8 was found on this machine")
def test_python_3_8_meters_its_own_requests(provider, folder, tmp_path: Path):
    site = os.environ.get("LLM_METER_TEST_PYTHON38_SITE")
    if not site:
        pytest.skip(
            "LLM_METER_TEST_PYTHON38_SITE names no site-packages of Python 3.8 with httpx and requests"
        )
    code = f"""
        import sys; sys.path.append({site!r})
        import httpx, requests
        {call(provider)}
        requests.post("{provider.url}/sse/{CHAT}", json={STREAM})
    """
    _, errors = run(folder, code, python=OLD_PYTHON)

    assert errors == ""
    assert len(settled(folder)) == 2
