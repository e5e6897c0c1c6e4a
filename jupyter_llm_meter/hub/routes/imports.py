"""REST of imports: a file of own amounts, sent in parts, compared, and applied in one transaction.

Names of users are compared with the hub's before an import is applied. Administrators only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_llm_meter.core.limits import UNITS
from jupyter_llm_meter.core.windows import WINDOWS
from jupyter_llm_meter.hub.bodies import LONGEST_TEXT, Body, read_amount
from jupyter_llm_meter.hub.desk import NO_NAMES, author_of
from jupyter_llm_meter.hub.handler import answered
from jupyter_llm_meter.hub.routes.rest import RestHandler
from jupyter_llm_meter.ledger import imports
from jupyter_llm_meter.ledger.quotas import OwnAmount
from jupyter_llm_meter.service.arguments import choice
from jupyter_llm_meter.service.errors import ArgumentError

MOST_AT_ONCE = 5000
MOST_UNKNOWN = 100
COLUMNS = ("user", "team", "window", "unit", "amount")
"""Of a file; either user or team is empty."""


class LineError(ArgumentError):
    """A line that cannot be imported.

    Args:
        column: Where it is wrong.
        message: How.
    """

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class ImportsHandler(RestHandler):
    """``POST api/v1/imports``: begin one; ``DELETE``: discard it."""

    arguments = ("id",)

    @answered
    async def post(self) -> None:
        """Begin an import."""
        self.require_admin()
        author, now = author_of(self.member), self.now()
        import_id = await self.meter.query(lambda ledger: ledger.write(imports.begin, author, now))
        self.answer({"id": import_id, "most_lines": imports.MOST_LINES, "most_at_once": MOST_AT_ONCE})

    @answered
    async def delete(self) -> None:
        """Discard an import that was not applied."""
        self.require_admin()
        import_id, author = self.get_query_argument("id", ""), author_of(self.member)
        await self.meter.query(lambda ledger: ledger.write(imports.discard, import_id, author))
        self.answer({"id": import_id})


class LinesHandler(RestHandler):
    """``POST api/v1/imports/lines``: the next lines."""

    @answered
    async def post(self) -> None:
        """Add lines; those that are wrong are left out and named, and then nothing can be applied."""
        self.require_admin()
        body = Body(self.request.body, ("id", "lines"))
        import_id, given = body.text("id"), body.given.get("lines")
        if not isinstance(given, list) or len(given) > MOST_AT_ONCE:
            raise ArgumentError(f"lines must be a list of at most {MOST_AT_ONCE} lines.")
        await self.meter.follow_limits(is_at_once=True)
        good: list[OwnAmount] = []
        errors: list[dict[str, Any]] = []
        for item in given:
            try:
                good.append(self._read(item))
            except LineError as error:
                errors.append({"line": item.get("line"), "column": error.column, "message": str(error)})
        author = author_of(self.member)
        twice = await self.meter.query(
            lambda ledger: ledger.write(imports.add_lines, import_id, author, good)
        )
        for line, first in twice:
            message = f"{line.subject!r} has an amount in line {first} already."
            errors.append({"line": line.line, "column": line.limit_id.partition("/")[0], "message": message})
        self.answer({"errors": errors})

    def _read(self, item: Any) -> OwnAmount:
        if not isinstance(item, Mapping) or not isinstance(item.get("line"), int):
            raise ArgumentError("Each line must be an object with the number of the line.")
        user, team = (_text(item, name) for name in ("user", "team"))
        if bool(user) == bool(team):
            raise LineError("user", "user and team are both given; name one." if user else "user is empty.")
        scope, subject = ("user", user) if user else ("team", team)
        window, unit = _one_of(item, "window", WINDOWS), _one_of(item, "unit", UNITS)
        try:
            amount = read_amount(_text(item, "amount"))
        except ArgumentError as error:
            raise LineError("amount", str(error)) from None
        limit = self.meter.limits.of_id(f"{scope}/{window}/{unit}")
        if limit is None:
            raise LineError("window", f"There is no limit {scope}/{window}/{unit} in force; set it first.")
        if limit.is_ceiling and amount > limit.amount:
            raise LineError(
                "amount", f"The configuration sets the limit to {limit.amount:f}; amounts can't be more."
            )
        return OwnAmount(limit.id, subject, amount, item["line"])


class CompareHandler(RestHandler):
    """``POST api/v1/imports/compare``: what an import would change."""

    @answered
    async def post(self) -> None:
        """Answer with how many amounts would change, the first of them, and unknown users."""
        self.require_admin()
        body = Body(self.request.body, ("id", "replace"))
        import_id, is_replacing, author = body.text("id"), body.flag("replace"), author_of(self.member)
        found = await self.meter.query(
            lambda ledger: ledger.write(imports.compare, import_id, author, is_replacing=is_replacing)
        )
        self.answer({**found, **await _doubts(self, import_id)})


class ApplyHandler(RestHandler):
    """``POST api/v1/imports/apply``: apply an import."""

    @answered
    async def post(self) -> None:
        """Apply it as a whole; the answer has the id that ``quotas/undo`` takes."""
        self.require_admin()
        body = Body(self.request.body, ("id", "replace", "allow_unknown"))
        import_id, is_replacing, author = body.text("id"), body.flag("replace"), author_of(self.member)
        doubts = await _doubts(self, import_id)
        if doubts.get("unknown_count") and not body.flag("allow_unknown"):
            self.refuse(
                409, "The hub has no users of these names. Nothing was applied.", "unknown-users", **doubts
            )
            return
        now = self.now()
        done = await self.meter.query(
            lambda ledger: ledger.write(imports.finish, import_id, author, now, is_replacing=is_replacing)
        )
        self.answer({**done, **doubts})


async def _doubts(handler: RestHandler, import_id: str) -> dict[str, Any]:
    """The users of an import that the hub does not have, as far as it says so."""
    users = await handler.desk.directory.users()
    if users is None:
        return {"warning": NO_NAMES}
    shown: list[str] = []
    count, after = 0, ""
    while page := await handler.meter.query(
        lambda ledger, after=after: ledger.read(imports.names, import_id, "user", after)  # type: ignore[misc]
    ):
        unknown = [name for name in page if name not in users]
        count += len(unknown)
        shown += unknown[: MOST_UNKNOWN - len(shown)]
        after = page[-1]
    return {"unknown_users": shown, "unknown_count": count}


def _text(item: Mapping[str, Any], name: str) -> str:
    given = item.get(name)
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise LineError(name, f"{name} must be a text of at most {LONGEST_TEXT} characters.")
    return given.strip()


def _one_of(item: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    try:
        return choice(name, _text(item, name), allowed)
    except LineError:
        raise
    except ArgumentError as error:
        raise LineError(name, str(error)) from None


ROUTES: dict[str, type[RestHandler]] = {
    "api/v1/imports": ImportsHandler,
    "api/v1/imports/lines": LinesHandler,
    "api/v1/imports/compare": CompareHandler,
    "api/v1/imports/apply": ApplyHandler,
}
