"""Real taps in several processes at one hard limit: not one call too many, not one too few, killed or not."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from tap_provider import Provider

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.ledger import Ledger

HERE = Path(__file__).parent
CALLS = 400
LIMITS = [
    {"window": "total", "unit": "calls", "amount": CALLS, "on_exceed": "block"},
    {"window": "day", "unit": "tokens", "amount": 10**9, "on_exceed": "block", "scope": "model"},
]
PATIENCE_S = 270


@pytest.fixture
def folder(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (tmp_path / "limits.json").write_text(json.dumps(LIMITS))
    Ledger.open(f"sqlite:///{private / 'ledger.sqlite3'}").close()
    return private


@pytest.fixture
def provider():
    running = Provider()
    yield running
    running.close()


@pytest.fixture
def run(folder):
    """Start a service or a client in a process of its own; none is left at the end."""
    processes = []

    def start(program, *arguments):
        command = [sys.executable, str(HERE / program), str(folder), *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        first = next((folder / "services").glob("*.gate"), None)
        if first is not None:
            environment["LLM_METER_SERVICE"] = first.stem
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def serve(run, folder):
    def start():
        service = run("limit_service.py", folder.parent / "limits.json", "exact")
        assert service.stdout.readline() == "ready\n"
        return service

    return start


@pytest.fixture
def ledger(folder):
    with Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}") as opened:
        yield opened


def standing(ledger, now):
    (found,) = ledger.standings(parse_limits(LIMITS[:1], "config"), now)
    return found


def test_processes_use_a_limit_to_its_last_call_and_not_one_further(serve, run, provider, ledger):
    serve()
    url = f"{provider.url}/json/v1/chat/completions"
    clients = [run("allotment_client.py", 4, url) for _ in range(3)]
    answered = sum(int(client.communicate(timeout=PATIENCE_S)[0]) for client in clients)
    assert (answered, len(provider.seen)) == (CALLS, CALLS)
    end = standing(ledger, datetime.now(timezone.utc))
    assert (end.used, end.reserved) == (CALLS, 0)


def test_a_limit_holds_and_nothing_is_lost_when_processes_are_killed(serve, run, provider, folder, ledger):
    service = serve()
    url = f"{provider.url}/json/v1/chat/completions"
    living = [run("allotment_client.py", 4, url) for _ in range(4)]
    chance = random.Random(11)
    for _ in range(2):
        wait_for_calls(provider, chance.randrange(20, 60))
        service.send_signal(signal.SIGKILL)
        service.wait()
        victim = living.pop()
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        service = serve()
    for client in living:
        client.communicate(timeout=PATIENCE_S)
    service.send_signal(signal.SIGTERM)
    service.wait(PATIENCE_S)
    assert len(provider.seen) <= CALLS
    assert list((folder / "spool").glob("*.jsonl")) == []
    end = standing(ledger, datetime.now(timezone.utc))
    recorded = [each for each in ledger.records() if each.status != "refused"]
    assert end.used == len(recorded) >= len(provider.seen)
    assert end.reserved == 0
    # What the dead held was had by the living.
    assert end.used == CALLS


def wait_for_calls(provider, more):
    wanted = len(provider.seen) + more
    give_up_at = time.monotonic() + PATIENCE_S
    while len(provider.seen) < wanted and time.monotonic() < give_up_at:
        time.sleep(0.01)
