"""What stands behind the listener, and what every request to it shares: the secret and the form of errors."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any, Protocol

from tornado.web import RequestHandler

from jupyter_llm_meter.service.ingest import Receipt
from jupyter_llm_meter.service.reserve_request import ReserveRequest, UsageRequest
from jupyter_llm_meter.tokenizers import Count


class Desk(Protocol):
    """What stands behind the listener."""

    async def ingest(self, body: bytes) -> Receipt:
        """Take spool lines into the ledger."""

    async def count(self, text: str, model: str | None, tokenizer: str | None) -> Count:
        """Count tokens."""

    async def reserve(self, request: ReserveRequest) -> dict[str, Any]:
        """Decide whether a call may be sent."""

    async def renew(self, call_ids: Sequence[str]) -> dict[str, Any]:
        """Begin the leases of calls in flight anew."""

    async def usage(self, request: UsageRequest) -> dict[str, Any]:
        """Sum up some calls."""

    async def standing(self) -> dict[str, object]:
        """Return the standing document."""

    def poked(self) -> None:
        """Another service committed."""

    def tap_left(self, spool: str) -> None:
        """The connection of a tap ended."""


class ListenerHandler(RequestHandler):
    """A request of somebody who must know the secret."""

    def initialize(self, desk: Desk, secret: str, spools: dict[object, str]) -> None:
        """Keep what all requests share."""
        self.desk = desk
        self.spools = spools
        self._expected = f"Bearer {secret}".encode()

    def prepare(self) -> None:
        """Refuse whoever does not know the secret."""
        given = self.request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            self.refuse(401, "The bearer secret is missing or wrong; read the rendezvous file again.")

    def refuse(self, status: int, error: str, **more: object) -> None:
        """Answer with an error."""
        self.set_status(status)
        self.finish({"error": error, **more})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an unforeseen failure without its traceback."""
        self.refuse(status_code, self._reason)
