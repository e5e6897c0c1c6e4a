"""REST for people and programs: sums, calls and limits, each user's own, a lead's team, or all.

A question for more than the user may see is refused, see `Member.view`.
"""

from __future__ import annotations

from datetime import datetime, timezone

from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.handler import HubHandler, answered
from jupyter_llm_meter.ledger import GROUPS, ORDERS, SORTS, SPLIT_COLUMNS, Filter
from jupyter_llm_meter.service.arguments import choice, number, zone_name
from jupyter_llm_meter.service.errors import ArgumentError
from jupyter_llm_meter.service.filter_arguments import FILTER_ARGUMENTS, SEARCH_ARGUMENTS, read_filter

MOST_GROUPS = 1000
MOST_CALLS = 500


class RestHandler(HubHandler):
    """A question."""

    arguments: tuple[str, ...] = ()
    """The names of the query arguments that the route takes."""

    async def prepare(self) -> None:
        """Refuse a question of nobody, and an argument that the route does not take."""
        await super().prepare()
        unknown = [name for name in self.request.query_arguments if name not in self.arguments]
        if unknown and not self._finished:
            allowed = ", ".join(self.arguments) or "none"
            self.refuse(400, f"There is no argument {unknown[0]!r}; allowed: {allowed}.", "bad-argument")

    def check_xsrf_cookie(self) -> None:
        """Check it where a browser's cookie says who asks; no other page can send the header of a token."""
        if "Authorization" not in self.request.headers:
            super().check_xsrf_cookie()

    def known_version(self) -> str | None:
        """The version in ``If-Match``; None without it."""
        given = self.request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
        return given or None

    def require_admin(self) -> None:
        """Let administrators go on only.

        Raises:
            NotAllowed: They are none.
        """
        if not self.member.is_admin:
            raise NotAllowed("Only administrators may do this.")

    def now(self) -> datetime:
        """The time of this machine."""
        return datetime.now(timezone.utc)

    def view(self, is_searched: bool = False) -> Filter:
        """Read which calls are meant, of those that the user may see.

        Raises:
            ArgumentError: The filter cannot be read.
            NotAllowed: The user may not see them.
        """
        return self.member.view(read_filter(self, is_searched))


class WhoHandler(RestHandler):
    """``GET api/v1/me``."""

    @answered
    async def get(self) -> None:
        """Answer with who asks and what they may see."""
        member = self.member
        self.answer(
            {
                "user": member.name,
                "teams": list(member.teams),
                "leads": sorted(member.leads),
                "is_admin": member.is_admin,
            }
        )


class UsageHandler(RestHandler):
    """``GET api/v1/usage``."""

    arguments = ("group_by", "split_by", "limit", "time_zone", *FILTER_ARGUMENTS)

    @answered
    async def get(self) -> None:
        """Answer with sums by group."""
        group_by = choice("group_by", self.get_query_argument("group_by", "none"), GROUPS)
        zone = zone_name("time_zone", self.get_query_argument("time_zone", self.time_zone))
        split = self.get_query_argument("split_by", None)
        splits = [name for name in SPLIT_COLUMNS if name != group_by]
        split_by = None if split is None else choice("split_by", split, splits)
        most = self.get_query_argument("limit", None)
        limit = None if most is None else number("limit", most, 1, MOST_GROUPS)
        which = self.view()
        rows = await self.meter.query(lambda ledger: ledger.usage(group_by, which, zone, split_by, limit))
        self.answer({"group_by": group_by, "rows": rows})


class CallsHandler(RestHandler):
    """``GET api/v1/calls``."""

    arguments = ("limit", "sort", "order", "cursor", *SEARCH_ARGUMENTS)

    @answered
    async def get(self) -> None:
        """Answer with a page of calls."""
        limit = number("limit", self.get_query_argument("limit", "50"), 1, MOST_CALLS)
        sort = choice("sort", self.get_query_argument("sort", "started_at"), tuple(SORTS))
        order = choice("order", self.get_query_argument("order", "desc"), ORDERS)
        cursor = self.get_query_argument("cursor", None)
        which = self.view(is_searched=True)
        page = await self.meter.query(lambda ledger: ledger.calls(limit, cursor, which, sort, order))
        answer: dict[str, object] = {"calls": [record.to_wire() for record in page.calls]}
        if page.next_cursor is not None:
            answer["next_cursor"] = page.next_cursor
        self.answer(answer)


class LimitsHandler(RestHandler):
    """``GET api/v1/limits``."""

    arguments = ("user", "team")

    @answered
    async def get(self) -> None:
        """Answer with where one's own and one's teams' limits are, or those of one user or team."""
        user, team = (self.get_query_argument(name, None) for name in self.arguments)
        if user is not None and team is not None:
            raise ArgumentError("user and team are both given; name one.")
        standings = await self.meter.standings(self.member.looking_at(user, team))
        self.answer({"standings": [standing.to_dict() for standing in standings]})


ROUTES: dict[str, type[RestHandler]] = {
    "api/v1/me": WhoHandler,
    "api/v1/usage": UsageHandler,
    "api/v1/calls": CallsHandler,
    "api/v1/limits": LimitsHandler,
}
