"""What users' services and gateways post: the bodies of the loopback API (docs/reference/protocol.md)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from jupyter_llm_meter.hub.handler import GatewayHandler, RelayHandler, answered
from jupyter_llm_meter.ledger import quota_requests
from jupyter_llm_meter.service.reservation_request import (
    read_call_ids,
    read_reservation_request,
    read_returned,
)

TOLD_FOR = timedelta(days=7)
"""How long a user is told what became of a request for more."""
MOST_TOLD = 20
SPOOL_HEADER = "X-LLM-Meter-Spool"


class LinesHandler(GatewayHandler):
    """``POST v1/lines``."""

    @answered
    async def post(self) -> None:
        """Commit spool lines; a call is acknowledged after its commit."""
        answer, errors = await self.meter.accept_lines(self.sender(), self.request.body)
        if errors:
            self.refuse(400, "; ".join(errors), "bad-line", **answer)
        else:
            self.answer(answer)


class ReserveHandler(GatewayHandler):
    """``POST v1/reserve``."""

    @answered
    async def post(self) -> None:
        """Decide whether a call may be sent."""
        request = read_reservation_request(self.request.body, self.request.headers.get(SPOOL_HEADER))
        self.answer(await self.meter.reserve(self.sender(), request))


class RenewHandler(GatewayHandler):
    """``POST v1/renew``."""

    @answered
    async def post(self) -> None:
        """Renew leases."""
        self.answer(await self.meter.renew(self.sender(), read_call_ids(self.request.body)))


class ReturnHandler(RelayHandler):
    """``POST v1/return``."""

    @answered
    async def post(self) -> None:
        """Take back what processes do not need of their allotments."""
        await self.meter.give_back(self.sender(), read_returned(self.request.body))
        self.answer({})


class StandingHandler(RelayHandler):
    """``GET v1/standing``."""

    @answered
    async def get(self) -> None:
        """Answer with where the limits of the user and of their teams are, and which limits there are."""
        standings = await self.meter.standings(self.member)
        since = datetime.now(timezone.utc) - TOLD_FOR
        name = self.member.name
        requests = await self.meter.query(
            lambda ledger: ledger.read(quota_requests.requests, name, (), since=since, most=MOST_TOLD)
        )
        self.answer(
            {
                "user": self.member.name,
                "teams": list(self.member.teams),
                "standings": [standing.to_dict() for standing in standings],
                "limits": [limit.to_dict() for limit in self.meter.limits_of(self.member)],
                "requests": requests,
            }
        )


ROUTES: dict[str, type[RelayHandler]] = {
    "v1/lines": LinesHandler,
    "v1/reserve": ReserveHandler,
    "v1/renew": RenewHandler,
    "v1/return": ReturnHandler,
    "v1/standing": StandingHandler,
}
