"""Renews the reservations of calls under way, and allotments; runs on the sender's thread."""

from __future__ import annotations

from llm_meter_tap.delivery.service_client import JSON, ServiceClient
from llm_meter_tap.system import Clock
from llm_meter_tap.wire.json_values import encode

_LEASE_S = 30.0


class Leases:
    """The reservations of this process. Thread-safe: each method changes one set once."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._lease_s = _LEASE_S
        self._due_at = 0.0

    def hold(self, call_id: str, lease_s: float | None) -> None:
        """Keep what lapses after `lease_s` seconds, unless it is renewed, alive."""
        self._lease_s = lease_s or self._lease_s
        if not self._held:
            self._due_at = Clock.monotonic() + self._lease_s / 3
        self._held.add(call_id)

    def release(self, call_id: str) -> bool:
        """Stop renewing the reservation of a call that settled or was dropped; returns whether it had one."""
        if call_id not in self._held:
            return False
        self._held.discard(call_id)
        return True

    def due_in_s(self) -> float | None:
        """Seconds until the next renewal; None when there are no reservations."""
        return max(0.0, self._due_at - Clock.monotonic()) if self._held else None

    def renew(self, client: ServiceClient) -> set[str]:
        """Renew what is due; forget what the service does not hold, and return it."""
        if self.due_in_s() != 0.0:
            return set()
        held = list(self._held)
        lost: set[str] = set()
        answer = client.post("/v1/renew", encode({"ids": held}).encode("ascii"), JSON)
        if answer is not None and isinstance(answer[1].get("renewed"), list):
            lost = set(held).difference(answer[1]["renewed"])
            self._held -= lost
        self._due_at = Clock.monotonic() + self._lease_s / 3
        return lost
