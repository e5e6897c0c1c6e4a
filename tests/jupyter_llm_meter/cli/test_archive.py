"""The archive as a person and a program see it."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from archive_samples import samples
from ledger_samples import call

from jupyter_llm_meter.ledger import Ledger

NOW = datetime.now(timezone.utc)
OLD = (NOW - timedelta(days=200)).replace(day=10, hour=9, minute=7, second=3)
MONTH = f"{OLD:%Y-%m}"


@pytest.fixture
def old_calls(ledger_url):
    """Calls of an old month, and of two days of now."""
    with Ledger.open(ledger_url) as ledger:
        ledger.settle(list(samples(OLD)), [], NOW)
        ledger.settle([call("day-before", started_at=NOW - timedelta(days=1))], [], NOW)
    return ledger_url


def document(meter, *words):
    done = meter(*words, "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def rows(meter, *words):
    return document(meter, "report", *words)["rows"]


def test_calls_are_archived_listed_verified_and_restored(meter, home, old_calls):
    before = rows(meter, "--group-by", "day")
    dry = document(meter, "archive", "--dry-run")
    assert dry == {"older_than": 90, "months": [{"month": MONTH, "calls": 13}]}
    assert "dry run" in meter("archive", "--dry-run").stdout
    done = meter("archive")
    assert (done.returncode, done.stderr) == (0, "")
    assert "13 calls archived in" in done.stdout and "vacuum" in done.stdout
    assert rows(meter, "--group-by", "day") == before
    (part,) = document(meter, "archive", "--list")["parts"]
    assert (part["month"], part["calls"], part["state"]) == (MONTH, 13, "archived")
    assert part["file"] in meter("archive", "--list").stdout
    assert document(meter, "archive", "--verify")["files"] == [{"file": part["file"], "calls": 13}]
    assert "1 of 1 files are as they were written" in meter("archive", "--verify").stdout
    assert "No month has calls" in meter("archive").stdout
    assert document(meter, "archive", "--restore", MONTH)["parts"][0]["state"] == "archived"
    assert rows(meter, "--group-by", "day") == before
    assert document(meter, "archive", "--older-than", "150")["parts"][0]["calls"] == 13
    assert f"13 calls of {MONTH} are in the ledger again" in meter("archive", "--restore", MONTH).stdout


def test_a_damaged_file_is_named_and_nothing_is_put_back(meter, home, old_calls):
    meter("archive")
    (file,) = (home / "data" / "llm-meter" / "archive").glob("2*.gz")
    file.write_bytes(file.read_bytes()[:-1])
    done = meter("archive", "--verify")
    assert (done.returncode, file.name in done.stdout) == (3, True), done
    assert json.loads(meter("archive", "--verify", "--json").stdout)["files"][0]["problem"]
    report = ("report", "--from", f"{MONTH}-10T09:00:01Z", "--archived")
    for words in (("archive", "--restore", MONTH), report):
        done = meter(*words)
        assert (done.returncode, file.name in done.stderr, done.stdout) == (2, True, ""), done
    file.rename(file.with_name(f"{MONTH}-other.jsonl.gz"))
    assert json.loads(meter("archive", "--verify", "--json").stdout)["unknown_files"] == [
        f"{MONTH}-other.jsonl.gz"
    ]
    assert f"{MONTH}-other.jsonl.gz belongs to no part" in meter("archive", "--verify").stdout


def test_a_report_says_what_it_leaves_out_and_reads_it_when_asked(meter, old_calls):
    words = ("--from", f"{(OLD - timedelta(seconds=1)):%Y-%m-%dT%H:%M:%SZ}")
    before = rows(meter, *words)
    meter("archive")
    done = meter("report", *words)
    assert (done.returncode, "Add --archived" in done.stderr) == (0, True), done
    left = document(meter, "report", *words)
    assert (left["archive"]["is_needed"], left["rows"] == before) == (True, False)
    whole = document(meter, "report", "--archived", *words)
    assert (whole["archive"]["is_needed"], whole["rows"]) == (False, before)
    assert "archived" not in meter("report", "--group-by", "month").stderr


def test_an_export_says_what_it_leaves_out_and_writes_it_when_asked(meter, old_calls):
    before = meter("export").stdout
    meter("archive")
    done = meter("export")
    assert (len(done.stdout.splitlines()), "add --archived" in done.stderr) == (3, True), done
    done = meter("export", "--archived")
    assert (done.stdout, done.stderr) == (before, "")


def test_repricing_says_which_calls_keep_their_cost(meter, old_calls):
    meter("archive")
    done = meter("reprice", "--dry-run")
    assert (done.returncode, "archive --restore" in done.stderr) == (0, True), done


def test_old_files_are_removed_when_that_is_asked_for(meter, home, old_calls):
    before = rows(meter, "--group-by", "month")
    done = meter("archive", "--keep-months", "3")
    assert "13 calls older than 3 months removed. Their totals stay." in done.stdout
    assert "totals kept" in meter("archive", "--list").stdout
    assert rows(meter, "--group-by", "month") == before
    done = meter("report", "--from", f"{(OLD - timedelta(seconds=1)):%Y-%m-%dT%H:%M:%SZ}")
    assert "13 calls are removed" in done.stderr


def test_the_ages_come_from_the_configuration(meter, home, old_calls):
    settings = {"LLMMeter": {"archive_after_days": 365, "archive_keep_months": 24}}
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(settings))
    assert document(meter, "archive", "--dry-run") == {"older_than": 365, "months": []}
    assert document(meter, "archive") == {"parts": [], "removed": []}


INTERRUPTED = """
import sys
from jupyter_llm_meter.cli.app import main
from jupyter_llm_meter.ledger.archive import store

def stop(*_words):
    raise KeyboardInterrupt

store.archive_some = stop
sys.exit(main())
"""


def test_an_archive_that_is_interrupted_says_what_is_done(meter, old_calls):
    done = meter("archive", code=INTERRUPTED)
    assert (done.returncode, "0 calls are archived" in done.stderr) == (130, True), done


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--older-than", "34"), "35 days or more"),
        (("--older-than", "soon"), "soon"),
        (("--keep-months", "0"), "1 or more"),
        (("--list", "--verify"), "name one"),
        (("--restore", "2026-13"), "no month"),
        (("--restore", "2020-01"), "no calls of 2020-01"),
    ],
)
def test_a_line_that_cannot_be_done_is_refused(meter, ledger_url, words, says):
    done = meter("archive", *words)
    assert (done.returncode != 0, says in done.stderr, done.stdout) == (True, True, ""), done


def test_before_the_first_call_there_is_nothing_to_archive(meter):
    assert "No calls have been metered yet" in meter("archive").stdout
    assert document(meter, "archive", "--dry-run") == {"older_than": 90, "months": []}
    assert document(meter, "archive") == {"parts": []}
    assert "there is no ledger" in meter("archive", "--restore", "2026-03").stderr
