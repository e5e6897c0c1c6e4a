"""What the ledger says of calls that a provider may book otherwise."""

from datetime import datetime, timedelta, timezone

import pytest

from jupyter_llm_meter.ledger import Filter, Ledger, Oddities, sum_of_oddities
from llm_meter_tap.wire.record import CallRecord

NOON = datetime(2026, 11, 3, 12, tzinfo=timezone.utc)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as opened:
        yield opened


def call(call_id, **fields):
    known = {
        "started_at": NOON, "status": "ok", "basis": "reported", "source": "tap", "provider_name": "openai",
        "request_model": "gpt-4o", "input_tokens": 5, "output_tokens": 1,
    }  # fmt: skip
    return CallRecord(call_id, **{**known, **fields})


def test_calls_are_counted_by_utc_day_and_model(ledger):
    midnight = datetime(2026, 11, 4, tzinfo=timezone.utc)
    ledger.settle(
        [
            call("plain"),
            call("partial", basis="partial", status="aborted"),
            call("counted", basis="counted"),
            call("missing", basis="missing", input_tokens=None, output_tokens=None),
            call("failed", status="error", basis="none"),
            call("refused", status="refused", basis="none"),
            call("batch", service_tier="batch"),
            call("late", started_at=midnight - timedelta(minutes=1)),
            call("early", started_at=midnight),
            call("snapshot", response_model="gpt-4o-2024-08-06"),
            call("other", request_model="gpt-4.1"),
            call("elsewhere", provider_name="anthropic"),
        ],
        [],
        NOON,
    )
    found = ledger.oddities(Filter(values={"provider": "openai"}))
    third, fourth = NOON.date(), midnight.date()
    assert found == {
        (third, "gpt-4o"): Oddities(partial=1, counted=1, missing=1, failed=2, batch=1, edge=1),
        (fourth, "gpt-4o"): Oddities(edge=1),
        (third, "gpt-4o-2024-08-06"): Oddities(requested=("gpt-4o",)),
        (third, "gpt-4.1"): Oddities(),
    }


def test_oddities_of_several_models_add_up():
    one, other = Oddities(partial=1, requested=("a", "b")), Oddities(partial=2, edge=1, requested=("b", "c"))
    assert sum_of_oddities((one, other)) == Oddities(partial=3, edge=1, requested=("a", "b", "c"))
