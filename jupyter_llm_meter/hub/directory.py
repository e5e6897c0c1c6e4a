"""Which users and teams the hub has, where it says so.

The service needs no scope for anything else. With ``list:users`` it can tell an unknown name from a known
one, with ``read:groups`` who is in a team.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

PATIENCE_S = 20.0
PAGE = 200
FEW = 20
"""Up to this many names are asked for one by one."""


class Directory(Protocol):
    """Knows the hub's users and groups."""

    async def users(self) -> Collection[str] | None:
        """Return the names of all users; None where the hub does not say."""

    async def unknown(self, names: Collection[str]) -> list[str] | None:
        """Return those of some names that no user has; None where the hub does not say."""

    async def members(self, team: str) -> Collection[str] | None:
        """Return the users in a team, none if there is no such team; None where the hub does not say."""


class NoDirectory:
    """A hub that says nothing."""

    async def users(self) -> Collection[str] | None:
        """Return None."""
        return None

    async def unknown(self, names: Collection[str]) -> list[str] | None:
        """Return None."""
        return None

    async def members(self, team: str) -> Collection[str] | None:
        """Return None."""
        return None


class HubDirectory:
    """The hub's own API, with the service's token.

    Args:
        environment: Has ``JUPYTERHUB_API_URL`` and ``JUPYTERHUB_API_TOKEN``; None: that of the process.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        variables = os.environ if environment is None else environment
        self._url = variables.get("JUPYTERHUB_API_URL", "").rstrip("/")
        self._token = variables.get("JUPYTERHUB_API_TOKEN", "")

    async def users(self) -> Collection[str] | None:
        """Return the names of all users."""
        names: set[str] = set()
        while True:
            page = await self._get(f"users?limit={PAGE}&offset={len(names)}")
            if not isinstance(page, list):
                return None
            before = len(names)
            names.update(str(each.get("name")) for each in page)
            if len(names) == before:
                return names

    async def unknown(self, names: Collection[str]) -> list[str] | None:
        """Return those of some names that no user has."""
        if len(names) > FEW:
            known = await self.users()
            return None if known is None else sorted(set(names).difference(known))
        found = []
        for name in sorted(set(names)):
            user = await self._get(f"users/{quote(name, safe='')}")
            if user is None:
                # Whoever may not read one user gets the same answer as for one that is not there.
                known = await self.users()
                if known is None:
                    return None
                if name not in known:
                    found.append(name)
        return found

    async def members(self, team: str) -> Collection[str] | None:
        """Return the users in a team."""
        groups = await self._get("groups")
        if not isinstance(groups, list):
            return None
        return {str(name) for each in groups if each.get("name") == team for name in each.get("users") or ()}

    async def _get(self, path: str) -> Any:
        """The hub's answer; None where it gives none."""
        if not self._url:
            return None
        request = HTTPRequest(
            f"{self._url}/{path}",
            headers={"Authorization": f"token {self._token}"},
            request_timeout=PATIENCE_S,
            connect_timeout=PATIENCE_S,
        )
        try:
            response = await AsyncHTTPClient().fetch(request)
            return json.loads(response.body)
        except (OSError, HTTPClientError, ValueError):
            return None
