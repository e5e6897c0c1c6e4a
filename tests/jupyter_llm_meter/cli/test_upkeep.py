"""Backup, restore and vacuum as a person and a program see them."""

import json

import pytest
from empty_ledger import place_empty_ledger

from jupyter_llm_meter.cli.files import format_bytes
from llm_meter_tap.wire import file_lock


def calls(meter):
    return json.loads(meter("report", "--json", "--group-by", "none").stdout)["rows"][0]["calls"]


def test_a_backup_is_restored_to_the_same_totals(meter, home, ledger_url):
    copy = home / "elsewhere" / "copy.sqlite3"
    done = meter("backup", "copy.sqlite3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "backed up in copy.sqlite3" in done.stdout
    before = meter("report", "--json").stdout
    (home / "data" / "llm-meter" / "ledger.sqlite3").unlink()
    document = json.loads(meter("restore", "--json", str(copy)).stdout)
    assert document == {"ledger": str(home / "data" / "llm-meter" / "ledger.sqlite3")}
    assert meter("report", "--json").stdout == before


def test_a_restore_over_calls_needs_force_and_says_where_they_are(meter, home, ledger_url):
    place_empty_ledger(home / "elsewhere" / "empty.sqlite3")
    done = meter("restore", "empty.sqlite3")
    assert (done.returncode, "--force" in done.stderr, done.stdout) == (2, True, "")
    assert calls(meter) == 2
    done = meter("restore", "empty.sqlite3", "--force")
    assert (done.returncode, done.stderr) == (0, "")
    (aside,) = (home / "data" / "llm-meter").glob("ledger-before-restore-*.sqlite3")
    assert str(aside) in done.stdout
    assert json.loads(meter("report", "--json", "--db", str(aside)).stdout)["rows"]


def test_a_restore_is_refused_while_a_service_runs_that_has_not_opened_the_ledger(meter, home, ledger_url):
    services = home / "data" / "llm-meter" / "services"
    services.mkdir()
    address = {"address": "127.0.0.1", "port": 9, "secret": "s", "pid": 1, "version": 1}
    address["started_at"] = "2026-11-30T00:00:00.000000Z"
    (services / "1-a.json").write_text(json.dumps(address))
    place_empty_ledger(home / "elsewhere" / "empty.sqlite3")
    with open(services / "1-a.lock", "wb") as lock:
        file_lock.hold(lock.fileno())
        done = meter("restore", "--force", "empty.sqlite3")
    assert (done.returncode, "a service is using" in done.stderr) == (2, True), done
    assert calls(meter) == 2


def test_vacuum_says_the_sizes_before_and_after(meter, ledger_url):
    document = json.loads(meter("vacuum", "--json").stdout)
    assert 0 < document["bytes_after"] <= document["bytes_before"]
    done = meter("vacuum")
    assert (done.returncode, done.stderr) == (0, "")
    assert "KiB before" in done.stdout


def test_a_ledger_in_postgresql_has_tools_of_its_own(meter):
    url = "postgresql+psycopg://meter@127.0.0.1:9/meter"
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        done = meter(command, "copy", "--db", url)
        assert (done.returncode, tool in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("backup",), "FILE"),
        (("restore", "a", "b"), "FILE"),
        (("backup", "--forse", "a"), "--forse"),
        (("vacuum", "a"), "unexpected"),
        (("backup", "copy"), "nothing to back up"),
        (("vacuum",), "nothing to compact"),
        (("restore", "nowhere"), "not there"),
    ],
)
def test_a_line_that_cannot_be_done_is_refused_with_what_is_wrong(meter, words, says):
    done = meter(*words)
    assert (done.returncode, says in done.stderr, done.stdout) == (2, True, ""), done


def test_sizes_have_a_unit_that_people_can_read():
    assert [format_bytes(size) for size in (0, 1023, 1024, 1536 * 1024, 5 * 1024**5)] == [
        "0 bytes",
        "1023 bytes",
        "1.0 KiB",
        "1.5 MiB",
        "5120.0 TiB",
    ]
