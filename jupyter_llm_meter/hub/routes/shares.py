"""REST of shares and suggestions: a team's budget divided among its members, and what past use suggests."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from jupyter_llm_meter.core.limits import UNITS
from jupyter_llm_meter.core.standing import format_decimal
from jupyter_llm_meter.core.suggestion import SHARE_COVERED, suggest
from jupyter_llm_meter.core.windows import WINDOWS, windows_before
from jupyter_llm_meter.hub.bodies import Body, read_amount
from jupyter_llm_meter.hub.desk import author_of
from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.handler import answered
from jupyter_llm_meter.hub.routes.rest import RestHandler
from jupyter_llm_meter.ledger import Filter, quotas
from jupyter_llm_meter.ledger.quotas import OwnAmount
from jupyter_llm_meter.service.arguments import choice, number
from jupyter_llm_meter.service.errors import ArgumentError

EQUAL = "equal"
SMALLEST = {"USD": Decimal("0.01"), "tokens": Decimal(1), "calls": Decimal(1)}


class SharesHandler(RestHandler):
    """``POST api/v1/quotas/shares``."""

    @answered
    async def post(self) -> None:
        """Give each member of a team a share of its budget: the same part each, or a fixed part."""
        self.require_admin()
        body = Body(self.request.body, ("team", "window", "unit", "share"))
        team, window, unit = body.text("team"), body.one_of("window", WINDOWS), body.unit()
        given = body.given.get("share", EQUAL)
        part = None if given == EQUAL else read_amount(given, "share")
        if part is not None and part > 1:
            raise ArgumentError(
                f"share is {given!r}; it must be {EQUAL!r}, or a part such as 0.1, at most 1."
            )
        limit = await self.desk.limit_of_amount(f"user/{window}/{unit}", None)
        members = await self.desk.directory.members(team)
        if members is None:
            raise NotAllowed("The hub doesn't say who is in a team; give the service the scope read:groups.")
        if not members:
            raise ArgumentError(f"Team {team!r} has no members.")
        whole = await self.desk.room_of_team(team, limit)
        amount = whole / len(members) if part is None else whole * part
        amount = amount.quantize(SMALLEST[unit], ROUND_DOWN)
        if amount <= 0:
            raise ArgumentError(f"The share of {format_decimal(whole)} {unit} is less than {SMALLEST[unit]}.")
        await self.desk.limit_of_amount(limit.id, amount)
        wanted = [OwnAmount(limit.id, name, amount) for name in sorted(members)]
        author, now, reason = author_of(self.member), self.now(), f"share of team {team}"
        done = await self.meter.query(
            lambda ledger: ledger.write(quotas.set_together, wanted, "share", author, now, reason)
        )
        self.answer({**done, "limit_id": limit.id, "amount": format_decimal(amount), "members": len(members)})


class SuggestionHandler(RestHandler):
    """``GET api/v1/limits/suggestion``."""

    arguments = ("window", "unit", "team", "windows")

    @answered
    async def get(self) -> None:
        """Answer with an amount that most users stayed under in the last whole windows."""
        window = choice(
            "window", self.get_query_argument("window", ""), [each for each in WINDOWS if each != "total"]
        )
        unit = choice("unit", self.get_query_argument("unit", ""), UNITS)
        team = self.get_query_argument("team", None)
        count = number("windows", self.get_query_argument("windows", "4"), 1, 24)
        if not self.member.may_see(None, team):
            raise NotAllowed("Only an administrator, or the lead of a team with team=TEAM, gets suggestions.")
        values = {} if team is None else {"team": team}
        used: list[Decimal] = []
        unpriced = 0
        for start, end in windows_before(window, self.now(), self.time_zone, count):
            which = Filter(start, end, dict(values))
            rows = await self.meter.query(lambda ledger, which=which: ledger.usage("user", which))  # type: ignore[misc]
            used += [_figure(row, unit) for row in rows if row.get("group") is not None]
            unpriced += sum(row["unpriced_calls"] for row in rows)
        found = suggest(used, unit)
        self.answer(
            {
                "window": window,
                "unit": unit,
                "team": team,
                "windows": count,
                "uses": len(used),
                "share_covered": SHARE_COVERED,
                "unpriced_calls": unpriced,
                "amount": None if found is None else format_decimal(found),
                "assumptions": [
                    "One use is what one user used in one whole window; windows without calls don't count.",
                    f"{SHARE_COVERED:.0%} of the uses were at most this amount, rounded up to two digits.",
                    "Past use was not held back by limits; where it was, the need is higher.",
                    *(["Calls without a known price count as 0."] if unit == "USD" and unpriced else []),
                ],
            }
        )


def _figure(row: dict[str, object], unit: str) -> Decimal:
    if unit == "USD":
        return Decimal(str(row.get("cost") or 0))
    if unit == "calls":
        return Decimal(str(row["calls"]))
    return Decimal(str(row["input_tokens"])) + Decimal(str(row["output_tokens"]))


ROUTES: dict[str, type[RestHandler]] = {
    "api/v1/quotas/shares": SharesHandler,
    "api/v1/limits/suggestion": SuggestionHandler,
}
