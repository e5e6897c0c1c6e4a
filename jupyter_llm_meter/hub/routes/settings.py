"""REST of limits and own amounts: who has which, who changed them, and changes."""

from __future__ import annotations

from typing import Any

from jupyter_llm_meter.core.limit_reader import FIELDS
from jupyter_llm_meter.hub.bodies import Body
from jupyter_llm_meter.hub.desk import NO_NAMES, author_of
from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.handler import answered
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.routes.rest import RestHandler
from jupyter_llm_meter.ledger import quota_lists, quotas
from jupyter_llm_meter.ledger.quotas import OwnAmount
from jupyter_llm_meter.service.arguments import number
from jupyter_llm_meter.service.errors import ArgumentError

MOST_ROWS = 1000


class SettingsHandler(RestHandler):
    """``api/v1/limits/settings``: the limits themselves."""

    arguments = ("id",)

    @answered
    async def get(self) -> None:
        """Answer with the limits that hold for who asks; an administrator gets all."""
        await self.meter.follow_limits(is_at_once=True)
        known, member = self.meter.limits.set_limits(), self.member
        if member.is_admin:
            limits = self.meter.limits.current()
        else:
            theirs = tuple(sorted({*member.teams, *member.leads}))
            limits = self.meter.limits_of(Member(member.name, theirs))
        rows: list[dict[str, Any]] = [
            {**limit.to_dict(), "is_configured": limit.is_ceiling} for limit in limits
        ]
        shown = [{**row, **(known[row["id"]].dates() if row["id"] in known else {})} for row in rows]
        in_force = {row["id"] for row in rows}
        # Those that have not begun, or are over.
        others = [each for each in known.values() if member.is_admin and each.limit_id not in in_force]
        waiting = [{"id": each.limit_id, **each.spec, **each.dates(), "in_force": False} for each in others]
        self.answer({"limits": [*({**row, "in_force": True} for row in shown), *waiting]})

    @answered
    async def put(self) -> None:
        """Set or change a limit: a flat object, with ``starts_at`` and ``ends_at``."""
        body = Body(self.request.body, (*FIELDS, "starts_at", "ends_at"))
        dates = body.instant("starts_at"), body.instant("ends_at")
        spec = {name: value for name, value in body.given.items() if name in FIELDS}
        done = await self.desk.put_limit(self.member, spec, dates, self.known_version())
        self.set_header("ETag", f'"{done.version}"')
        self.answer({"id": done.limit_id, **done.spec, **done.dates()})

    @answered
    async def delete(self) -> None:
        """Remove a limit."""
        limit_id = self.get_query_argument("id", None)
        if limit_id is None:
            raise ArgumentError("id is missing; it is that of the limit to remove.")
        await self.desk.remove_limit(self.member, limit_id, self.known_version())
        self.answer({"id": limit_id})


class QuotasHandler(RestHandler):
    """``api/v1/quotas``: own amounts of users and teams."""

    arguments = ("user", "team", "limit_id", "after_subject", "after_limit_id", "limit")

    @answered
    async def get(self) -> None:
        """Answer with own amounts, a page at a time."""
        user, team, limit_id, subject, limit = (
            self.get_query_argument(name, None) for name in self.arguments[:-1]
        )
        most = number("limit", self.get_query_argument("limit", "100"), 1, MOST_ROWS)
        subjects = await _subjects(self, user, team)
        after = None if subject is None else (subject, limit or "")
        rows = await self.meter.query(
            lambda ledger: ledger.read(quota_lists.own_amounts, subjects, limit_id, after, most)
        )
        is_full, last = len(rows) == most, rows[-1] if rows else {}
        following = {"subject": last.get("subject"), "limit_id": last.get("limit_id")} if is_full else None
        shown = [row for row in rows if self.member.is_admin or _is_theirs(self.member, row)]
        self.answer({"quotas": shown, **({"after": following} if following else {})})

    @answered
    async def put(self) -> None:
        """Set one subject's own amount, or remove it with an amount of null."""
        body = Body(self.request.body, ("limit_id", "subject", "amount", "team", "reason", "allow_unknown"))
        is_removal = "amount" in body.given and body.given["amount"] is None
        amount = None if is_removal else body.amount()
        wanted = OwnAmount(body.text("limit_id"), body.text("subject"), amount)
        doubt = None
        is_of_user = wanted.limit_id.startswith("user/")
        if self.member.is_admin and is_of_user and not is_removal and not body.flag("allow_unknown"):
            unknown, doubt = await self.desk.names_to_doubt([wanted.subject])
            if unknown:
                raise ArgumentError(
                    f"The hub has no user {unknown[0]!r}. Correct the name, or set allow_unknown to true."
                )
        done = await self.desk.set_amount(
            self.member,
            wanted,
            self.known_version(),
            team=body.optional_text("team"),
            reason=body.optional_text("reason"),
        )
        answer = (
            {"limit_id": wanted.limit_id, "subject": wanted.subject, "amount": None} if done is None else done
        )
        self.answer({**answer, **({"warning": NO_NAMES} if doubt else {})})


class ChangesHandler(RestHandler):
    """``api/v1/quotas/changes``: the trail."""

    arguments = ("user", "change_id", "limit")

    @answered
    async def get(self) -> None:
        """Answer with who changed what; of an administrator all, of others what is their own."""
        most = number("limit", self.get_query_argument("limit", "100"), 1, MOST_ROWS)
        user, change_id = (self.get_query_argument(name, None) for name in ("user", "change_id"))
        subjects = await _subjects(self, user, None)
        rows = await self.meter.query(
            lambda ledger: ledger.read(quota_lists.changes, subjects, change_id, most)
        )
        self.answer(
            {"changes": [row for row in rows if self.member.is_admin or _is_theirs(self.member, row)]}
        )


class UndoHandler(RestHandler):
    """``api/v1/quotas/undo``: put back what was before a change."""

    @answered
    async def post(self) -> None:
        """Put it back, unless somebody has changed it since."""
        self.require_admin()
        undone = Body(self.request.body, ("id",)).text("id")
        author, now = author_of(self.member), self.now()
        change_id, changed = await self.meter.query(
            lambda ledger: ledger.write(quotas.undo, undone, author, now)
        )
        self.answer({"id": change_id, "changed": changed})


async def _subjects(handler: RestHandler, user: str | None, team: str | None) -> list[str] | None:
    """Whose own amounts are meant; None: everybody's."""
    member = handler.member
    if user is not None and not member.may_see(user, None):
        raise NotAllowed(f"You may not see the amounts of user {user!r}.")
    if team is not None:
        if not member.may_see(None, team):
            raise NotAllowed(f"You may not see the amounts of team {team!r}.")
        return sorted({team, *(await handler.desk.directory.members(team) or ())})
    if user is not None:
        return [user]
    return None if member.is_admin else [member.name, *member.teams]


def _is_theirs(member: Member, row: dict[str, Any]) -> bool:
    """Whether a row is of a user or a team: users and teams may have the same names."""
    subject, scope = row["subject"], row["limit_id"].partition("/")[0]
    if scope == "team":
        return subject in {*member.teams, *member.leads}
    return scope == "user" and (subject == member.name or subject not in member.teams)


ROUTES: dict[str, type[RestHandler]] = {
    "api/v1/limits/settings": SettingsHandler,
    "api/v1/quotas": QuotasHandler,
    "api/v1/quotas/changes": ChangesHandler,
    "api/v1/quotas/undo": UndoHandler,
}
