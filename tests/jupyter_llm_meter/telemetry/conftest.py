"""Calls to export."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from llm_meter_tap.wire.record import CallRecord

STARTED = datetime(2026, 11, 3, 12, 0, 0, 123456, tzinfo=timezone.utc)


@pytest.fixture
def call():
    """Makes a call."""

    def make(call_id="c-1", **fields):
        known = {
            "started_at": STARTED,
            "status": "ok",
            "basis": "reported",
            "source": "tap",
            "duration_s": 1.5,
            "operation_name": "chat",
            "provider_name": "openai",
            "request_model": "gpt-4o",
            "response_model": "gpt-4o-2024-08-06",
            "input_tokens": 600,
            "output_tokens": 40,
            "cost_amount": Decimal("0.0019"),
            "cost_currency": "USD",
            "server_address": "api.openai.com",
            "server_port": 443,
            "user_id": "alice",
            "team": "blue",
            "project": "thesis",
            "key_fingerprint": "k-4711",
            "notebook_path": "secret plans.ipynb",
            "usage_raw": {"prompt_tokens": 600},
        }
        return CallRecord(call_id, **{**known, **fields})

    return make
