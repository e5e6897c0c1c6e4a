"""Raises: they add to one subject's amount until they expire, arm the alerts again and stay on record."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.core.reservation import CallBounds
from jupyter_llm_meter.ledger import Raise

HARD = limit("day", "tokens", 1000, on_exceed="block")
HOUR = timedelta(hours=1)
RAISE = Raise(
    "r1", HARD.id, "alice", Decimal(500), "tokens", "the exam is today", "teacher", NOW, NOW + 2 * HOUR
)


def amounts(ledger, now=NOW):
    return {each.subject: (each.amount, each.raised) for each in ledger.standings([HARD], now)}


def test_a_raise_adds_to_the_amount_of_its_subject_until_it_expires(ledger):
    ledger.settle([call("a"), call("b", user_id="bob")], [HARD], NOW)
    ledger.add_raise(RAISE, [HARD], NOW)
    ledger.add_raise(replace(RAISE, id="r2", amount=Decimal("0.5")), [HARD], NOW)
    assert amounts(ledger) == {"alice": (Decimal("1500.5"), Decimal("500.5")), "bob": (1000, 0)}
    assert amounts(ledger, NOW + 2 * HOUR)["alice"] == (1000, 0)


def test_a_raise_makes_room_for_calls_and_leaves_none_when_it_is_over(ledger):
    ledger.settle([call("a", input_tokens=1000, output_tokens=0)], [HARD], NOW)

    def is_granted(call_id, now):
        return ledger.reserve([CallBounds(missing(call_id, started_at=now), 100, 0)], [HARD], now) == [None]

    assert not is_granted("b", NOW)
    ledger.add_raise(RAISE, [HARD], NOW)
    assert is_granted("b", NOW)
    assert not is_granted("c", NOW + 2 * HOUR)


def test_a_raise_arms_the_alerts_again_and_puts_away_the_old_ones(ledger):
    used = call("a", input_tokens=1000, output_tokens=0)
    assert [alert.kind for alert in ledger.settle([used], [HARD], NOW).crossed] == ["exceeded"]
    assert ledger.add_raise(RAISE, [HARD], NOW) == []
    assert ledger.alerts([HARD], NOW) == []
    crossed = ledger.settle([call("b", input_tokens=250, output_tokens=0)], [HARD], NOW).crossed
    assert [(alert.kind, alert.amount) for alert in crossed] == [("warning", 1500)]
    assert ledger.alerts([HARD], NOW) == crossed


def test_a_raise_that_is_at_once_used_announces_nothing_again(ledger):
    ledger.settle([call("a", input_tokens=1300, output_tokens=0)], [HARD], NOW)
    assert ledger.add_raise(RAISE, [HARD], NOW) == []
    (standing,) = ledger.standings([HARD], NOW)
    assert standing.level == "warning"


def test_every_raise_is_kept_newest_first(ledger):
    later = replace(RAISE, id="r2", raised_at=NOW + HOUR, reason="once more")
    ledger.add_raise(RAISE, [HARD], NOW)
    ledger.add_raise(later, [], NOW + HOUR)
    ledger.sweep(NOW + 99 * HOUR)
    assert ledger.raises() == [later, RAISE]
