"""Several processes on one ledger, killed in the middle of it."""

import subprocess
import sys

import ledger_writer
from ledger_samples import NOW, call, limit
from ledger_writer import LIMITS

from jupyter_llm_meter.ledger import Ledger

WRITERS = 4
PATIENCE_S = 240


def start_writer(url, name):
    return subprocess.Popen(
        [sys.executable, ledger_writer.__file__, url, name],
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(writer, acknowledged):
    """Kill -9 a writer that has settled some calls; returns every id that was acknowledged as settled."""
    acknowledged_ids = [writer.stdout.readline().strip() for _ in range(acknowledged)]
    writer.kill()
    acknowledged_ids += writer.stdout.read().split("\n")[:-1]  # the last line may be torn
    writer.wait(PATIENCE_S)
    writer.stdout.close()
    return acknowledged_ids


def test_every_settled_call_is_stored_once_after_any_process_was_killed(database_url):
    writers = [start_writer(database_url, f"w{number}") for number in range(WRITERS)]
    acknowledged_ids = {
        call_id
        for number, writer in enumerate(writers)
        for call_id in kill_after(writer, acknowledged=20 + 10 * number)
    }
    with Ledger.open(database_url) as ledger:
        held = list(ledger.records())
        ids = {record.call_id for record in held}
        assert acknowledged_ids <= ids
        assert len(held) == len(ids)
        # Of each writer only the call under way when it was killed may be there without an acknowledgement.
        assert len(ids - acknowledged_ids) <= WRITERS
        tokens, calls = (ledger.standings([each], NOW) for each in LIMITS)
        assert [each.used for each in tokens] == [sum(record.total_tokens for record in held)]
        by_notebook = {each.subject: each.used for each in calls}
        assert sum(by_notebook.values()) == len(held)
        assert ledger.summary(NOW)["calls"] == len(held)


def test_processes_that_open_a_blank_ledger_at_once_make_one(blank_url):
    writers = [start_writer(blank_url, f"w{number}") for number in range(WRITERS)]
    for writer in writers:
        assert len(kill_after(writer, acknowledged=1)) >= 1
    with Ledger.open(blank_url) as ledger:
        assert len(ledger.meta["ledger_id"]) == 32


def test_the_same_calls_from_two_processes_count_once(database_url):
    first = start_writer(database_url, "same")
    second = start_writer(database_url, "same")
    acknowledged_ids = {*kill_after(first, 30), *kill_after(second, 30)}
    with Ledger.open(database_url) as ledger:
        held = list(ledger.records())
        assert acknowledged_ids <= {record.call_id for record in held}
        (tokens,) = ledger.standings([LIMITS[0]], NOW)
        assert tokens.used == sum(record.total_tokens for record in held)


def test_a_reader_never_waits_for_a_writer(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    writer = start_writer(url, "busy")
    writer.stdout.readline()
    try:
        with Ledger.open(url) as ledger:
            seen = [ledger.summary(NOW)["calls"] for _ in range(50)]
        assert seen == sorted(seen)
        assert seen[0] >= 1
    finally:
        kill_after(writer, 0)


def test_a_ledger_is_used_by_several_threads(ledger):
    from concurrent.futures import ThreadPoolExecutor

    each = limit(amount=10**9)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: ledger.settle([call(str(n % 40))], [each], NOW), range(80)))
    (standing,) = ledger.standings([each], NOW)
    assert standing.used == 40 * 120
