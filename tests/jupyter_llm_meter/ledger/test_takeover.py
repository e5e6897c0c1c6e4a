"""Taking over what pages counted in local mode: once, however many pages send it and however often."""

from dataclasses import replace

import pytest
from ledger_samples import NOW, call, limit

from jupyter_llm_meter.ledger import Seen, TakeoverPart, read_takeover
from jupyter_llm_meter.ledger.rows import QUARTER_US, to_us
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUMS
from llm_meter_tap.wire.shape import Shape, ShapeError

LIMIT = limit("day", "tokens", 1000)


def sums(**figures):
    counts = {**dict.fromkeys(SUMS, 0), "calls": 3, "input_tokens": 300, "tokens": 300, **figures}
    at = to_us(NOW)
    return {"started_at": at - at % QUARTER_US, **dict.fromkeys(SERIES_COLUMNS), "user_id": "alice", **counts}


def part(revision=4, base=0, records=(), rows=()):
    return TakeoverPart("tab", base, revision, records, rows)


def calls(ledger):
    return ledger.summary(NOW.replace(hour=0))["calls"]


def test_a_part_counts_once_however_often_it_is_handed_over(ledger):
    given = part(records=[call("a")], rows=[sums()])
    revision, settled = ledger.take_over(given, [LIMIT], NOW)
    assert (revision, settled.new, calls(ledger)) == (4, ["a"], 4)
    revision, settled = ledger.take_over(given, [LIMIT], NOW)
    assert (revision, settled.new, calls(ledger)) == (4, [], 4)
    assert ledger.standings([LIMIT], NOW)[0].used == 420


def test_what_a_part_counted_since_it_was_taken_over_is_added(ledger):
    ledger.take_over(part(rows=[sums()]), [], NOW)
    assert ledger.take_over(part(7, base=4, records=[call("b")]), [], NOW)[0] == 7
    assert calls(ledger) == 4


def test_a_part_from_before_it_was_taken_over_is_refused_as_a_whole(ledger):
    ledger.take_over(part(rows=[sums()]), [], NOW)
    assert ledger.take_over(part(9, base=0, rows=[sums()], records=[call("b")]), [], NOW)[0] == 4
    assert calls(ledger) == 3


def seen_of(alert):
    return Seen(alert.limit_id, alert.subject, float(alert.threshold), alert.window_start, str(alert.amount))


def test_only_the_alerts_that_a_page_has_shown_are_marked_as_seen(ledger):
    ledger.settle([call("a", input_tokens=1100)], [LIMIT], NOW)
    (exceeded,) = ledger.alerts([LIMIT], NOW)
    others = [
        replace(seen_of(exceeded), limit_id="user/day/calls"),
        replace(seen_of(exceeded), subject="bob"),
        replace(seen_of(exceeded), threshold=0.5),
        replace(seen_of(exceeded), window_start=NOW),
        replace(seen_of(exceeded), amount="999"),
    ]
    ledger.pass_over(others, [LIMIT], NOW)
    assert ledger.alerts([LIMIT], NOW) == [exceeded]
    ledger.pass_over([replace(seen_of(exceeded), subject=None)], [LIMIT], NOW)
    assert ledger.alerts([LIMIT], NOW) == []


def body(rollups=(), acknowledged=()):
    given = {"id": "tab", "base": 0, "revision": 1, "records": [], "rollups": list(rollups)}
    return Shape({"parts": [given], "acknowledged": list(acknowledged)}, "")


def test_sums_that_do_not_begin_with_a_quarter_hour_are_refused():
    with pytest.raises(ShapeError, match="quarter hour"):
        read_takeover(body([{"quarter": "2026-11-24T12:01:00Z", "calls": 1}]))


@pytest.mark.parametrize(
    "alert",
    [
        "not JSON",
        "7",
        '["a"]',
        '["a", null, 0.8, "no time", "1000"]',
        '["a", 5, 0.8, "2026-11-24T00:00:00Z", "1000"]',
        '["a", null, 80, "2026-11-24T00:00:00Z", "1000"]',
        "[" * 100_000,
    ],
)
def test_an_alert_id_of_another_form_names_no_alert(alert):
    good = '["user/day/tokens", null, 0.8, "2026-11-24T00:00:00Z", "1000"]'
    (seen,) = read_takeover(body(acknowledged=[alert, good]))[1]
    assert (seen.limit_id, seen.subject, seen.threshold) == ("user/day/tokens", None, 0.8)
