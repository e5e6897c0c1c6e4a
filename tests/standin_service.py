"""A stand-in for the service on loopback: follows docs/reference/protocol.md and keeps what it receives."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from llm_meter_tap.wire import file_lock

SECRET = "s3cret"
PATIENCE_S = 120.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("authorization") != f"Bearer {SECRET}":
            self._answer(401, {"error": "no"})
        elif self.path == "/v1/count":
            self._count(json.loads(body))
        elif self.path == "/v1/reserve":
            self._answer(200, self.server.owner.reserve(json.loads(body)))
        elif self.path == "/v1/return":
            self._answer(200, self.server.owner.take_back(json.loads(body)["returned"]))
        elif self.path == "/v1/renew":
            self._answer(200, self.server.owner.renew(json.loads(body)["ids"]))
        elif self.path == "/v1/usage":
            self._answer(200, self.server.owner.usage(json.loads(body)))
        elif self.server.owner.failures > 0:
            self.server.owner.failures -= 1
            self._answer(503, {"error": "busy"})
        else:
            self._answer(*self.server.owner.receive(self.headers["x-llm-meter-spool"], body))

    def _count(self, request: dict[str, str]) -> None:
        if request.get("tokenizer") == "nonsense":
            self._answer(400, {"error": "unknown tokenizer: nonsense; allowed: o200k_base"})
            return
        words = len(request["text"].split())
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


class StandInService:
    """The service, running and announced.

    Args:
        folder: The private folder.
        stem: The rendezvous file's stem.
        started_at: As the rendezvous file says it.

    Attributes:
        lines: Every line received, in order.
        connection_ended: Set when a tap's connection has been closed.
        notices: Sent with the next answer, once.
        refused: Ids whose lines are answered with 400.
        failures: How many of the next posts of lines fail.
        most_calls: A hard limit: this many calls may be settled or reserved; None: no limit.
        lease_s: What a reservation is granted for, seconds.
        unpriced_model: The model that grants name as one whose calls a cap in dollars does not count.
        reservation_requests: Every request for a reservation, in order.
        reserved: Ids of the calls that hold a reservation.
        renewals: The ids of each renewal.
        usage_requests: Every request for usage, in order.
        on_reserve: Called before a request is answered.
        allotted_calls: For how many calls an allotment is given to who asks for one; None: none is.
        valid_s: How long calls may be drawn from it, seconds.
        recalled: The allotments that the answers to lines call back.
        returned: All that was given back, in order.
    """

    def __init__(
        self, folder: Path, stem: str = "1-aaaaaaaa", started_at: str = "2026-01-01T00:00:00Z"
    ) -> None:
        self.lines: list[dict[str, object]] = []
        self.notices: list[str] = []
        self.refused: set[str] = set()
        self.failures = 0
        self.spools: set[str] = set()
        self.connections: list[socket.socket] = []
        self.connection_ended = threading.Event()
        self.most_calls: int | None = None
        self.lease_s = 30.0
        self.unpriced_model: str | None = None
        self.reservation_requests: list[dict[str, object]] = []
        self.reserved: set[str] = set()
        self.renewals: list[list[str]] = []
        self.usage_requests: list[dict[str, object]] = []
        self.on_reserve: Callable[[], object] = lambda: None
        self.allotted_calls: int | None = None
        self.valid_s = 20.0
        self.recalled: list[str] = []
        self.returned: list[dict[str, object]] = []
        self._folder, self._stem = folder, stem
        self._under: dict[str, set[str]] = {}  # what each call was reserved under
        self._limits_digest = ""
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

    def receive(self, spool: str, body: bytes) -> tuple[int, dict[str, object]]:
        lines = [json.loads(line) for line in body.splitlines()]
        ids = [line.get("id") or line["record"]["llm_meter.call.id"] for line in lines]
        if self.refused & set(ids):
            return 400, {"error": "line 1: refused by the test"}
        notices, self.notices = self.notices, []
        with self._changed:
            self.lines += lines
            self.spools.add(spool)
            self.reserved -= {id for line, id in zip(lines, ids, strict=True) if line["event"] != "opened"}
            self._changed.notify_all()
        drawn = [
            {"id": record["llm_meter.call.id"], "used": {"calls": 1, "tokens": 18, "USD": 5}}
            for record in (line.get("record", {}) for line in lines if line["event"] == "settled")
            if "llm_meter.allotment.id" in record
        ]
        answer = {"acknowledged": ids, "notices": notices, "recalled": self.recalled}
        return 200, {**answer, "drawn": drawn} if drawn else answer

    def take_back(self, returned: list[dict[str, object]]) -> dict[str, object]:
        with self._changed:
            self.returned += returned
            self.reserved -= {str(each["id"]) for each in returned if "keep" not in each}
            self._changed.notify_all()
        return {}

    def write_gate(self, on_unreachable: str = "allow", limits: str = "") -> None:
        """Announce that a hard limit is in force; `limits` names it."""
        self._limits_digest = limits
        draft = self._folder / "gate"
        content = {"version": 1, "on_unreachable": on_unreachable, "limits": limits}
        draft.write_text(json.dumps(content))
        draft.replace(self._folder / "services" / f"{self._stem}.gate")

    def remove_gate(self) -> None:
        """Announce that no hard limit is in force any longer."""
        (self._folder / "services" / f"{self._stem}.gate").unlink()

    def reserve(self, request: dict[str, object]) -> dict[str, object]:
        """Grant or refuse by the limits in calls; limits in tokens and dollars always have room."""
        self.on_reserve()
        with self._changed:
            self.reservation_requests.append(request)
            self.returned += request.get("returned", ())
            self._changed.notify_all()
            call_id = request["record"]["llm_meter.call.id"]
            limits = self._limits(request)
            for limit_id, amount in limits.items():
                mine = {id for id, under in self._under.items() if limit_id in under}
                used, reserved = len(mine & self._counted()), len(mine & self.reserved)
                if used + reserved + 1 > amount:
                    standing = {"limit": {"id": limit_id}, "used": str(used), "reserved": str(reserved)}
                    message = f"{used} of {amount} calls used"
                    return {
                        "granted": False, "message": message, "standing": standing, "needed": "1",
                        "headline": f"this call could exceed the limit {limit_id}.",
                        "details": [["Used", message], ["To raise", "The administrator can raise it."]],
                        "is_reserved_elsewhere": used < amount,
                    }  # fmt: skip
            self._under[call_id] = set(limits)
            self.reserved.add(call_id)
            named = {} if self.unpriced_model is None else {"unpriced_model": self.unpriced_model}
            return {"granted": True, "lease_s": self.lease_s, **named, **self._allotment(request)}

    def _allotment(self, request: dict[str, object]) -> dict[str, object]:
        wish = request.get("allotment")
        if wish is None or self.allotted_calls is None:
            return {}
        self.reserved.add(wish["id"])
        share = {"limit_id": "user/month/calls", "unit": "calls", "amount": self.allotted_calls}
        allotment = {
            "id": wish["id"], "limits": self._limits_digest, "shares": [share], "output_tokens": 100,
            "valid_s": self.valid_s,
        }  # fmt: skip
        return {"allotment": allotment}

    def _limits(self, request: dict[str, object]) -> dict[str, int]:
        most = {} if self.most_calls is None else {"user/month/calls": self.most_calls}
        run = request.get("run")
        while run is not None:
            for cap in run["caps"]:
                if cap["unit"] == "calls":
                    most[f"run={run['id']}/total/calls"] = int(cap["amount"])
            run = run.get("within")
        return most

    def _counted(self) -> set[str]:
        records = [line["record"] for line in self.settled()]
        return {one["llm_meter.call.id"] for one in records if one["llm_meter.call.status"] != "refused"}

    def renew(self, ids: list[str]) -> dict[str, object]:
        with self._changed:
            self.renewals.append(ids)
            self._changed.notify_all()
            return {"renewed": [id for id in ids if id in self.reserved], "lease_s": self.lease_s}

    def usage(self, request: dict[str, object]) -> dict[str, object]:
        self.usage_requests.append(request)
        calls = len(self._counted())
        known = {"input_tokens": 11 * calls, "output_tokens": 7 * calls, "cost": "0.0123"}
        return {"usage": {"calls": calls, **known, "unpriced_calls": 0, "missing_calls": 0}}

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until the condition is true after something was received."""
        with self._changed:
            assert self._changed.wait_for(is_so, PATIENCE_S)

    def wait_for(self, settled: int) -> list[dict[str, object]]:
        """Wait until there are this many settled lines, and return them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.settled()) >= settled, PATIENCE_S), self.lines
        return self.settled()

    def settled(self) -> list[dict[str, object]]:
        return [line for line in self.lines if line["event"] == "settled"]

    def release_lock(self) -> None:
        """Release the lock, as if the service was killed; it still answers."""
        os.close(self._lock)
        self._lock = os.open(os.devnull, os.O_RDONLY)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        os.close(self._lock)
