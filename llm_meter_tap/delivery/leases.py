"""Keeps the reservations of calls under way alive.

Owns which calls hold one and when they are to be renewed. Refuses to have a thread: the sender's asks it.
"""

from __future__ import annotations

import json
import time

from llm_meter_tap.delivery.service_client import JSON, ServiceClient

_LEASE_S = 30.0


class Leases:
    """The reservations of this process. Thread-safe by doing one thing at a time to one set."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._lease_s = _LEASE_S
        self._due_at = 0.0

    def hold(self, call_id: str, lease_s: float | None) -> None:
        """A call was granted a reservation that lapses after `lease_s` seconds unless it is renewed."""
        self._lease_s = lease_s or self._lease_s
        if not self._held:
            self._due_at = time.monotonic() + self._lease_s / 3
        self._held.add(call_id)

    def release(self, call_id: str) -> bool:
        """A call settled or was dropped; whether it had a reservation."""
        was_held = call_id in self._held
        self._held.discard(call_id)
        return was_held

    def due_in_s(self) -> float | None:
        """Seconds until the reservations are to be renewed; None when there are none."""
        return max(0.0, self._due_at - time.monotonic()) if self._held else None

    def renew(self, listener: ServiceClient) -> None:
        """Renew what is due; what the service does not hold any more, or never did, is forgotten."""
        if self.due_in_s() != 0.0:
            return
        held = list(self._held)
        answer = listener.post("/v1/renew", json.dumps({"ids": held}).encode("ascii"), JSON)
        if answer is not None and isinstance(answer[1].get("renewed"), list):
            self._held -= set(held).difference(answer[1]["renewed"])
        self._due_at = time.monotonic() + self._lease_s / 3
