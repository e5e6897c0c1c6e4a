"""Talks to the service's listener, and to nothing else.

Owns one keep-alive connection whose end tells the service that this process is gone. Refuses proxies,
redirects and other hosts: plain `http.client` to a loopback address out of the rendezvous file.
"""

from __future__ import annotations

import json
import os
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

from llm_meter_tap.wire.rendezvous import Rendezvous, living

# A service that counts a long text may take this long; one that takes longer is taken for away.
_TIMEOUT_S = 10.0

JSON = {"Content-Type": "application/json"}
"""The headers of a JSON body."""


class ServiceClient:
    """A client of the listener. Not thread-safe: each thread has its own.

    Args:
        folder: The private folder.
        timeout_s: How long to wait for an answer, seconds.
        is_in_all: Wait so long in all; else so long for each service that is tried.
    """

    def __init__(self, folder: str, timeout_s: float = _TIMEOUT_S, *, is_in_all: bool = False) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._is_in_all = is_in_all
        self._until = 0.0
        self._service: Rendezvous | None = None
        self._connection: HTTPConnection | None = None

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        """Post to the service that answered last, else to the first living one that answers.

        Args:
            path: Such as `/v1/lines`.
            body: UTF-8.
            headers: Besides Authorization.

        Returns:
            Status (200 or 400) and the JSON answer; None when no service took it.
        """
        self._until = time.monotonic() + self._timeout_s
        if self._service is not None:
            was_kept = self._connection is not None
            answer = self._exchange(path, body, headers)
            if answer is None and was_kept:
                # Perhaps it was only closed while idle.
                answer = self._exchange(path, body, headers)
            if answer is not None:
                return answer
        for service in living(self._folder, os.environ.get("LLM_METER_SERVICE")):
            self._service = service
            answer = self._exchange(path, body, headers)
            if answer is not None:
                return answer
        self._service = None
        return None

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def abandon(self) -> None:
        """In a forked child: close this copy of the parent's socket, and nothing else.

        The buffers around it may be locked by a thread that exists in the parent only.
        """
        sock = self._connection.sock if self._connection is not None else None
        if sock is not None:
            os.close(sock.detach())

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        service = self._service
        assert service is not None
        left_s = self._until - time.monotonic() if self._is_in_all else self._timeout_s
        if left_s <= 0:
            return None
        if self._connection is None:
            self._connection = HTTPConnection(service.address, service.port, timeout=left_s)
        elif self._is_in_all and self._connection.sock is not None:
            self._connection.sock.settimeout(left_s)
        whole = dict(headers, Authorization=f"Bearer {service.secret}")
        try:
            self._connection.request("POST", path, body=body, headers=whole)
            response = self._connection.getresponse()
            content = response.read()
            answer = json.loads(content) if response.status in (200, 400) else None
        except (OSError, HTTPException, ValueError):
            answer = None
        if not isinstance(answer, dict):
            self.close()
            return None
        return response.status, answer
