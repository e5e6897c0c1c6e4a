"""Open alerts: claimed by one tab, acknowledged for all."""

from datetime import timedelta

import pytest
from ledger_samples import NOW, call, limit

from jupyter_llm_meter.ledger import UnknownAlert

MINUTE = timedelta(minutes=1)


def raise_alert(ledger, limits):
    """Settle a call that crosses one threshold, and return the alert."""
    record = call("a", started_at=NOW, input_tokens=900, output_tokens=0)
    (alert,) = ledger.settle([record], limits, NOW).crossed
    return alert


def test_one_claimant_has_an_alert_until_it_is_acknowledged(ledger):
    limits = [limit(amount=1000)]
    alert = raise_alert(ledger, limits)
    assert ledger.claim_alert(alert.id, "tab 1", NOW)
    assert not ledger.claim_alert(alert.id, "tab 2", NOW + MINUTE)
    assert ledger.claim_alert(alert.id, "tab 1", NOW + MINUTE)
    ledger.acknowledge_alert(alert.id, NOW + MINUTE)
    assert not ledger.claim_alert(alert.id, "tab 1", NOW + MINUTE)
    assert ledger.alerts(limits, NOW) == []
    ledger.acknowledge_alert(alert.id, NOW + 2 * MINUTE)


def test_a_claim_without_acknowledgement_ends_after_ten_minutes(ledger):
    alert = raise_alert(ledger, [limit(amount=1000)])
    assert ledger.claim_alert(alert.id, "tab 1", NOW)
    assert not ledger.claim_alert(alert.id, "tab 2", NOW + 10 * MINUTE - timedelta(microseconds=1))
    assert ledger.claim_alert(alert.id, "tab 2", NOW + 10 * MINUTE)
    assert not ledger.claim_alert(alert.id, "tab 1", NOW + 10 * MINUTE)


def test_an_unknown_alert_is_named(ledger):
    with pytest.raises(UnknownAlert, match="'nope'"):
        ledger.claim_alert("nope", "tab", NOW)
    with pytest.raises(UnknownAlert, match="'nope'"):
        ledger.acknowledge_alert("nope", NOW)
