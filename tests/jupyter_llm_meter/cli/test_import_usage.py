"""Importing the token_usage.json of a script: once, as a whole, and never what was metered already."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from empty_ledger import place_empty_ledger
from ledger_samples import limit

from jupyter_llm_meter.ledger import Ledger
from llm_meter_tap.wire.record import CallRecord

LONG_AGO = datetime(2024, 1, 1, tzinfo=timezone.utc)
OLD = [
    {"timestamp": "2025-03-01T12:00:00.123456", "input_tokens": 100, "output_tokens": 20, "cumulative": 120},
    {"timestamp": "2025-03-02 08:00:00", "input_tokens": 7, "output_tokens": 0, "cumulative": 127},
    {"timestamp": "2025-03-02T08:00:00+08:00", "input_tokens": 1, "output_tokens": 2, "cumulative": 130},
    {"timestamp": 1740960000, "input_tokens": 5, "output_tokens": 5, "cumulative": 140},
]


@pytest.fixture
def usage_file(home):
    """Write a token_usage.json; returns its path."""

    def write(records, total=None, name="token_usage.json"):
        total = (
            sum(each["input_tokens"] + each["output_tokens"] for each in records) if total is None else total
        )
        path = home / "elsewhere" / name
        path.write_text(json.dumps({"total_used": total, "records": records}))
        return str(path)

    return write


def exported(meter):
    lines = meter("export").stdout.splitlines()
    return [CallRecord.from_wire(json.loads(line)) for line in lines]


def answer(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_each_record_becomes_a_call_of_the_user_at_its_time(meter, usage_file):
    done = meter("import", usage_file(OLD))
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 calls imported" in done.stdout
    assert "2 times name no zone; they were read as times of Asia/Tokyo" in done.stdout
    calls = {(call.input_tokens, call.output_tokens): call for call in exported(meter)}
    assert {call.user_id for call in calls.values()} == {"alice"}
    assert {(call.source, call.program_name) for call in calls.values()} == {("import", "token_usage.json")}
    assert {key: call.started_at.isoformat() for key, call in calls.items()} == {
        (100, 20): "2025-03-01T03:00:00.123456+00:00",
        (7, 0): "2025-03-01T23:00:00+00:00",
        (1, 2): "2025-03-02T00:00:00+00:00",
        (5, 5): "2025-03-03T00:00:00+00:00",
    }
    assert all(call.request_model is None and call.cost_amount is None for call in calls.values())


def test_a_second_import_changes_nothing_also_with_another_zone(meter, usage_file):
    path = usage_file(OLD)
    assert answer(meter("import", "--json", path))["imported"] == 4
    before = exported(meter)
    document = answer(meter("import", "--json", "--time-zone", "Europe/Berlin", path))
    assert (document["imported"], document["known"]) == (0, 4)
    assert exported(meter) == before


def test_a_file_that_has_grown_adds_only_what_is_new(meter, usage_file):
    meter("import", usage_file(OLD[:2]))
    document = answer(meter("import", "--json", usage_file(OLD, name="copy of it.json")))
    assert (document["imported"], document["known"]) == (2, 2)
    assert len(exported(meter)) == 4


def test_equal_records_are_calls_of_their_own(meter, usage_file):
    path = usage_file([OLD[0], OLD[0], OLD[0]])
    assert answer(meter("import", "--json", path))["imported"] == 3
    assert answer(meter("import", "--json", path))["known"] == 3


def test_tokens_of_the_total_without_a_record_are_named_and_not_invented(meter, usage_file):
    assert "60 tokens of the file's total are in no record" in meter("import", usage_file(OLD, 200)).stdout
    assert sum(call.total_tokens for call in exported(meter)) == 140
    assert answer(meter("import", "--json", usage_file(OLD, 100)))["unrecorded_tokens"] == -40


def test_what_was_metered_already_is_refused_until_the_user_decides(meter, ledger_url, usage_file, home):
    with Ledger.open(ledger_url) as ledger:
        (first, *_others) = [call.started_at for call in ledger.records()]
    late = [
        {"timestamp": (first + timedelta(days=days)).isoformat(), "input_tokens": 1, "output_tokens": 1}
        for days in (-1, 1)
    ]
    path = usage_file(late)
    done = meter("import", path)
    assert (done.returncode, "counted twice" in done.stderr, done.stdout) == (2, True, "")
    assert len(exported(meter)) == 2
    cut = done.stderr.partition("--to ")[2].partition(",")[0]
    document = answer(meter("import", "--json", "--to", cut, path))
    assert (document["imported"], document["left_out"]) == (1, 1)
    assert answer(meter("import", "--json", "--all", path))["imported"] == 1


def test_the_calls_of_others_in_the_ledger_say_nothing_about_ones_own(meter, home, usage_file):
    url = place_empty_ledger(home / "data" / "llm-meter" / "ledger.sqlite3")
    with Ledger.open(url) as ledger:
        bobs = CallRecord("bobs", LONG_AGO, "ok", "reported", "tap", user_id="bob", cost_amount=Decimal(1))
        ledger.settle([bobs], [], LONG_AGO)
    assert answer(meter("import", "--json", usage_file(OLD)))["imported"] == 4


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"timestamp": "yesterday"}, "records[1].timestamp must be a time"),
        ({"timestamp": None}, "records[1].timestamp"),
        ({"timestamp": 1e18}, "records[1].timestamp"),
        ({"timestamp": "0001-01-01T00:00:00"}, "records[1].timestamp"),
        ({"input_tokens": -1}, "records[1].input_tokens must be a whole number"),
        ({"input_tokens": 1.5}, "records[1].input_tokens"),
        ({"output_tokens": None}, "records[1].output_tokens"),
        ({"output_tokens": 10**13}, "records[1].output_tokens"),
        ({"cumulative": "many"}, "records[1].cumulative"),
    ],
)
def test_a_bad_record_is_named_and_nothing_is_imported(meter, usage_file, record, says):
    done = meter("import", usage_file([OLD[0], {**OLD[1], **record}], 1))
    assert (done.returncode, says in done.stderr, "nothing was imported" in done.stderr) == (2, True, True), (
        done
    )
    assert exported(meter) == []


@pytest.mark.parametrize(
    "content", ["", "[]", '{"records": 1}', '{"total_used": 1}', '{"records": [1]}', "{"]
)
def test_a_file_of_another_form_is_refused(meter, home, content):
    path = home / "elsewhere" / "token_usage.json"
    path.write_text(content)
    done = meter("import", str(path))
    assert (done.returncode, "must be" in done.stderr, "Traceback" in done.stderr) == (2, True, False), done


def test_an_empty_list_is_imported_as_nothing(meter, usage_file):
    assert answer(meter("import", "--json", usage_file([]))) == {
        "imported": 0,
        "known": 0,
        "left_out": 0,
        "unrecorded_tokens": 0,
    }


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere.json",), "cannot be read"),
        (("--time-zone", "Mars/Base", "a.json"), "IANA"),
        (("--to", "soon", "a.json"), "--to"),
        ((), "FILE"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_what_is_wrong(meter, home, words, says):
    (home / "elsewhere" / "a.json").write_text(json.dumps({"records": []}))
    done = meter("import", *words)
    assert (done.returncode, says in done.stderr) == (2, True), done


def test_a_window_that_is_counted_already_includes_what_is_imported(meter, home, usage_file):
    total = limit("total", "tokens", 1000)
    with Ledger.open(place_empty_ledger(home / "data" / "llm-meter" / "ledger.sqlite3")) as ledger:
        ledger.review([total], LONG_AGO)
        meter("import", usage_file(OLD))
        (standing,) = ledger.standings([total], LONG_AGO, {"user": "alice"})
        assert standing.used == 140
