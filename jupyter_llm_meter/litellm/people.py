"""Who calls: the user of the hub whose token a request carries. No token is kept longer than `KEPT_S`."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.errors import HubAway, HubRefused

KEPT_S = 60.0
"""How long a revoked token or a change of groups may go unnoticed."""
PATIENCE_S = 5.0
MOST_KEPT = 10_000


@dataclass(frozen=True)
class Person:
    """A user of the hub.

    Attributes:
        name: The user's name.
        teams: Their teams, in alphabetical order.
        token_name: Names the token; the token cannot be found from it.
    """

    name: str
    teams: tuple[str, ...]
    token_name: str

    def team_of(self, named: str | None) -> str | None:
        """The team that a call counts for: the named one if they are in it, else the first one."""
        return named if named in self.teams else next(iter(self.teams), None)


class _Kept(NamedTuple):
    person: Person
    until: float


class People:
    """Knows whose tokens requests carry.

    Args:
        hub_url: Where the hub's service is.
    """

    def __init__(self, hub_url: str) -> None:
        self._hub_url = hub_url
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def person(self, token: str) -> Person | None:
        """Return whose token it is; None for a token of nobody who may use the hub's service.

        Raises:
            HubAway: The hub's service does not answer.
        """
        token_name = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        kept = self._kept.get(token_name)
        if kept is not None and monotonic() < kept.until:
            return kept.person
        self._kept.pop(token_name, None)
        person = await self._ask(token, token_name)
        if person is not None:
            self._kept[token_name] = _Kept(person, monotonic() + KEPT_S)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return person

    async def _ask(self, token: str, token_name: str) -> Person | None:
        if not token.isascii() or not token.isprintable() or not token:
            return None  # no header can carry it
        try:
            answer = await asyncio.wait_for(HubLink(self._hub_url, token).get("api/v1/me"), PATIENCE_S)
        except HubRefused:
            return None
        except asyncio.TimeoutError:
            raise HubAway("no answer in time") from None
        name, teams = answer.get("user"), answer.get("teams")
        if not isinstance(name, str) or not name or not isinstance(teams, list):
            raise HubAway("its answer about a token cannot be read")
        return Person(name, tuple(team for team in teams if isinstance(team, str)), token_name)
