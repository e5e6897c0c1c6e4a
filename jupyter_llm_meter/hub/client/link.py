"""Requests to the hub's service, with the token of this user's server.

After a request without an answer the hub counts as away for a while: what would wait for an answer gets none
at once. The pauses grow until there is one.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from time import monotonic
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.hub.errors import HubAway, HubRefused

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
ASK_PATIENCE_S = 1.9
"""How long a question may take that a call waits for: less than the patience of a tap."""
RELAY_PATIENCE_S = 30.0
_JSON = {"Content-Type": "application/json"}


class HubLink:
    """The way to a hub's service; on one event loop.

    Args:
        url: Where it is.
        token: The token of this user's server.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._pause_s = FIRST_PAUSE_S
        self._away_until = float("-inf")

    @property
    def retry_in_s(self) -> float:
        """Seconds until the hub is tried again; 0 when it is not away."""
        return max(0.0, self._away_until - monotonic())

    def check(self) -> None:
        """Go on unless the hub is away.

        Raises:
            HubAway: It did not answer a moment ago.
        """
        if self.retry_in_s:
            raise HubAway("the hub's service did not answer a moment ago")

    async def ask(self, path: str, body: dict[str, Any], holder: str | None = None) -> dict[str, Any]:
        """Ask what a call waits for.

        Args:
            path: Below the service's address.
            body: What is posted.
            holder: The spool of the process that asks.

        Raises:
            HubAway: There is no answer, or there was none a moment ago.
            HubRefused: The answer is no.
        """
        self.check()
        headers = _JSON if holder is None else {**_JSON, "X-LLM-Meter-Spool": holder}
        return await self._request("POST", path, json.dumps(body).encode(), ASK_PATIENCE_S, headers)

    async def post(self, path: str, body: bytes) -> dict[str, Any]:
        """Post what nothing waits for; see `ask` for the errors."""
        return await self._request("POST", path, body, RELAY_PATIENCE_S, _JSON)

    async def get(self, path: str) -> dict[str, Any]:
        """Get what nothing waits for; see `ask` for the errors."""
        return await self._request("GET", path, None, RELAY_PATIENCE_S, {})

    async def _request(
        self, method: str, path: str, body: bytes | None, patience_s: float, headers: dict[str, str]
    ) -> dict[str, Any]:
        request = HTTPRequest(
            f"{self.url}/{path}",
            method=method,
            body=body,
            headers={
                **headers,
                "Authorization": f"token {self._token}",
                "X-LLM-Meter-Now": format_time(datetime.now(timezone.utc)) or "",
            },
            connect_timeout=patience_s,
            request_timeout=patience_s,
            follow_redirects=False,
        )
        try:
            response = await AsyncHTTPClient().fetch(request, raise_error=False)
        except (OSError, HTTPClientError) as error:
            raise self._away(str(error)) from error
        return self._answer(response)

    def _answer(self, response: HTTPResponse) -> dict[str, Any]:
        if response.code in (429, 599) or response.code >= 500:
            raise self._away(f"{response.code} {response.reason}")
        try:
            answer = json.loads(response.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            # A proxy answers for a service that is not there, or a login page for one that is.
            raise self._away(f"{response.code} {response.reason}, without an answer of the hub's service")
        self._pause_s, self._away_until = FIRST_PAUSE_S, float("-inf")
        if response.code >= 400:
            raise HubRefused(str(answer.get("message") or response.reason), answer)
        return answer

    def _away(self, reason: str) -> HubAway:
        self._away_until = monotonic() + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        return HubAway(reason)
