"""Alerts: one for each event, armed again by a new window or a raise."""

from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit

from jupyter_llm_meter.ledger import Raise

MINUTE = timedelta(minutes=1)


def spend(ledger, call_id, tokens, limits, now=NOW, **fields):
    record = call(call_id, started_at=now, input_tokens=tokens, output_tokens=0, **fields)
    return ledger.settle([record], limits, now).crossed


def kinds(alerts):
    return [(alert.kind, float(alert.threshold)) for alert in alerts]


def test_a_threshold_raises_one_alert(ledger):
    limits = [limit(amount=1000, warn_at=[0.5, 0.8])]
    assert spend(ledger, "a", 499, limits) == []
    assert [alert.threshold for alert in spend(ledger, "b", 1, limits)] == [Decimal("0.5")]
    assert spend(ledger, "c", 100, limits) == []
    assert kinds(spend(ledger, "d", 600, limits)) == [("exceeded", 1)]
    assert spend(ledger, "e", 600, limits) == []


def test_a_call_that_crosses_several_thresholds_is_one_event(ledger):
    limits = [limit(amount=1000, warn_at=[0.5, 0.8])]
    assert kinds(spend(ledger, "a", 900, limits)) == [("warning", 0.8)]
    assert kinds(ledger.alerts(limits, NOW)) == [("warning", 0.8)]


def test_the_alert_of_a_higher_threshold_takes_the_place_of_the_lower_ones(ledger):
    limits = [limit(amount=1000, warn_at=[0.5, 0.8]), limit("day", amount=1200)]
    spend(ledger, "a", 600, limits)
    spend(ledger, "b", 250, limits)
    assert kinds(ledger.alerts(limits, NOW)) == [("warning", 0.8)]
    spend(ledger, "c", 150, limits)
    assert {(alert.limit_id, alert.kind) for alert in ledger.alerts(limits, NOW)} == {
        ("user/month/tokens", "exceeded"),
        ("user/day/tokens", "warning"),
    }


def test_an_alert_carries_its_figures(ledger):
    limits = [limit(amount=1000)]
    spend(ledger, "a", 300, limits, notebook_path="small.ipynb")
    (alert,) = spend(ledger, "b", 550, limits, notebook_path="big.ipynb")
    assert alert.to_dict() == {
        "id": alert.id,
        "limit_id": "user/month/tokens",
        "subject": "alice",
        "threshold": 0.8,
        "kind": "warning",
        "window_start": "2026-11-01T00:00:00.000000Z",
        "resets_at": "2026-12-01T00:00:00.000000Z",
        "raised_at": "2026-11-24T12:00:00.000000Z",
        "used": "850",
        "amount": "1000",
        "unit": "tokens",
        "top_notebook": "big.ipynb",
    }
    assert ledger.alerts(limits, NOW) == [alert]


@pytest.mark.parametrize("scope", ["user", "model", "notebook"])
@pytest.mark.parametrize(("unit", "cell"), [("tokens", "big"), ("calls", "busy")])
def test_an_alert_names_the_cell_that_used_most_of_its_unit(ledger, scope, unit, cell):
    limits = [limit("day", unit, {"tokens": 1000, "calls": 4}[unit], scope=scope, warn_at=[])]
    for number, (name, tokens) in enumerate([("busy", 100), ("big", 700), ("busy", 100), (None, 900)]):
        crossed = spend(ledger, str(number), tokens, limits, cell_id=name)
    assert [(alert.top_notebook, alert.top_cell) for alert in ledger.alerts(limits, NOW)] == [
        ("a.ipynb", cell)
    ]
    assert [alert.top_cell for alert in crossed] == [cell]


def test_of_cells_that_used_the_same_an_alert_names_the_last_one(ledger):
    limits = [limit("day", "calls", 2, warn_at=[])]
    spend(ledger, "1", 1, limits, cell_id="a")
    (alert,) = spend(ledger, "2", 1, limits, NOW + MINUTE, cell_id="b")
    assert alert.top_cell == "b"


def test_a_cell_outside_the_window_or_of_another_subject_is_not_named(ledger):
    limits = [limit("day", amount=100, scope="model", value="gpt-5", warn_at=[])]
    spend(ledger, "1", 5000, limits, NOW - timedelta(days=1), cell_id="yesterday", request_model="gpt-5")
    spend(ledger, "2", 5000, [], cell_id="other", request_model="claude")
    (alert,) = spend(ledger, "3", 100, limits, cell_id="mine", request_model="gpt-5")
    assert alert.top_cell == "mine"


def test_calls_outside_notebooks_have_no_top_notebook(ledger):
    (alert,) = spend(ledger, "a", 900, [limit(amount=1000)], notebook_path=None)
    assert "top_notebook" not in alert.to_dict()


def test_each_subject_has_its_own_alert(ledger):
    limits = [limit(amount=1000)]
    spend(ledger, "a", 900, limits)
    assert [alert.subject for alert in spend(ledger, "b", 900, limits, user_id="bob")] == ["bob"]


