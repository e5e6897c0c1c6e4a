"""What can be asked of a ledger beside pages and groups: some calls, a kernel, ids, raises."""

from datetime import timedelta
from decimal import Decimal

from ledger_samples import NOW, call, missing

from jupyter_llm_meter.ledger import Raise, new_raise_id

MANY = 501
"""More ids than one query takes."""


def test_those_of_many_ids_that_the_ledger_knows_are_found(ledger):
    ledger.settle([call("first"), call("last")], [], NOW)
    assert ledger.known(["first", *map(str, range(MANY)), "last"]) == {"first", "last"}
    assert ledger.known([]) == set()


def test_the_sums_of_some_calls_leave_out_all_others(ledger):
    priced = {"cost_amount": Decimal("0.25"), "cost_currency": "USD", "cost_source": "provider"}
    ledger.settle([call("a", **priced), missing("b"), call("other", **priced)], [], NOW)
    ids = ["a", *map(str, range(MANY)), "b"]
    assert ledger.usage_of_calls(ids) == {
        "calls": 2,
        "input_tokens": 100,
        "output_tokens": 20,
        "unpriced_calls": 0,
        "missing_calls": 1,
        "cost": "0.25",
    }
    assert "cost" not in ledger.usage_of_calls(["b"])


def test_the_sums_of_a_kernel_begin_with_an_instant(ledger):
    before, other = NOW - timedelta(hours=2), call("other", kernel_id="other")
    ledger.settle([call("old", kernel_id="k", started_at=before), call("new", kernel_id="k"), other], [], NOW)
    assert ledger.usage_of_kernel("k", NOW - timedelta(hours=1))["calls"] == 1
    assert ledger.usage_of_kernel("k", before)["calls"] == 2
    assert ledger.usage_of_kernel("unheard-of", before)["calls"] == 0


def test_the_minutes_in_which_a_user_called_come_with_calls_and_dollars(ledger):
    priced = {"cost_amount": Decimal("0.25"), "cost_currency": "USD", "cost_source": "provider"}
    later = NOW + timedelta(minutes=5)
    ledger.settle([call("a", **priced), call("b", **priced), call("c", started_at=later, **priced)], [], NOW)
    minutes = ledger.busy_minutes("alice", NOW)
    assert sorted((calls, dollars) for calls, dollars in minutes) == [
        (1, Decimal("0.25")),
        (2, Decimal("0.5")),
    ]
    assert ledger.busy_minutes("bob", NOW) == []


def test_a_raise_is_written_as_the_route_gives_it():
    raised = Raise(
        "r1",
        "user/day/tokens",
        "alice",
        Decimal("500.50"),
        "tokens",
        "exam",
        "teacher",
        NOW,
        NOW + timedelta(1),
    )
    assert raised.to_dict() == {
        "id": "r1",
        "limit_id": "user/day/tokens",
        "subject": "alice",
        "amount": "500.5",
        "unit": "tokens",
        "reason": "exam",
        "user": "teacher",
        "raised_at": "2026-11-24T12:00:00.000000Z",
        "expires_at": "2026-11-25T12:00:00.000000Z",
    }
    assert new_raise_id() != new_raise_id()
