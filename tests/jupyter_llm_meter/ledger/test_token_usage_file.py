"""Reading token_usage.json: what its records are as calls, in every supported ledger."""

import json
from zoneinfo import ZoneInfo

import pytest
from ledger_samples import NOW

from jupyter_llm_meter.ledger import read_token_usage
from llm_meter_tap.wire.shape import ShapeError

TOKYO = ZoneInfo("Asia/Tokyo")


def read(records, zone=TOKYO, **fields):
    content = json.dumps({"records": records, **fields}).encode()
    return read_token_usage(content, zone, "alice", "red", "token_usage.json")


def record(stamp, input_tokens=1, **fields):
    return {"timestamp": stamp, "input_tokens": input_tokens, "output_tokens": 2, **fields}


MANY = [record(f"2026-11-24T{number % 24:02}:00:00", number, cumulative=number) for number in range(1200)]


def test_the_calls_of_a_file_count_once_and_whole(ledger):
    calls = read(MANY).calls
    assert len(ledger.settle(calls, [], NOW).new) == 1200
    before = ledger.summary(NOW.replace(month=1))
    assert (before["calls"], before["input_tokens"]) == (1200, sum(range(1200)))
    assert ledger.settle(calls, [], NOW).new == []
    assert ledger.known([call.call_id for call in calls]) == {call.call_id for call in calls}
    assert ledger.summary(NOW.replace(month=1)) == before


def test_an_id_does_not_depend_on_the_zone_nor_on_what_comes_after():
    here = [call.call_id for call in read(MANY[:3]).calls]
    assert [call.call_id for call in read(MANY, ZoneInfo("Europe/Berlin")).calls][:3] == here


def test_any_difference_makes_another_call():
    one = record("2026-11-24T12:00:00", cumulative=3)
    others = [
        {**one, "timestamp": "2026-11-24T12:00:01"},
        {**one, "input_tokens": 0},
        {**one, "output_tokens": 3},
        {**one, "cumulative": 4},
        one,
    ]
    calls = read([one, *others]).calls
    assert len({call.call_id for call in calls}) == 6


def test_the_total_is_compared_with_the_records_and_may_be_absent():
    assert read([record(0)]).unrecorded_tokens is None
    assert read([record(0)], total_used=3).unrecorded_tokens == 0
    assert read([record(0)], total_used=10).unrecorded_tokens == 7


def test_only_times_without_a_zone_are_read_in_the_zone_that_is_assumed():
    given = read([record("2026-11-24T12:00:00"), record("2026-11-24T12:00:00Z"), record(0)])
    assert given.zoneless == 1
    assert [call.started_at.isoformat() for call in given.calls] == [
        "2026-11-24T03:00:00+00:00",
        "2026-11-24T12:00:00+00:00",
        "1970-01-01T00:00:00+00:00",
    ]


@pytest.mark.parametrize(
    ("stamp", "says"),
    [
        ("yesterday", "a time such as"),
        (None, "a time such as"),
        (True, "a time such as"),
        (1e300, "a time such as"),
        ("0001-01-01T00:00:00", "calendars"),
    ],
)
def test_a_record_without_a_time_is_named(stamp, says):
    with pytest.raises(ShapeError, match=says):
        read([record(stamp)])
