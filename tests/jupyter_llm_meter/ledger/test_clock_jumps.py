"""The clock of the machine is set back an hour or forward a year, and later right again.

A call belongs to the time at which it started by the clock of then, and never moves. What decides on "now"
follows the clock: windows, leases, raises. docs/explanation/limits.md says so.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.core.reservation import CallBounds
from jupyter_llm_meter.ledger import Raise

SECOND = timedelta(seconds=1)
BACK = NOW - timedelta(hours=1)
AHEAD = NOW + timedelta(days=365)
DAY = limit("day", amount=1000, warn_at=[0.8])
HARD = limit("day", amount=1000, on_exceed="block")
ALWAYS = limit("total", amount=10**9)


def spend(ledger, call_id, tokens, now, limits=(DAY,)):
    record = call(call_id, started_at=now, input_tokens=tokens, output_tokens=0)
    return ledger.settle([record], limits, now).crossed


def used(ledger, which, now):
    return sum(each.used for each in ledger.standings([which], now))


def is_granted(ledger, call_id, tokens, now):
    asked = CallBounds(missing(call_id, started_at=now), tokens, 0)
    return ledger.reserve([asked], [HARD], now) == [None]


def test_each_call_counts_in_the_window_of_the_clock_that_it_was_made_by(ledger):
    limits = (limit("hour"), DAY, ALWAYS)
    for call_id, tokens, now in (("a", 1, NOW), ("b", 10, BACK), ("c", 100, AHEAD)):
        spend(ledger, call_id, tokens, now, limits)
    seen = {now: [int(used(ledger, each, now)) for each in limits] for now in (BACK, NOW, AHEAD)}
    assert seen == {BACK: [10, 11, 111], NOW: [1, 11, 111], AHEAD: [100, 100, 111]}


def test_a_clock_that_is_right_again_finds_every_figure_as_it_was(ledger):
    spend(ledger, "a", 300, NOW)
    spend(ledger, "b", 700, AHEAD)
    assert used(ledger, DAY, NOW) == 300
    spend(ledger, "c", 5, NOW + SECOND)
    assert used(ledger, DAY, NOW + SECOND) == 305
    assert ledger.summary(NOW)["calls"] == 3


def test_a_clock_that_goes_back_raises_no_alert_again(ledger):
    assert [alert.kind for alert in spend(ledger, "a", 900, NOW)] == ["warning"]
    assert spend(ledger, "b", 10, BACK) == []
    assert spend(ledger, "c", 10, NOW) == []
    assert [alert.kind for alert in ledger.alerts([DAY], NOW)] == ["warning"]


def test_an_alert_of_a_time_ahead_holds_none_of_the_right_time_up(ledger):
    assert [alert.kind for alert in spend(ledger, "a", 1000, AHEAD)] == ["exceeded"]
    assert ledger.alerts([DAY], NOW) == []
    assert [alert.kind for alert in spend(ledger, "b", 1000, NOW)] == ["exceeded"]
    assert [alert.kind for alert in ledger.alerts([DAY], NOW)] == ["exceeded"]


@pytest.mark.parametrize("jumped", [BACK, AHEAD])
def test_a_reservation_blocks_nothing_after_a_jump_and_its_call_counts_once(ledger, jumped):
    assert is_granted(ledger, "a", 900, NOW)
    assert not is_granted(ledger, "b", 900, NOW)
    assert is_granted(ledger, "c", 900, jumped)
    assert ledger.renew(["a"], jumped) == []
    assert ledger.sweep(jumped).ended == 1
    for _ in range(2):
        spend(ledger, "a", 500, NOW, [HARD])
    assert used(ledger, HARD, NOW) == 500


def test_a_reservation_from_a_time_ahead_blocks_nothing_when_the_clock_is_right_again(ledger):
    assert is_granted(ledger, "a", 900, AHEAD)
    assert is_granted(ledger, "b", 900, NOW)


def test_a_raise_ends_by_the_clock_and_is_in_force_again_with_it(ledger):
    hours = timedelta(hours=2)
    ledger.add_raise(
        Raise("r", HARD.id, "alice", Decimal(500), "tokens", "a test", "t", NOW, NOW + hours), [HARD], NOW
    )
    assert not is_granted(ledger, "a", 1500, AHEAD)
    assert is_granted(ledger, "b", 1500, NOW)


def test_calls_are_in_the_order_of_the_clock_that_they_were_made_by(ledger):
    for call_id, now in (("first", NOW), ("second", BACK), ("third", AHEAD), ("fourth", NOW + SECOND)):
        spend(ledger, call_id, 1, now)
    assert [record.call_id for record in ledger.records()] == ["second", "first", "fourth", "third"]
