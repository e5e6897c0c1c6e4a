"""Requests of commands to a hub's service, with a token from the environment."""

from __future__ import annotations

import json
from typing import Any

import requests

from jupyter_llm_meter.cli.command import CommandError

TOKEN_VARIABLE = "LLM_METER_HUB_TOKEN"
PATIENCE_S = 600


class HubAnswer(CommandError):
    """The service says no.

    Args:
        message: What it says.
        answer: Its whole answer.
    """

    def __init__(self, message: str, answer: dict[str, Any]) -> None:
        super().__init__(message)
        self.answer = answer


class HubClient:
    """Asks a hub's service.

    Args:
        url: Where it is, such as ``https://hub.example.com/services/llm-meter``.
        token: A token of an administrator.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"token {token}"

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask; returns the answer.

        Raises:
            CommandError: There is no answer, or it is no.
        """
        data = None if body is None else json.dumps(body).encode()
        try:
            response = self._session.request(
                method, f"{self._url}/{path}", data=data, timeout=PATIENCE_S, allow_redirects=False
            )
        except requests.RequestException as error:
            raise CommandError(f"{self._url} does not answer: {type(error).__name__}") from error
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise CommandError(
                f"{self._url} answers {response.status_code}, but is no service of LLM Meter; see --hub"
            )
        if response.status_code >= 400:
            raise HubAnswer(str(answer.get("message") or response.reason), answer)
        return answer
