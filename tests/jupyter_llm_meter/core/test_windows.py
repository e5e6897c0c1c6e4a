"""Windows against the vectors that both languages share, and as a partition of time."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.core.windows import WEEKDAYS, WINDOWS, local_time, window_bounds, windows_before

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "windows.json").read_text("utf-8"))

ZONES = (
    "UTC",
    "Asia/Tokyo",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
    "Antarctica/Troll",
)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_window_bounds_are_those_of_the_vectors(case):
    start, end = window_bounds(
        case["window"],
        datetime.strptime(case["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc),
        case["time_zone"],
        case.get("week_start", "monday"),
        case.get("reset_hour", 0),
    )
    assert (format_time(start), format_time(end)) == (case["start"], case.get("end"))


@given(
    window=st.sampled_from([window for window in WINDOWS if window != "total"]),
    at=st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1)),
    zone=st.sampled_from(ZONES),
    week_start=st.sampled_from(WEEKDAYS),
    reset_hour=st.integers(0, 23),
)
def test_windows_partition_time(window, at, zone, week_start, reset_hour):
    at = at.replace(tzinfo=timezone.utc)
    shape = (zone, week_start, reset_hour)
    start, end = window_bounds(window, at, *shape)
    assert start <= at < end
    tick = timedelta(microseconds=1)
    assert window_bounds(window, start, *shape) == (start, end)
    assert window_bounds(window, end - tick, *shape) == (start, end)
    assert window_bounds(window, end, *shape)[0] == end
    assert window_bounds(window, start - tick, *shape)[1] == start


@given(at=st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1)), zone=st.sampled_from(ZONES))
def test_every_window_begins_at_a_quarter_hour(at, zone):
    for window in WINDOWS:
        start, _end = window_bounds(window, at.replace(tzinfo=timezone.utc), zone)
        assert start.timestamp() % 900 == 0


def test_window_bounds_take_an_instant_of_any_zone():
    in_tokyo = datetime(2026, 11, 24, 5, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert window_bounds("day", in_tokyo, "UTC") == window_bounds(
        "day", in_tokyo.astimezone(timezone.utc), "UTC"
    )


def test_window_bounds_refuse_a_naive_instant():
    with pytest.raises(ValueError, match="naive"):
        window_bounds("day", datetime(2026, 11, 24), "UTC")


def test_window_bounds_refuse_an_unknown_window():
    with pytest.raises(ValueError, match=r"'year'.*hour, day, week, month, total"):
        window_bounds("year", datetime(2026, 11, 24, tzinfo=timezone.utc), "UTC")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def test_a_day_that_has_begun_does_not_end_when_the_clock_returns_to_the_evening():
    # St. John's set its clocks back at one minute past midnight until 2011: 00:01 became 23:01.
    midnight, after = utc("2010-11-07T02:30:00"), utc("2010-11-07T03:00:00")
    assert after.astimezone(ZoneInfo("America/St_Johns")).date().isoformat() == "2010-11-06"
    assert window_bounds("day", after, "America/St_Johns") == (midnight, utc("2010-11-08T03:30:00"))


def test_an_hour_is_cut_where_the_clock_moves_by_half_an_hour():
    # Lord Howe's clock showed 02:00 at 15:00 UTC and was set back to 01:30.
    before, change = utc("2026-04-04T14:50:00"), utc("2026-04-04T15:00:00")
    assert window_bounds("hour", before, "Australia/Lord_Howe") == (utc("2026-04-04T14:00:00"), change)
    after = utc("2026-04-04T15:10:00")
    assert window_bounds("hour", after, "Australia/Lord_Howe") == (change, utc("2026-04-04T15:30:00"))
    # In October it showed 02:00 at 15:30 UTC and was set forward to 02:30.
    late = window_bounds("hour", utc("2026-10-03T15:40:00"), "Australia/Lord_Howe")
    assert late == (utc("2026-10-03T15:30:00"), utc("2026-10-03T16:00:00"))


def test_an_instant_that_the_local_calendar_cannot_name_is_shown_in_utc():
    last = datetime.max.replace(tzinfo=timezone.utc)
    assert local_time(last, ZoneInfo("Asia/Tokyo")) == last
    assert local_time(last, ZoneInfo("America/New_York")).utcoffset() == timedelta(hours=-5)


def test_an_hour_ends_where_the_clock_is_set_forward_within_it():
    # In Caracas 02:30 became 03:00 at 07:00 UTC.
    bounds = window_bounds("hour", utc("2016-05-01T06:40:00"), "America/Caracas")
    assert bounds == (utc("2016-05-01T06:30:00"), utc("2016-05-01T07:00:00"))
    assert window_bounds("hour", bounds[1], "America/Caracas")[0] == bounds[1]


def test_the_windows_before_an_instant_are_whole_and_follow_one_another():
    now = datetime(2026, 11, 4, 12, 30, tzinfo=timezone.utc)
    found = windows_before("month", now, "Europe/Berlin", 2)
    assert found == [
        (datetime(2026, 9, 30, 22, tzinfo=timezone.utc), datetime(2026, 10, 31, 23, tzinfo=timezone.utc)),
        (datetime(2026, 8, 31, 22, tzinfo=timezone.utc), datetime(2026, 9, 30, 22, tzinfo=timezone.utc)),
    ]
