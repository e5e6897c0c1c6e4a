"""Quiet hours: when they are, across midnight and changes of the clocks, and what is refused."""

from datetime import datetime, timedelta, timezone

import pytest

from jupyter_llm_meter.alerts.channel import read_channels
from jupyter_llm_meter.alerts.errors import ChannelError
from jupyter_llm_meter.alerts.quiet_hours import read_quiet_hours
from jupyter_llm_meter.ledger import Quiet

NIGHT = {"from": "22:30", "to": "08:00", "time_zone": "Asia/Shanghai"}


def at(hours, text):
    """Until when messages wait at a time, as text; None if they don't."""
    quiet = read_quiet_hours(hours).at(datetime.fromisoformat(text))
    return quiet and quiet.until.isoformat()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24T22:29:59+08:00", None),
        ("2026-11-24T22:30:00+08:00", "2026-11-25T00:00:00+00:00"),
        ("2026-11-25T00:00:00+08:00", "2026-11-25T00:00:00+00:00"),
        ("2026-11-24T23:59:59+00:00", "2026-11-25T00:00:00+00:00"),
        ("2026-11-25T08:00:00+08:00", None),
        ("2026-11-25T12:00:00+08:00", None),
    ],
)
def test_hours_that_pass_midnight_end_on_the_next_day(now, until):
    assert at(NIGHT, now) == until


def test_hours_within_a_day_end_on_it():
    lunch = {"from": "12:00", "to": "13:15", "time_zone": "UTC"}
    assert at(lunch, "2026-11-24T11:59:59+00:00") is None
    assert at(lunch, "2026-11-24T12:00:00+00:00") == "2026-11-24T13:15:00+00:00"
    assert at(lunch, "2026-11-24T13:15:00+00:00") is None


def test_hours_whose_end_the_clocks_skip_end_with_the_skip():
    night = {"from": "23:00", "to": "02:30", "time_zone": "Europe/Berlin"}
    assert at(night, "2026-03-29T00:59:59+00:00") == "2026-03-29T01:00:00+00:00"
    assert at(night, "2026-03-29T01:00:00+00:00") is None


def test_what_is_urgent_is_sent_unless_the_hours_say_otherwise():
    now = datetime(2026, 11, 24, 16, tzinfo=timezone.utc)
    until = now + timedelta(hours=8)
    assert read_quiet_hours(NIGHT).at(now) == Quiet(until, is_urgent_sent=True)
    assert read_quiet_hours({**NIGHT, "is_urgent_sent": False}).at(now) == Quiet(until, is_urgent_sent=False)


def test_a_channel_without_quiet_hours_has_none():
    channels, _errors = read_channels(
        {"ops": "wecombot://abc", "team": {"url": "wecombot://abc", "quiet_hours": NIGHT}}, None
    )
    assert channels["ops"].quiet_hours is None
    assert str(channels["team"].quiet_hours) == "22:30 to 08:00, Asia/Shanghai"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("22:00-08:00", "quiet_hours must be an object with the fields from, to, time_zone, is_urgent_sent"),
        ({**NIGHT, "until": "8"}, "unknown field 'until' in quiet_hours"),
        ({"to": "08:00", "time_zone": "UTC"}, "from of quiet_hours is None; it must be a time from 00:00"),
        ({**NIGHT, "to": "8:00"}, "to of quiet_hours is '8:00'"),
        ({**NIGHT, "to": "24:00"}, "to of quiet_hours is '24:00'"),
        ({**NIGHT, "to": 8}, "to of quiet_hours is 8"),
        ({**NIGHT, "to": "22:30"}, "from and to must differ"),
        ({"from": "22:00", "to": "08:00"}, "time_zone of quiet_hours is None; it must be an IANA name"),
        ({**NIGHT, "time_zone": "Shanghai"}, "time_zone of quiet_hours is 'Shanghai'"),
        ({**NIGHT, "time_zone": "../etc"}, "time_zone of quiet_hours is '../etc'"),
        ({**NIGHT, "is_urgent_sent": "no"}, "is_urgent_sent of quiet_hours is 'no'"),
    ],
)
def test_quiet_hours_that_cannot_be_read_are_refused(given, says):
    with pytest.raises(ChannelError) as caught:
        read_quiet_hours(given)
    assert says in str(caught.value)
