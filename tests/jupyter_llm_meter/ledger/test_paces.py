"""How fast limits are used, and how busy a user is."""

from datetime import timedelta
from decimal import Decimal

from ledger_samples import NOW, call, limit


def test_the_pace_is_the_use_of_the_time_that_is_looked_back_upon(ledger):
    # Six and a half days of November are left: six and a half days are looked back upon.
    ledger.settle(
        [
            call("old", started_at=NOW - timedelta(days=7)),
            call("new", started_at=NOW - timedelta(days=6)),
            call("last", started_at=NOW - timedelta(minutes=1)),
        ],
        [],
        NOW,
    )
    pace = ledger.paces([limit()], NOW)["user/month/tokens", "alice"]
    assert pace.recent == Decimal(240)
    assert pace.first_use == NOW - timedelta(days=7)


def test_every_subject_has_its_own_pace(ledger):
    ledger.settle([call("a"), call("b", user_id="bob", input_tokens=400), call("c", user_id=None)], [], NOW)
    found = ledger.paces([limit(), limit(scope="user", value="bob", unit="calls")], NOW)
    assert {key: pace.recent for key, pace in found.items()} == {
        ("user/month/tokens", "alice"): Decimal(120),
        ("user/month/tokens", "bob"): Decimal(420),
        ("user=bob/month/calls", "bob"): Decimal(1),
    }


def test_dollars_come_in_dollars(ledger):
    cost = {"cost_amount": Decimal("0.000125"), "cost_currency": "USD"}
    ledger.settle([call("a", **cost), call("b", **cost)], [], NOW)
    assert ledger.paces([limit(unit="USD")], NOW)["user/month/USD", "alice"].recent == Decimal("0.00025")


def test_busy_minutes_are_those_in_which_the_user_called(ledger):
    cost = {"cost_amount": Decimal("0.5"), "cost_currency": "USD"}
    ledger.settle(
        [
            call("a", **cost),
            call("b", started_at=NOW + timedelta(seconds=59), **cost),
            call("c", started_at=NOW + timedelta(minutes=3), request_model="nobody-knows"),
            call("d", user_id="bob"),
            call("e", started_at=NOW - timedelta(days=20)),
        ],
        [],
        NOW,
    )
    assert sorted(ledger.busy_minutes("alice", NOW - timedelta(days=14))) == [(1, 0), (2, Decimal(1))]
