"""The hub's service and users' services, as tests start and end them."""

from __future__ import annotations

import json
import logging
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import pytest
from free_port import free_port

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.client.upstream import HubUpstream
from jupyter_llm_meter.ledger import sqlite_url
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import assemble_service
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.storage import Storage

HERE = Path(__file__).parent
PATIENCE_S = 120.0


def wait_for(condition, what):
    """Wait until a condition holds; returns what it returned."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > give_up_at:
            pytest.fail(f"still waiting for {what}")
        time.sleep(0.05)
    return found


def send(method, url, user=None, body=None, **headers):
    """One request: the status, 0 without an answer, and the JSON of the answer."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, method=method)
    for name, value in headers.items():
        asked.add_header(name.replace("_", "-"), value)
    if user is not None:
        asked.add_header("Authorization", f"token {user}")
    try:
        with urllib.request.urlopen(asked, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text) if text else {}
    except OSError:
        return 0, {}


class HubProcess:
    """The hub's service on a ledger, at the same address whenever it is started."""

    def __init__(self, ledger_url, limits):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/services/llm-meter"
        script = HERE / "hub_process.py"
        self._command = [sys.executable, script, ledger_url, json.dumps(limits), str(self.port)]
        self.processes = []

    def start(self, count=1):
        self.processes += [subprocess.Popen(self._command) for _ in range(count)]
        wait_for(lambda: self.ask("GET", "api/v1/me", "ann")[0] == 200, "the hub's service")

    def kill(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes = []

    def ask(self, method, path, user=None, body=None, **headers):
        return send(method, f"{self.url}/{path}", user, body, **headers)


class FixedLimits:
    def __init__(self, items):
        self.limits = parse_limits(items, "config")

    def current(self):
        return self.limits


def user_service(folder, user, url, on_unreachable="allow", limits=(), gateway=None):
    """A user's service in this process, with an own ledger, below a hub."""
    folder.mkdir(mode=0o700, exist_ok=True)
    log = logging.getLogger(f"service of {user}")
    return assemble_service(
        storage=Storage(folder, sqlite_url(folder / "ledger.sqlite3")),
        limits=FixedLimits(list(limits)),
        owner=Owner(user),
        problems=Problems(log),
        time_zone="UTC",
        log=log,
        rules=Rules(on_unreachable),
        upstream=HubUpstream(HubLink(url, user), gateway),
    )


def call(tokens=100, **more):
    """The record of a call that is over."""
    return {
        "llm_meter.call.id": secrets.token_hex(16),
        "llm_meter.call.started_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "llm_meter.call.status": "ok",
        "llm_meter.call.basis": "reported",
        "llm_meter.call.source": "tap",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.output_tokens": tokens,
        **more,
    }


def lines(*records):
    """Settled lines of calls."""
    settled = [{"v": 1, "event": "settled", "record": record} for record in records]
    return b"".join(json.dumps(line).encode() + b"\n" for line in settled)


def loopback(service, path, body, spool="1-aaaaaaaa.jsonl"):
    """What a tap posts to its user's service."""
    [file] = (service.storage.folder / "services").glob("*.json")
    found = json.loads(file.read_text())
    headers = {"Authorization": f"Bearer {found['secret']}", "X-LLM-Meter-Spool": spool}
    return send("POST", f"http://127.0.0.1:{found['port']}{path}", None, body, **headers)
