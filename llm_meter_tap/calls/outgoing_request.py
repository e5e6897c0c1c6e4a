"""A request as a transport saw it, before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class OutgoingRequest(NamedTuple):
    """What is known of a request before it leaves.

    Attributes:
        method: The HTTP method, in upper case.
        host: The host's name or address, without the port.
        port: None for the scheme's own port.
        scheme: `http` or `https`.
        path: Percent-encoded, as sent.
        query: Without its question mark.
        headers: Names in lower case.
        body: None where it cannot be seen.
    """

    method: str
    host: str
    port: int | None
    scheme: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes | None
