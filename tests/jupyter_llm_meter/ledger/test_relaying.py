"""The calls that a hub has to get are noted with them, until the hub has them as they are."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.ledger import Ledger, Outbox, sqlite_url
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=timezone.utc)
MISSING = CallRecord("a" * 32, NOW, "ok", "missing", "tap", provider_name="openai", user_id="ann")
REPORTED = replace(MISSING, basis="reported", output_tokens=12)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request, tmp_path):
    """A ledger whose calls are relayed."""
    is_file = request.param == "sqlite"
    url = sqlite_url(tmp_path / "ledger.sqlite3") if is_file else request.getfixturevalue("postgresql_url")
    with Ledger.open(url, outbox=Outbox(is_relayed=True)) as opened:
        yield opened


def waiting(ledger):
    return [each.record.call_id for each in ledger.unrelayed(10)]


def test_a_ledger_without_a_hub_notes_nothing(tmp_path):
    with Ledger.open(sqlite_url(tmp_path / "ledger.sqlite3")) as ledger:
        ledger.settle([REPORTED], [], NOW)
        assert ledger.unrelayed_count() == (0, 0)


def test_a_call_waits_with_its_allotment_until_it_is_relayed(ledger):
    drawn = replace(REPORTED, allotment_id="allotment")
    ledger.settle([drawn], [], NOW)
    [each] = ledger.unrelayed(10)
    assert each.record == drawn
    ledger.note_relayed([each])
    assert waiting(ledger) == []


def test_a_call_that_comes_again_is_not_relayed_again(ledger):
    ledger.settle([REPORTED], [], NOW)
    ledger.note_relayed(ledger.unrelayed(10))
    ledger.settle([REPORTED], [], NOW)
    assert waiting(ledger) == []


def test_a_call_that_changes_on_its_way_is_relayed_again(ledger):
    ledger.settle([MISSING], [], NOW)
    on_its_way = ledger.unrelayed(10)
    # The clock has not moved on.
    ledger.settle([REPORTED], [], NOW)
    ledger.note_relayed(on_its_way)
    [each] = ledger.unrelayed(10)
    assert each.record.output_tokens == 12


def test_a_call_that_was_merged_waits_under_one_id_only(ledger):
    shown = replace(REPORTED, call_id="b" * 32, source="output", response_id="chatcmpl-0123456789abcdef")
    ledger.settle([shown], [], NOW)
    ledger.settle([replace(REPORTED, response_id=shown.response_id)], [], NOW)
    assert waiting(ledger) == [REPORTED.call_id]


def test_calls_of_different_users_are_never_one_call(ledger):
    mine = replace(REPORTED, response_id="chatcmpl-0123456789abcdef", kernel_id="kernel", run_id="run")
    ledger.settle([mine], [], NOW)
    ledger.settle([replace(mine, call_id="c" * 32, user_id="ben", source="output")], [], NOW)
    assert sorted(waiting(ledger)) == [mine.call_id, "c" * 32]


def test_a_call_that_the_hub_did_not_take_is_kept_and_sent_again_when_it_changes(ledger):
    ledger.settle([MISSING], [], NOW)
    ledger.note_not_taken(ledger.unrelayed(10), "line 1: wrong")
    assert (waiting(ledger), ledger.unrelayed_count()) == ([], (0, 1))
    ledger.settle([REPORTED], [], NOW)
    assert (waiting(ledger), ledger.unrelayed_count()) == ([MISSING.call_id], (1, 0))


def test_nothing_to_note_changes_nothing(ledger):
    ledger.note_relayed([])
    ledger.note_not_taken([], "")
    assert ledger.unrelayed_count() == (0, 0)


def test_only_the_standing_of_one_subject_is_read_where_one_is_wanted(ledger):
    from jupyter_llm_meter.core.limit_reader import parse_limits

    limits = parse_limits([{"scope": "user", "window": "total", "unit": "calls", "amount": 5}], "config")
    ledger.settle([REPORTED, replace(REPORTED, call_id="d" * 32, user_id="ben")], limits, NOW)
    assert [each.subject for each in ledger.standings(limits, NOW, {}, "ben")] == ["ben"]
