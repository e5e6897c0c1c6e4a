"""Many threads in several processes at one hard limit, through real HTTP to a real service, killed or not."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from empty_ledger import place_empty_ledger

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.reservation import LEASE, CallBounds
from jupyter_llm_meter.ledger import Ledger
from llm_meter_tap.wire.record import CallRecord

HERE = Path(__file__).parent
TOKENS = 30
CALLS = 150
LIMITS = [{"window": "total", "unit": "tokens", "amount": CALLS * TOKENS + TOKENS - 1, "on_exceed": "block"}]
PATIENCE_S = 270


@pytest.fixture
def folder(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    return private


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, folder):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return place_empty_ledger(folder / "ledger.sqlite3")


@pytest.fixture
def run(folder):
    """Start a service or a client in a process of its own; none is left at the end."""
    processes = []

    def start(program, *arguments):
        command = [sys.executable, str(HERE / program), str(folder), *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def serve(run, folder, url):
    limits = folder.parent / "limits.json"
    limits.write_text(json.dumps(LIMITS))

    def start():
        service = run("limit_service.py", limits, url)
        assert service.stdout.readline() == "ready\n"
        return service

    return start


@pytest.fixture
def ledger(url):
    with Ledger.open(url) as opened:
        yield opened


def standing(ledger, now):
    (found,) = ledger.standings(parse_limits(LIMITS, "config"), now, {"user": "alice"})
    return found


def test_processes_use_a_limit_to_its_last_call_and_not_one_further(serve, run, ledger):
    serve()
    clients = [run("limit_client.py", 8, TOKENS) for _ in range(4)]
    sent = [call_id for client in clients for call_id in client.communicate(timeout=PATIENCE_S)[0].split()]
    now = datetime.now(timezone.utc)
    assert (len(sent), ledger.known(sent)) == (CALLS, set(sent))
    assert (standing(ledger, now).used, standing(ledger, now).reserved) == (CALLS * TOKENS, 0)


def test_a_limit_holds_and_no_call_is_lost_after_any_process_is_killed(serve, run, folder, ledger):
    service = serve()
    clients = [run("limit_client.py", 6, TOKENS) for _ in range(4)]
    living = list(clients)
    chance = random.Random(7)
    for _ in range(2):
        wait_for_calls(ledger, chance.randrange(10, 40))
        service.send_signal(signal.SIGKILL)
        service.wait()
        victim = living.pop()
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        service = serve()
    sent = [call_id for client in clients for call_id in client.communicate(timeout=PATIENCE_S)[0].split()]
    service.send_signal(signal.SIGTERM)
    service.wait(PATIENCE_S)
    assert list((folder / "spool").glob("*.jsonl")) == []
    later = datetime.now(timezone.utc) + LEASE + timedelta(seconds=1)
    end = standing(ledger, later)
    assert end.used <= CALLS * TOKENS
    finished = {each.call_id for each in ledger.records() if each.basis == "reported"}
    assert finished >= set(sent)
    assert (end.used, end.reserved) == (len(finished) * TOKENS, 0)
    # What is left can be had to the last token: nothing that the dead held is kept from the living.
    assert granted(ledger, int(end.remaining), later)
    assert not granted(ledger, TOKENS, later)


def wait_for_calls(ledger, more):
    """Wait until the ledger has so many calls more."""

    def count():
        rows = ledger.usage("none")
        return rows[0]["calls"] if rows else 0

    wanted = count() + more
    give_up_at = time.monotonic() + PATIENCE_S
    while count() < wanted and time.monotonic() < give_up_at:
        time.sleep(0.01)


def granted(ledger, tokens, now):
    record = CallRecord(os.urandom(8).hex(), now, "ok", "missing", "tap", user_id="alice")
    return ledger.reserve([CallBounds(record, 0, tokens)], parse_limits(LIMITS, "config"), now) == [None]