def test_a_new_window_arms_the_alert_again(ledger):
    limits = [limit("day", amount=1000)]
    assert len(spend(ledger, "a", 900, limits)) == 1
    tomorrow = NOW + timedelta(days=1)
    assert ledger.alerts(limits, tomorrow) == []
    assert len(spend(ledger, "b", 900, limits, tomorrow)) == 1


def test_a_late_call_raises_no_alert_for_a_window_that_is_over(ledger):
    limits = [limit("day", amount=1000)]
    late = call("a", started_at=NOW - timedelta(days=1), input_tokens=5000)
    assert ledger.settle([late], limits, NOW).crossed == []


def test_a_raised_limit_raises_another_alert_when_it_is_reached(ledger):
    spend(ledger, "a", 1000, [limit(amount=1000)])
    raised = [limit(amount=2000)]
    assert ledger.alerts(raised, NOW) == []
    assert spend(ledger, "b", 100, raised) == []
    assert [alert.kind for alert in spend(ledger, "c", 500, raised)] == ["warning"]
    assert [alert.kind for alert in spend(ledger, "d", 400, raised)] == ["exceeded"]


def raise_by(ledger, amount, limits, now=NOW, until=NOW + timedelta(days=1)):
    added = Raise("raise", limits[0].id, "alice", Decimal(amount), limits[0].unit, "why", "alice", now, until)
    return ledger.add_raise(added, limits, now)


@pytest.mark.parametrize("added", [100, 400])
def test_a_raise_does_not_announce_again_what_stays_crossed(ledger, added):
    limits = [limit(amount=1000, warn_at=[0.5, 0.8])]
    spend(ledger, "a", 1200, limits)
    assert raise_by(ledger, added, limits) == []
    assert spend(ledger, "b", 1, limits) == []


def test_a_threshold_that_a_raise_got_away_from_is_announced_when_it_is_crossed_again(ledger):
    limits = [limit(amount=1000, warn_at=[0.5, 0.8])]
    spend(ledger, "a", 1000, limits)
    assert raise_by(ledger, 1000, limits) == []  # at 50 % of 2000, which was announced
    assert spend(ledger, "b", 100, limits) == []
    assert kinds(spend(ledger, "c", 500, limits)) == [("warning", 0.8)]
    assert kinds(spend(ledger, "d", 400, limits)) == [("exceeded", 1)]


def test_an_end_of_a_raise_does_not_announce_what_was_announced_at_that_amount(ledger):
    limits = [limit(amount=1000)]
    spend(ledger, "a", 1000, limits)
    raise_by(ledger, 1000, limits, until=NOW + MINUTE)
    assert spend(ledger, "b", 1, limits, NOW + 2 * MINUTE) == []


def test_an_alert_that_nobody_has_seen_stays_when_a_raise_leaves_it_crossed(ledger):
    limits = [limit(amount=1000)]
    (alert,) = spend(ledger, "a", 950, limits)
    raise_by(ledger, 100, limits)
    assert ledger.alerts(limits, NOW) == [alert]


def test_an_alert_that_nobody_has_seen_goes_when_a_raise_takes_the_use_below_it(ledger):
    limits = [limit(amount=1000)]
    spend(ledger, "a", 950, limits)
    raise_by(ledger, 1000, limits)
    assert ledger.alerts(limits, NOW) == []


def test_a_lowered_limit_raises_an_alert_when_it_is_reviewed(ledger):
    spend(ledger, "a", 500, [limit(amount=1000)])
    lowered = [limit(amount=400)]
    assert [alert.kind for alert in ledger.review(lowered, NOW)] == ["exceeded"]
    assert ledger.review(lowered, NOW) == []


def test_a_lower_threshold_that_is_added_later_is_no_news(ledger):
    spend(ledger, "a", 900, [limit(amount=1000)])
    assert ledger.review([limit(amount=1000, warn_at=[0.5, 0.8])], NOW) == []


def test_a_removed_limit_has_no_alerts(ledger):
    spend(ledger, "a", 1000, [limit(amount=1000)])
    assert ledger.alerts([], NOW) == []


def test_money_limits_alert_as_well(ledger):
    limits = [limit(unit="USD", amount=0.01)]
    record = call("a", cost_amount=Decimal("0.008"), cost_currency="USD")
    (alert,) = ledger.settle([record], limits, NOW).crossed
    assert (alert.used, alert.amount, alert.unit) == (Decimal("0.008"), Decimal("0.01"), "USD")


def test_no_alert_is_raised_twice_by_asking_for_standings(ledger):
    limits = [limit(amount=1000)]
    ledger.settle([call("a", input_tokens=900)], [], NOW)
    ledger.standings(limits, NOW)
    ledger.standings(limits, NOW)
    assert len(ledger.alerts(limits, NOW)) == 1
