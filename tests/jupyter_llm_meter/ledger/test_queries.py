"""Questions to the ledger: pages of calls, sums by group, ranges."""

import base64
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.ledger import BadCursor, Filter, default_ledger_url, ledger_url, private_folder
from jupyter_llm_meter.ledger.usage import GROUPS


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def test_calls_come_by_the_page_newest_first(ledger):
    records = [call(f"{n:02}", started_at=NOW + timedelta(seconds=n // 3)) for n in range(10)]
    ledger.settle(records, [], NOW)
    seen, cursor = [], None
    while True:
        page = ledger.calls(limit=4, cursor=cursor)
        seen.append([record.call_id for record in page.calls])
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [["09", "08", "07", "06"], ["05", "04", "03", "02"], ["01", "00"]]


def test_a_page_that_is_just_full_is_the_last(ledger):
    ledger.settle([call("a"), call("b")], [], NOW)
    assert ledger.calls(limit=2).next_cursor is None


def test_calls_that_arrive_while_paging_are_neither_doubled_nor_skipped(ledger):
    ledger.settle([call(str(n), started_at=NOW + timedelta(seconds=n)) for n in range(4)], [], NOW)
    first = ledger.calls(limit=2)
    ledger.settle([call("newer", started_at=NOW + timedelta(hours=1))], [], NOW)
    second = ledger.calls(limit=2, cursor=first.next_cursor)
    assert [record.call_id for record in (*first.calls, *second.calls)] == ["3", "2", "1", "0"]


@pytest.mark.parametrize("cursor", ["x", "", "!!!", "W10", "WyJhIiwgMV0", "bnVsbA", "\u4f60", "8J+Y"])
def test_a_cursor_of_another_ledger_is_refused(ledger, cursor):
    with pytest.raises(BadCursor, match="leave it out"):
        ledger.calls(cursor=cursor)


def test_calls_are_found_by_model_notebook_and_time(ledger):
    ledger.settle(
        [
            call("served", request_model="alias", response_model="gpt-4o-2024-08-06"),
            call("other", notebook_path="b.ipynb", started_at=NOW - timedelta(days=1)),
        ],
        [],
        NOW,
    )

    def ids(start=None, end=None, **values):
        return [record.call_id for record in ledger.calls(which=Filter(start, end, values)).calls]

    assert ids(model="gpt-4o-2024-08-06") == ["served"]
    assert ids(notebook="b.ipynb") == ["other"]
    assert ids(notebook="b.ipynb", start=NOW) == []
    assert ids(start=NOW) == ["served"]
    assert ids(end=NOW) == ["other"]
    assert ids(model="no'; DROP TABLE calls; --") == []


def test_usage_is_summed_by_every_group(ledger):
    values = {
        "model": ("request_model", "m"),
        "provider": ("provider_name", "p"),
        "notebook": ("notebook_path", "n.ipynb"),
        "cell": ("cell_id", "c"),
        "project": ("project", "pr"),
        "user": ("user_id", "u"),
        "team": ("team", "t"),
        "key": ("key_fingerprint", "k"),
        "kernel": ("kernel_id", "ke"),
        "operation": ("operation_name", "embeddings"),
        "agent": ("agent_name", "a"),
        "program": ("program_name", "train.py"),
    }
    ledger.settle([call("a", **dict(values.values()))], [], NOW)
    for group_by, (_field, value) in values.items():
        assert [row["group"] for row in ledger.usage(group_by)] == [value]
    assert set(values) | {"none", "hour", "day", "week", "month"} == set(GROUPS)


def test_kernels_are_named_by_their_notebook_else_by_their_program(ledger):
    unnamed = {"notebook_path": None, "project": None}
    calls = [
        call("a", kernel_id="1", notebook_path="n.ipynb"),
        call("b", kernel_id="2", program_name="Console 1 (Python 3)", **unnamed),
        call("c", kernel_id="3", **unnamed),
        call("d", kernel_id=None, **unnamed),
    ]
    ledger.settle(calls, [], NOW)
    names = {row.get("group"): row.get("name") for row in ledger.usage("kernel")}
    assert names == {"1": "n.ipynb", "2": "Console 1 (Python 3)", "3": None, None: None}


def test_a_row_of_usage_has_every_sum(ledger):
    details = {"cache_read_input_tokens": 30, "cache_write_input_tokens": 4, "reasoning_output_tokens": 5}
    priced = {"cost_amount": Decimal("0.25"), "cost_currency": "USD"}
    ledger.settle(
        [
            call("a", **details, **priced),
            call("b", request_model="unknown"),
            missing("c"),
            call("d", project="x"),
        ],
        [],
        NOW,
    )
    rows = {row.get("group"): row for row in ledger.usage("project")}
    assert rows["x"]["calls"] == 1
    assert {key: value for key, value in rows[None].items() if key != "cost"} == {
        "calls": 3,
        "input_tokens": 200,
        "output_tokens": 40,
        "cache_read_input_tokens": 30,
        "cache_write_input_tokens": 4,
        "reasoning_output_tokens": 5,
        "unpriced_calls": 1,
        "missing_calls": 1,
    }
    assert rows[None]["cost"] == "0.25"
    assert "group" not in rows[None]


def test_groups_come_by_tokens_most_first(ledger):
    ledger.settle([call("a", request_model="small", input_tokens=1), call("b", request_model="big")], [], NOW)
    assert [row["group"] for row in ledger.usage("model")] == ["big", "small"]


@pytest.mark.parametrize(
    ("group_by", "zone", "groups"),
    [
        ("day", "UTC", ["2026-10-31", "2026-11-01"]),
        ("day", "America/New_York", ["2026-10-31", "2026-11-01"]),
        ("week", "UTC", ["2026-10-26"]),
        ("week", "Asia/Kathmandu", ["2026-10-26"]),
        ("month", "Asia/Kathmandu", ["2026-11"]),
        ("hour", "Asia/Kathmandu", ["2026-11-01T04:00:00+0545", "2026-11-01T11:00:00+0545"]),
        ("hour", "America/New_York", ["2026-10-31T18:00:00-0400", "2026-11-01T01:00:00-0400"]),
    ],
)
def test_time_is_grouped_by_the_local_calendar(ledger, group_by, zone, groups):
    times = [at("2026-10-31T22:44:59"), at("2026-11-01T05:29:00")]
    ledger.settle([call(str(n), started_at=time) for n, time in enumerate(times)], [], NOW)
    assert [row["group"] for row in ledger.usage(group_by, time_zone=zone)] == groups


def test_the_hour_that_comes_twice_is_two_hours(ledger):
    times = [at("2026-11-01T05:30:00"), at("2026-11-01T06:30:00")]
    ledger.settle([call(str(n), started_at=time) for n, time in enumerate(times)], [], NOW)
    rows = ledger.usage("hour", time_zone="America/New_York")
    assert [row["group"] for row in rows] == ["2026-11-01T01:00:00-0400", "2026-11-01T01:00:00-0500"]


def test_a_range_is_half_open_to_the_microsecond(ledger):
    tick = timedelta(microseconds=1)
    start, end = NOW + timedelta(minutes=7), NOW + timedelta(hours=3, minutes=8)
    inside = (start, end - tick, NOW + timedelta(hours=1))
    outside = (start - tick, end, NOW - timedelta(days=30))
    records = [call(str(n), started_at=time) for n, time in enumerate((*inside, *outside))]
    ledger.settle(records, [], NOW)
    assert ledger.summary(start, end)["calls"] == 3
    assert ledger.summary(start, start)["calls"] == 0
    assert {record.call_id for record in ledger.records(Filter(start, end))} == {"0", "1", "2"}
    assert ledger.usage("model", Filter(start, end))[0]["calls"] == 3
    assert ledger.usage("cell", Filter(start, end))[0]["calls"] == 3


def test_usage_of_nothing_is_empty(ledger):
    assert ledger.usage("model") == []
    assert ledger.usage("none") == []
    assert ledger.summary(NOW) == {
        "calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "unpriced_calls": 0,
        "missing_calls": 0,
    }


def test_an_unknown_group_is_named_with_the_known_ones(ledger):
    with pytest.raises(ValueError, match=r"'colour'; allowed are none, user"):
        ledger.usage("colour")


def test_records_are_streamed_oldest_first(ledger):
    records = [call(f"{n:04}", started_at=NOW - timedelta(seconds=n // 2)) for n in range(1100)]
    ledger.settle(records, [], NOW)
    found = [(record.started_at, record.call_id) for record in ledger.records()]
    assert found == sorted((record.started_at, record.call_id) for record in records)


def test_an_expected_subject_stands_at_zero_before_its_first_call(ledger):
    (standing,) = ledger.standings([limit()], NOW, {"user": "alice", "team": "blue"})
    assert (standing.subject, standing.used, standing.level) == ("alice", 0, "ok")


def test_each_ledger_has_its_own_private_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    home = tmp_path / "llm-meter"
    assert default_ledger_url() == f"sqlite:///{home / 'ledger.sqlite3'}"
    assert private_folder() == private_folder(default_ledger_url()) == home
    # printf sqlite:////data/l.sqlite3 | sha256sum
    assert private_folder("sqlite:////data/l.sqlite3") == home / "by-ledger" / "d601bab07291"
    assert not home.exists()


def test_a_ledger_is_named_by_url_or_by_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert ledger_url("postgresql+psycopg://h/d") == "postgresql+psycopg://h/d"
    assert ledger_url("l.sqlite3") == f"sqlite:///{tmp_path / 'l.sqlite3'}"


@pytest.mark.parametrize(
    "place", [["started_at", "desc", None, "noon", "a"], ["started_at", "desc", None, 2**70, "a"]]
)
def test_a_cursor_with_an_invalid_instant_is_refused(ledger, place):
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
    with pytest.raises(BadCursor, match="leave it out"):
        ledger.calls(cursor=cursor)


def test_a_ledger_without_a_name_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert (
        ledger_url(None) == default_ledger_url() == f"sqlite:///{tmp_path / 'llm-meter' / 'ledger.sqlite3'}"
    )
