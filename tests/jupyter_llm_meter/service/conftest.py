"""A service on a folder of its own, and lines to give it."""

import json
import logging
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import pytest

from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import assemble_service
from jupyter_llm_meter.service.owner import Owner

LIMITS = [{"window": "month", "unit": "tokens", "amount": 1000}]


class Caller:
    """Sends requests to a service as a tap does."""

    def __init__(self, service):
        path = service.storage.folder / "services" / f"{service.stem}.json"
        self.rendezvous = json.loads(path.read_text())
        self.secret = self.rendezvous["secret"]

    def __call__(self, path, body=None, secret=None, spool=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.rendezvous['port']}{path}",
            data=body,
            headers={"Authorization": f"Bearer {secret or self.secret}"},
        )
        if spool:
            request.add_header("X-LLM-Meter-Spool", spool)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                content, status = response.read(), response.status
        except urllib.error.HTTPError as error:
            content, status = error.read(), error.code
        return status, json.loads(content) if content else None


@pytest.fixture
def record():
    """Make the wire form of a record."""

    def make(call_id, tokens=10, **fields):
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        wire = {
            "llm_meter.call.id": call_id,
            "llm_meter.call.started_at": now,
            "llm_meter.call.status": "ok",
            "llm_meter.call.basis": "reported",
            "llm_meter.call.source": "tap",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "user.id": "alice",
            "gen_ai.usage.input_tokens": tokens,
            **fields,
        }
        return {name: value for name, value in wire.items() if value is not None}

    return make


@pytest.fixture
def line(record):
    """Make a spool line, without its end."""

    def make(event, call_id, text=None, **fields):
        if event == "dropped":
            content = {"v": 1, "event": event, "id": call_id}
        else:
            content = {"v": 1, "event": event, "record": record(call_id, **fields)}
        if text is not None:
            content["text"] = text
        return json.dumps(content).encode()

    return make


@pytest.fixture
def start(storage, fixed_limits):
    """Start a service; every one is stopped at the end."""
    running = []

    def start_service(storage=storage, **arguments):
        log = logging.getLogger("test")
        arguments.setdefault("limits", fixed_limits(LIMITS))
        arguments.setdefault("owner", Owner("alice"))
        arguments.setdefault("problems", Problems(log))
        service = assemble_service(storage=storage, time_zone="UTC", log=log, **arguments)
        service.start()
        running.append(service)
        return service

    yield start_service
    for service in running:
        service.stop()


@pytest.fixture
def caller():
    return Caller


@pytest.fixture
def ledger_of():
    """Read a ledger's calls by id, as wire records."""

    def read(url):
        with Ledger.open(url) as ledger:
            return {record.call_id: record.to_wire() for record in ledger.records()}

    return read


@pytest.fixture
def spool(storage):
    """Write a spool as a process leaves it that was killed."""

    def write(*lines, name="4242-0badcafe.jsonl", end=b"\n"):
        folder = storage.folder / "spool"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = Path(folder, name)
        # As a tap does: the service may look at any time, and takes an empty spool of a dead process away.
        hidden = path.with_name(f".{name}")
        hidden.write_bytes(b"\n".join(lines) + end)
        return hidden.replace(path)

    return write
