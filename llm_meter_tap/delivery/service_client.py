"""Talks to the service over loopback, and to nothing else.

HTTP/1.1 on a socket of the system's own: `http.client` and `socket.socket` are what vcrpy, pytest-socket,
mocket and mocks put themselves in the place of. There are no proxies, redirects or other hosts.
"""

from __future__ import annotations

import _socket
from typing import Any, NamedTuple

from llm_meter_tap.system import Clock, Process, identity, is_still
from llm_meter_tap.wire.json_values import parse
from llm_meter_tap.wire.rendezvous import ServiceAddress, living_services

# A service that counts a long text may take this long; one that takes longer counts as away.
_TIMEOUT_S = 10.0
_PIECE = 65536
_LARGEST_HEAD = 65536

JSON = {"Content-Type": "application/json"}
"""The headers of a JSON body."""


class ServiceClient:
    """A client of the service. Not thread-safe: each thread has its own. Keeps one connection open; when it
    ends, the service knows that this process has ended.

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
        self._service: ServiceAddress | None = None
        self._connection: _Connection | None = None

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        """Post to the service that answered last, else to the first living one that answers.

        Args:
            path: Such as `/v1/lines`.
            body: UTF-8.
            headers: Besides Authorization.

        Returns:
            Status (200 or 400) and the JSON answer; None when no service took it.
        """
        self._until = Clock.monotonic() + self._timeout_s
        if self._service is not None:
            was_kept = self._connection is not None
            answer = self._post_to(self._service, path, body, headers)
            if answer is None and was_kept:
                # The service may only have closed it while it was idle.
                answer = self._post_to(self._service, path, body, headers)
            if answer is not None:
                return answer
        for service in living_services(self._folder, Process.environ.get("LLM_METER_SERVICE")):
            self._service = service
            answer = self._post_to(service, path, body, headers)
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
        """In a forked child: close this copy of the parent's connection, which stays the parent's."""
        self.close()

    def _post_to(
        self, service: ServiceAddress, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]] | None:
        until = self._until if self._is_in_all else Clock.monotonic() + self._timeout_s
        content: Any = None
        try:
            if self._connection is None:
                self._connection = _Connection(service, until)
            response = self._connection.post(path, body, headers, until)
            if response.status in (200, 400):
                content = parse(response.body)
        except (OSError, ValueError):
            content = None
        if not isinstance(content, dict):
            self.close()
            return None
        if response.is_last:
            self.close()
        return response.status, content


class _Response(NamedTuple):
    status: int
    is_last: bool
    body: bytes


class _Connection:
    """One connection to a service.

    Args:
        service: The service.
        until: When to give up, by `Clock.monotonic`.

    Raises:
        OSError: It does not listen, or `until` has passed.
    """

    def __init__(self, service: ServiceAddress, until: float) -> None:
        self._service = service
        family = _socket.AF_INET6 if ":" in service.address else _socket.AF_INET
        self._socket = _socket.socket(family, _socket.SOCK_STREAM)
        self._identity = identity(self._socket.fileno())
        try:
            self._wait_until(until)
            self._socket.connect((service.address, service.port))
            self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        except BaseException:
            self.close()
            raise

    def post(self, path: str, body: bytes, headers: dict[str, str], until: float) -> _Response:
        """Send a request and read its response.

        Raises:
            OSError: The connection broke or is not ours any more, or `until` has passed.
            ValueError: The response is not HTTP.
        """
        if not is_still(self._socket.fileno(), self._identity):
            raise OSError(9, "the program has closed the connection")
        whole = {
            "Host": f"{self._service.address}:{self._service.port}",
            "Content-Length": str(len(body)),
            "Authorization": f"Bearer {self._service.secret}",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in whole.items())
        self._wait_until(until)
        self._socket.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        return self._read_response(until)

    def close(self) -> None:
        """Close the socket; leave its number alone if the program has closed it and may use it again."""
        known, number = self._identity, self._socket.fileno()
        if number < 0:
            return
        if is_still(number, known):
            self._socket.close()
        else:
            self._socket.detach()

    def _wait_until(self, until: float) -> None:
        left_s = until - Clock.monotonic()
        if left_s <= 0:
            raise OSError(110, "the service did not answer in time")
        self._socket.settimeout(left_s)

    def _read_response(self, until: float) -> _Response:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive(until)
            if len(received) > _LARGEST_HEAD:
                raise ValueError("the head of the response is too long")
        head, _, body = received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        named = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in named}
        pieces, missing = [body], int(headers.get("content-length", "0")) - len(body)
        while missing > 0:
            pieces.append(self._receive(until))
            missing -= len(pieces[-1])
        is_last = headers.get("connection", "").lower() == "close"
        return _Response(int(status_line[9:12]), is_last, b"".join(pieces))

    def _receive(self, until: float) -> bytes:
        self._wait_until(until)
        piece = self._socket.recv(_PIECE)
        if not piece:
            raise OSError(104, "the service closed the connection")
        return piece
