"""A small listener on loopback: speaks the contract of docs/architecture.md, remembers what it was told."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from llm_meter_tap import file_lock

SECRET = "s3cret"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("authorization") != f"Bearer {SECRET}":
            self._answer(401, {"error": "no"})
        elif self.path == "/v1/count":
            self._count(json.loads(body))
        else:
            self._answer(*self.server.owner.take(self.headers["x-llm-meter-spool"], body))

    def _count(self, question: dict[str, str]) -> None:
        if question.get("tokenizer") == "nonsense":
            self._answer(400, {"error": "unknown tokenizer: nonsense; allowed: o200k_base"})
            return
        words = len(question["text"].split())
        self._answer(200, {"tokens": words, "tokenizer": "o200k_base", "exact": True})

    def _answer(self, status: int, answer: dict[str, object]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def setup(self) -> None:
        super().setup()
        self.server.owner.connections.append(self.connection)

    def finish(self) -> None:
        super().finish()
        self.server.owner.connection_ended.set()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class TapListener:
    """The listener, running and announced.

    Args:
        folder: The private folder.
        stem: The rendezvous file's stem.
        started_at: As the rendezvous file says it.

    Attributes:
        lines: Every line that came, in order.
        connection_ended: A tap's connection was closed.
        notices: What to answer, once.
        refused: Ids whose lines are answered with 400.
    """

    def __init__(
        self, folder: Path, stem: str = "1-aaaaaaaa", started_at: str = "2026-01-01T00:00:00Z"
    ) -> None:
        self.lines: list[dict[str, object]] = []
        self.notices: list[str] = []
        self.refused: set[str] = set()
        self.spools: set[str] = set()
        self.connections: list[socket.socket] = []
        self.connection_ended = threading.Event()
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.owner = self
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self._announce(folder, stem, started_at)

    def _announce(self, folder: Path, stem: str, started_at: str) -> None:
        services = folder / "services"
        services.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(services / f"{stem}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        file_lock.hold(self._lock)
        announced = {
            "version": 1, "address": "127.0.0.1", "port": self._server.server_port, "secret": SECRET,
            "pid": os.getpid(), "started_at": started_at,
        }  # fmt: skip
        (services / f"{stem}.json").write_text(json.dumps(announced))

    def take(self, spool: str, body: bytes) -> tuple[int, dict[str, object]]:
        lines = [json.loads(line) for line in body.splitlines()]
        ids = [line.get("id") or line["record"]["llm_meter.call.id"] for line in lines]
        if self.refused & set(ids):
            return 400, {"error": "line 1: it is not liked"}
        notices, self.notices = self.notices, []
        with self._changed:
            self.lines += lines
            self.spools.add(spool)
            self._changed.notify_all()
        return 200, {"acknowledged": ids, "notices": notices}

    def wait_for(self, settled: int) -> list[dict[str, object]]:
        """The settled lines, when there are so many of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.settled()) >= settled, 15), self.lines
        return self.settled()

    def settled(self) -> list[dict[str, object]]:
        return [line for line in self.lines if line["event"] == "settled"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        os.close(self._lock)
