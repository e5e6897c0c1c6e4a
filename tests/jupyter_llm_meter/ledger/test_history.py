"""Local times of sums, at the edges of what calendars have."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from jupyter_llm_meter.ledger.history import _local
from jupyter_llm_meter.ledger.rows import to_us


def test_a_local_time_past_the_last_year_is_given_without_its_offset():
    last = datetime(9999, 12, 31, 23, tzinfo=timezone.utc)
    hour = timedelta(hours=1) // timedelta(microseconds=1)
    assert _local(to_us(last) + hour, hour, ZoneInfo("Etc/GMT-1")) == last
