"""What a tap does for a hard limit, in a few lines: ``limit_client.py FOLDER THREADS TOKENS [NOTEBOOK]``.

Each thread makes calls of TOKENS tokens until one is refused for good: it asks, writes the opened line, waits
a moment, writes the settled line, brings it. A service that is away is waited for. Prints the id of each call
once its settled line is written.
"""

import fcntl
import http.client
import json
import os
import random
import secrets
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from threading import Thread

PATIENCE_S = 600.0


class ServiceConnection:
    """The newest living service of a folder; one object a thread."""

    def __init__(self, folder, spool):
        self.folder = folder
        self.spool = spool
        self.connection = None

    def post(self, path, body):
        """The answer; None while there is no service."""
        try:
            if self.connection is None:
                self._connect()
            self.connection.request("POST", path, body, self.headers)
            response = self.connection.getresponse()
            content = response.read()
            return json.loads(content) if response.status == 200 else None
        except (OSError, http.client.HTTPException, ValueError, IndexError, KeyError):
            self.connection = None
            return None

    def _connect(self):
        files = sorted((self.folder / "services").glob("*.json"), key=lambda path: path.stat().st_mtime)
        rendezvous = json.loads(files[-1].read_text())
        self.connection = http.client.HTTPConnection("127.0.0.1", rendezvous["port"], timeout=60)
        self.headers = {"Authorization": f"Bearer {rendezvous['secret']}", "X-LLM-Meter-Spool": self.spool}


class LockedSpool:
    """The spool of this process, locked while it lives."""

    def __init__(self, folder):
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        (folder / "spool").mkdir(mode=0o700, exist_ok=True)
        # As a tap does: locked before it has the name that the service looks for.
        draft = folder / "spool" / f".{self.name}"
        self._descriptor = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        draft.rename(folder / "spool" / self.name)

    def write(self, event, record):
        """Write a line; returns it."""
        line = json.dumps({"v": 1, "event": event, "record": record}).encode() + b"\n"
        os.write(self._descriptor, line)
        if event == "settled":
            os.write(sys.stdout.fileno(), record["llm_meter.call.id"].encode() + b"\n")
        return line


def opened(call_id, notebook=None):
    """The record of a call before it leaves."""
    record = {
        "llm_meter.call.id": call_id,
        "llm_meter.call.started_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "llm_meter.call.status": "ok",
        "llm_meter.call.basis": "missing",
        "llm_meter.call.source": "tap",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.provider.name": "openai",
        "user.id": "alice",
    }
    return record if notebook is None else {**record, "llm_meter.notebook.path": notebook}


def settled(record, tokens):
    """The record of a call that used as many tokens."""
    return {**record, "llm_meter.call.basis": "reported", "gen_ai.usage.output_tokens": tokens}


def until_answered(service, path, body):
    """The answer of a service that may be restarted meanwhile."""
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        answer = service.post(path, body)
        if answer is not None:
            return answer
        # Hundreds of threads that look often keep a service from its start.
        time.sleep(0.1 + 0.4 * random.random())
    raise TimeoutError("no service came back")


def call_until_refused(folder, spool, tokens, notebook):
    service = ServiceConnection(folder, spool.name)
    while True:
        record = opened(secrets.token_hex(8), notebook)
        asked = {"record": record, "text": {"input": ""}, "max_output_tokens": tokens, "is_text_only": True}
        body = json.dumps(asked).encode()
        answer = until_answered(service, "/v1/reserve", body)
        while not answer["granted"] and answer["is_reserved_elsewhere"]:
            time.sleep(0.02)
            answer = until_answered(service, "/v1/reserve", body)
        if not answer["granted"]:
            return
        spool.write("opened", record)
        time.sleep(random.random() * 0.01)
        until_answered(service, "/v1/lines", spool.write("settled", settled(record, tokens)))


def main(folder, threads, tokens, notebook=None):
    spool = LockedSpool(folder)
    crew = [Thread(target=call_until_refused, args=(folder, spool, tokens, notebook)) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
