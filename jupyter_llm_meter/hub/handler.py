"""The base of all routes: who asks, and answers to errors.

Every route needs a user of the hub. Nothing of a request is logged.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

from tornado.web import HTTPError, RequestHandler

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.hub.desk import Desk
from jupyter_llm_meter.hub.directory import Directory, NoDirectory
from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.identity import Identities
from jupyter_llm_meter.hub.members import Gateway, Member
from jupyter_llm_meter.hub.meter import HubMeter
from jupyter_llm_meter.hub.senders import GatewaySender, Sender, UserSender, clock_off
from jupyter_llm_meter.ledger import BadCursor, LedgerUnavailable
from jupyter_llm_meter.ledger.hub_limits import TooMany
from jupyter_llm_meter.ledger.imports import TooManyLines
from jupyter_llm_meter.ledger.quotas import Conflict, UnknownChange
from jupyter_llm_meter.policy.errors import RaiseError
from jupyter_llm_meter.service.errors import ArgumentError
from llm_meter_tap.wire.shape import WireError, parse_time

CLOCK_HEADER = "X-LLM-Meter-Now"
"""The time of the sender's clock, so that one that is wrong does no harm."""

REFUSALS: dict[type[Exception], tuple[int, str]] = {
    WireError: (400, "bad-argument"),
    ArgumentError: (400, "bad-argument"),
    BadCursor: (400, "bad-cursor"),
    LimitError: (400, "bad-limit"),
    RaiseError: (400, "bad-argument"),
    NotAllowed: (403, "not-allowed"),
    UnknownChange: (404, "unknown-id"),
    Conflict: (409, "changed"),
    TooMany: (409, "too-many"),
    TooManyLines: (413, "too-many-lines"),
    LedgerUnavailable: (503, "ledger-unavailable"),
}
"""Status and ``reason`` of the answer to a request that raised one of these errors, or a subclass."""

_NO_USER = "This needs the token of a user of the hub who may use this service (scope access:services)."
Handler = TypeVar("Handler", bound="HubHandler")


@dataclass(frozen=True)
class Shared:
    """What all routes share.

    Attributes:
        meter: The metering of this process.
        identities: Knows who asks.
        time_zone: IANA zone of sums by day.
        directory: Knows the hub's users and groups.
        credit_secret: Signs credits, see `routes.credits`; empty: no signature is accepted.
    """

    meter: HubMeter
    identities: Identities
    time_zone: str
    directory: Directory = field(default_factory=NoDirectory)
    credit_secret: str = field(default="", repr=False)


def answered(method: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Answer errors of ``REFUSALS`` with their message."""

    @functools.wraps(method)
    async def with_refusals(self: HubHandler, *args: str) -> None:
        try:
            await method(self, *args)
        except tuple(REFUSALS) as error:
            status, reason = next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
            more = {"now": error.now} if isinstance(error, Conflict) else {}
            self.refuse(status, str(error), reason, **more)

    return with_refusals


class HubHandler(RequestHandler):
    """A request of a user of the hub; in `prepare` it becomes known whose."""

    member: Member

    def initialize(self, shared: Shared) -> None:
        """Keep what all requests share."""
        self.meter = shared.meter
        self.identities = shared.identities
        self.time_zone = shared.time_zone
        self.desk = Desk(shared.meter, shared.directory, shared.time_zone)
        self.credit_secret = shared.credit_secret

    def set_default_headers(self) -> None:
        """Keep answers out of caches and out of pages of others."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")

    async def prepare(self) -> None:
        """Refuse a request of nobody."""
        try:
            member = await self.who()
        except HTTPError as error:  # the hub does not answer, or not as it should
            self.refuse(503, f"The hub cannot say whose token this is: {error.log_message}", "hub-away")
            return
        if member is None:
            self.refuse(403, _NO_USER, "no-user")
        else:
            self.member = member

    async def who(self) -> Member | None:
        """Return who asks."""
        return await self.identities.of_request(self)

    def refuse(self, status: int, message: str, reason: str, **more: object) -> None:
        """Answer with an error."""
        self.set_status(status)
        self.answer({"message": message, "reason": reason, **more})

    def answer(self, document: dict[str, Any]) -> None:
        """Answer with a JSON object."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(document))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an unexpected failure without its traceback."""
        self.refuse(status_code, self._reason, "failed")


class UnknownPathHandler(HubHandler):
    """Any other path."""

    async def prepare(self) -> None:
        """Refuse; a request of nobody does not learn which paths exist."""
        await super().prepare()
        if not self._finished:
            self.refuse(404, "There is no such path; docs/how-to/hub.md has a list.", "unknown-route")


class RelayHandler(HubHandler):
    """A request of a user's service, which has the token of the user's server."""

    def check_xsrf_cookie(self) -> None:
        """Nothing to check: a cookie is not looked at here."""

    async def who(self) -> Member | None:
        """Return whose token is in the header."""
        return await self.identities.of_token(self)

    def sender(self) -> Sender:
        """Return who sends this, and how far their clock is off."""
        theirs = parse_time(self.request.headers.get(CLOCK_HEADER))
        return UserSender(self.member, clock_off(theirs, datetime.now(timezone.utc)))


class GatewayHandler(RelayHandler):
    """A request of a user's service, or of a gateway for one of its users."""

    gateway: Gateway | None = None

    async def who(self) -> Member | None:
        """Return whose token is in the header; a gateway's is none of a user."""
        self.gateway = await self.identities.of_gateway(self)
        return Member("") if self.gateway is not None else await super().who()

    def sender(self) -> Sender:
        """Return who sends this, and how far their clock is off."""
        if self.gateway is None:
            return super().sender()
        theirs = parse_time(self.request.headers.get(CLOCK_HEADER))
        return GatewaySender(self.gateway, clock_off(theirs, datetime.now(timezone.utc)))
