"""REST of requests: a user asks for more of a limit, a lead or an administrator grants or declines it.

What is granted is a raise: it adds to the limit until its window ends.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import format_decimal
from jupyter_llm_meter.hub.bodies import Body, read_amount
from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.handler import answered
from jupyter_llm_meter.hub.routes.rest import RestHandler
from jupyter_llm_meter.ledger import Raise, quota_requests
from jupyter_llm_meter.ledger.quota_requests import More
from jupyter_llm_meter.policy.raises import RaiseRequest, plan_raise
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.service.arguments import choice
from jupyter_llm_meter.service.errors import ArgumentError

DECISIONS = ("grant", "decline")
ALL_RAISES = Rules(raises="all")


class RequestsHandler(RestHandler):
    """``api/v1/requests``."""

    arguments = ("state",)

    @answered
    async def get(self) -> None:
        """Answer with one's own requests, those of the teams that one leads, or all."""
        state = self.get_query_argument("state", None)
        if state is not None:
            choice("state", state, quota_requests.STATES)
        user, leads = None if self.member.is_admin else self.member.name, self.member.leads
        rows = await self.meter.query(
            lambda ledger: ledger.read(quota_requests.requests, user, leads, state=state)
        )
        self.answer({"requests": rows})

    @answered
    async def post(self) -> None:
        """Ask for more of a limit."""
        body = Body(self.request.body, ("limit_id", "amount", "reason", "team"))
        limit = await _raisable(self, body.text("limit_id"))
        if limit.scope != "user" or limit.value not in (None, self.member.name):
            raise ArgumentError(f"{limit.id!r} is not a limit of yours; ask for more of one of scope user.")
        team = self.member.team_of(body.optional_text("team"))
        more = More(self.member.name, team, limit.id, body.amount(), limit.unit, body.text("reason"))
        now = self.now()
        self.answer(await self.meter.query(lambda ledger: ledger.write(quota_requests.ask, more, now)))


class DecisionHandler(RestHandler):
    """``POST api/v1/requests/decision``."""

    @answered
    async def post(self) -> None:
        """Grant a request, as asked or another amount, or decline it."""
        body = Body(self.request.body, ("id", "decision", "amount", "answer", "expires_at"))
        request_id, answer = body.text("id"), body.optional_text("answer")
        is_granted = body.one_of("decision", DECISIONS) == "grant"
        asked = await self.meter.query(lambda ledger: ledger.read(quota_requests.found, request_id))
        self._require_decider(asked)
        raised = limit = None
        if is_granted:
            limit = await _raisable(self, asked["limit_id"])
            amount = read_amount(body.given.get("amount", asked["amount"]))
            raised = await self._plan(asked, limit, amount, body.instant("expires_at"))
        now, name = self.now(), self.member.name
        done = await self.meter.query(
            lambda ledger: ledger.write(quota_requests.decide, request_id, name, answer, raised, now)
        )
        if limit is not None:
            meant = [limit]
            await self.meter.query(lambda ledger: ledger.review(meant, now))
        self.answer(done)

    def _require_decider(self, asked: dict[str, Any]) -> None:
        if self.member.is_admin:
            return
        if asked["team"] not in self.member.leads:
            raise NotAllowed("Only a lead of the user's team or an administrator may decide on this request.")
        if asked["user"] == self.member.name:
            raise NotAllowed("Nobody decides on their own request.")

    async def _plan(
        self, asked: dict[str, Any], limit: Limit, amount: Decimal, expires_at: datetime | None
    ) -> Raise:
        user, now = asked["user"], self.now()
        if not self.member.is_admin:
            most = await self.desk.room_of_team(asked["team"], limit)
            [standing] = await self.meter.query(
                lambda ledger: ledger.standings([limit], now, {"user": user}, user)
            )
            if standing.amount + amount > most:
                whole = f"{format_decimal(most)} {limit.unit}"
                raise NotAllowed(f"Team {asked['team']!r} has {whole}; a member can't have more.")
        request = RaiseRequest(limit.id, user, amount, asked["reason"], expires_at)
        return plan_raise(request, [limit], ALL_RAISES, self.member.name, now)


async def _raisable(handler: RestHandler, limit_id: str) -> Limit:
    """Find a limit in force that may be raised."""
    await handler.meter.follow_limits()
    limit = handler.meter.limits.of_id(limit_id)
    if limit is None:
        raise ArgumentError(f"There is no limit {limit_id!r} in force.")
    if limit.is_ceiling:
        raise NotAllowed(f"The configuration sets the limit {limit_id!r}; nobody can add to it here.")
    return limit


ROUTES: dict[str, type[RestHandler]] = {
    "api/v1/requests": RequestsHandler,
    "api/v1/requests/decision": DecisionHandler,
}
