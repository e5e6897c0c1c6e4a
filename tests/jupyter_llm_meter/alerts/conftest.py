"""Providers of channels that stand on this machine, alerts to send them, and services that do."""

import logging
from datetime import datetime, timezone
from decimal import Decimal

import pytest
from channel_provider import ChannelProvider
from free_port import free_port

from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.alerts.text import AlertDetails
from jupyter_llm_meter.core.limit_names import limit_of_id
from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import assemble_service
from jupyter_llm_meter.service.owner import Owner
from llm_meter_tap.wire.record import CallRecord


@pytest.fixture
def provider(tmp_path, monkeypatch):
    """All providers in one; whatever this process sends to any host by HTTPS reaches it."""
    folder = tmp_path / "provider"
    folder.mkdir()
    provider = ChannelProvider(folder)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{provider.port}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(provider.authority))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield provider
    provider.close()


@pytest.fixture
def closed_port():
    """A port on which no process listens."""
    return free_port()


@pytest.fixture
def make_alert():
    """Make an alert, as messages show it."""

    def make(**fields):
        names = ("limit", "time_zone", "notebooks", "forecast")
        extra = {name: fields.pop(name) for name in names if name in fields}
        values = {
            "id": "a1",
            "limit_id": "user/month/tokens",
            "subject": "alice",
            "threshold": Decimal("0.8"),
            "window_start": datetime(2026, 10, 31, 16, tzinfo=timezone.utc),
            "resets_at": datetime(2026, 11, 30, 16, tzinfo=timezone.utc),
            "raised_at": datetime(2026, 11, 24, 12, tzinfo=timezone.utc),
            "used": Decimal(812_345),
            "amount": Decimal(1_000_000),
            "unit": "tokens",
        }
        alert = Alert(**{**values, **fields})
        limit = extra.pop("limit", None) or limit_of_id(alert.limit_id, alert.unit)
        return AlertDetails(alert, limit, **{"time_zone": "Asia/Shanghai", **extra})

    return make


@pytest.fixture
def everything_logged():
    """All that any library logs while the test runs, at the lowest level, but for the test's own servers."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            if not record.name.startswith("mail"):
                lines.append(f"{record.name}: {self.format(record)}")

    handler, root = Handler(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def start(storage, fixed_limits):
    """Start a service with channels; every one is stopped at the end."""
    running = []

    def start_service(
        channels,
        limits=({"window": "month", "unit": "tokens", "amount": 1000},),
        storage=storage,
        kernels=None,
    ):
        log = logging.getLogger("test")
        problems = Problems(log)
        service = assemble_service(
            storage=storage,
            limits=fixed_limits(list(limits)),
            owner=Owner("alice"),
            problems=problems,
            time_zone="UTC",
            log=log,
            kernels=kernels,
            channels=Channels.from_configuration(channels, problems),
        )
        service.start()
        running.append(service)
        return service

    yield start_service
    for service in running:
        service.stop()


@pytest.fixture
def spend():
    """Bring calls to a service, as one transaction."""

    def settle(service, *tokens, **fields):
        now = datetime.now(timezone.utc)
        values = {"status": "ok", "basis": "reported", "source": "tap", "user_id": "alice", **fields}
        records = [
            CallRecord(call_id=f"{now.timestamp()}-{number}", started_at=now, input_tokens=each, **values)
            for number, each in enumerate(tokens)
        ]
        service.submit(service.incoming.settle_calls(records)).result(30)

    return settle
