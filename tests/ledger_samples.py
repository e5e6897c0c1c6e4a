"""Records and limits for the ledger's tests."""

from datetime import datetime, timezone

from jupyter_llm_meter.core.limit_reader import parse_limits
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


def call(call_id, **fields):
    """A reported call of alice's to gpt-4o at NOW, unless the arguments differ."""
    values = {
        "call_id": call_id,
        "started_at": NOW,
        "status": "ok",
        "basis": "reported",
        "source": "tap",
        "operation_name": "chat",
        "provider_name": "openai",
        "request_model": "gpt-4o",
        "server_address": "api.openai.com",
        "input_tokens": 100,
        "output_tokens": 20,
        "user_id": "alice",
        "notebook_path": "a.ipynb",
    }
    return CallRecord(**{**values, **fields})


def missing(call_id, **fields):
    """A call whose figures are not known."""
    unknown = {"basis": "missing", "input_tokens": None, "output_tokens": None, "status": "aborted"}
    return call(call_id, **{**unknown, **fields})


def limit(window="month", unit="tokens", amount=1000, **fields):
    """One limit, in UTC by default."""
    return parse_limits([{"window": window, "unit": unit, "amount": amount, **fields}], "settings", "UTC")[0]
