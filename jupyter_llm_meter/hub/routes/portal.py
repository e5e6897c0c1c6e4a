"""The portal: a page that shows each user what they may see, its files, and what only it asks.

The page is a program that asks the same REST as everybody else, so it can show nothing more. Its files come
from the folder `portal/`, which ``npm run build:portal`` makes.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.hub.handler import HubHandler, answered
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.routes.rest import RestHandler
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.service.forecasts import Forecasts

FILES = Path(__file__).parents[1] / "portal"
"""What the build makes."""

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}
MOST_STANDINGS = 200
"""The standings nearest to their amounts that one answer has."""

SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The page's content security policy: nothing inline, nothing from another host."""

_UNBUILT = "This installation of LLM Meter has no portal; build it with: npm run build:portal"
_PAGE = """<!DOCTYPE html>
<html lang="en" data-home="{home}" data-xsrf="{xsrf}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>LLM Meter</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="static/{style}">
    <script src="static/{script}" defer></script>
  </head>
  <body><noscript>LLM Meter needs JavaScript.</noscript></body>
</html>
"""


class PageHandler(HubHandler):
    """``GET``: the page; a browser without a login is sent to log in."""

    async def prepare(self) -> None:
        """Find out who asks."""
        await super().prepare()
        if not self._finished:
            # The token against forged requests lasts as long as the login.
            self.current_user = self.member

    def refuse(self, status: int, message: str, reason: str, **more: object) -> None:
        """Send a browser without a login to log in; answer everything else with the error."""
        is_browser = "text/html" in self.request.headers.get("Accept", "")
        if reason == "no-user" and is_browser and "login" in self.identities.login_routes():
            self.redirect("login")
        else:
            super().refuse(status, message, reason, **more)

    def get(self) -> None:
        """Answer with the page."""
        names = built_names(FILES)
        if names is None:
            self.refuse(503, _UNBUILT, "no-portal")
            return
        script, style = names
        self.set_header("Content-Security-Policy", SECURITY)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        values = {
            "home": self.identities.home_url,
            "xsrf": self.xsrf_token.decode(),
            "script": script,
            "style": style,
        }
        self.finish(_PAGE.format_map({name: html.escape(value) for name, value in values.items()}))


class FileHandler(HubHandler):
    """``GET static/{name}``: a file of the page. The name has a hash of its content, which never changes."""

    def get(self, name: str) -> None:
        """Answer with the file."""
        path = FILES / name
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type is None or not path.is_file():
            self.refuse(404, f"The portal has no file {name!r}.", "unknown-route")
            return
        self.set_header("Content-Type", f"{media_type}; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(path.read_bytes())


class StandingsHandler(RestHandler):
    """``GET api/v1/standings``."""

    arguments = ("user", "team")

    @answered
    async def get(self) -> None:
        """Answer with the limits that one may see, the nearest to their amounts first, and their alerts."""
        user, team = (self.get_query_argument(name, None) for name in self.arguments)
        member = self.member
        if user is not None or team is not None:
            member.looking_at(user, team)
        seen = Seen(member, user, team)
        limits, now = self.meter.limits.current(), datetime.now(timezone.utc)
        self.answer(await self.meter.query(lambda ledger: overview(ledger, limits, seen, now)))


class Seen:
    """Which limits one sees: all that one may, or those of a user or a team.

    Args:
        member: Who asks.
        user: A user that they may see; oneself means one's teams as well.
        team: A team that they may see.
    """

    def __init__(self, member: Member, user: str | None, team: str | None) -> None:
        is_whole = user is None and team is None
        self._is_all = member.is_admin and is_whole
        users = [member.name] if is_whole else [user]
        teams = [team]
        if is_whole or user == member.name:
            teams += member.teams
        if is_whole:
            teams += member.leads
        self._subjects = {"user": set(filter(None, users)), "team": set(filter(None, teams))}

    @property
    def subjects(self) -> Mapping[str, set[str]]:
        """By scope, who is shown even without having used anything."""
        return self._subjects

    def has(self, scope: str, subject: str) -> bool:
        """Whether they see the limit of a scope for a subject."""
        return self._is_all or subject in self._subjects.get(scope, ())


def overview(ledger: Ledger, limits: Sequence[Limit], seen: Seen, now: datetime) -> dict[str, Any]:
    """The answer of ``GET api/v1/standings``.

    Args:
        ledger: The ledger.
        limits: The limits in force.
        seen: Which of them are asked for.
        now: The instant that picks the windows.
    """
    found = {(each.limit.id, each.subject): each for each in ledger.standings(limits, now)}
    for scope, subjects in seen.subjects.items():
        theirs = [limit for limit in limits if limit.scope == scope]
        for subject in subjects if theirs else ():
            held = [limit for limit in theirs if limit.value in (None, subject)]
            standings = ledger.standings(held, now, {scope: subject}, subject) if held else []
            found.update({(each.limit.id, each.subject): each for each in standings})
    shown = [each for each in found.values() if seen.has(each.limit.scope, each.subject)]
    shown.sort(key=lambda each: (-each.ratio, each.limit.id, each.subject))
    nearest = shown[:MOST_STANDINGS]
    scopes = {limit.id: limit.scope for limit in limits}
    alerts = [each for each in ledger.alerts(limits, now) if seen.has(scopes[each.limit_id], each.subject)]
    return {
        "standings": _with_forecasts(ledger, nearest, now),
        "more_standings": len(shown) - len(nearest),
        "alerts": [alert.to_dict() for alert in reversed(alerts)],
    }


def _with_forecasts(ledger: Ledger, standings: Sequence[Standing], now: datetime) -> list[dict[str, Any]]:
    forecasts = Forecasts().of(ledger, standings, now)
    return [
        {**standing.to_dict(), **({} if said is None else {"forecast": said.to_dict()})}
        for standing, said in zip(standings, forecasts, strict=True)
    ]


@cache
def built_names(folder: Path) -> tuple[str, str] | None:
    """The names of the page's script and style; None where the portal is not built."""
    try:
        entry = json.loads((folder / "entry.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return entry["script"], entry["style"]


ROUTES: dict[str, type[HubHandler]] = {
    "": PageHandler,
    "static/([A-Za-z0-9._-]+)": FileHandler,
    "api/v1/standings": StandingsHandler,
}
