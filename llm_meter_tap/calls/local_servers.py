"""Remembers which servers on this machine or its network answered in a known format in this process."""

from __future__ import annotations

import re

from llm_meter_tap.formats.matching import owner_of

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOCAL = re.compile(
    r"localhost|[^.:]+|.+\.(?:local|localhost|internal|lan)|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+"
    r"|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|\[?(?:::1|f[cd][\da-f:]+)\]?"
)
_MOST = 256

# Whether each server that answered with usage is a local one.
_answered: dict[tuple[str | None, int | None], bool] = {}


def port_of(scheme: str, port: int | None) -> int | None:
    """The port that a request is sent to."""
    return port or _DEFAULT_PORTS.get(scheme)


def note_answer(host: str | None, port: int | None) -> None:
    """Note that a server answered in a known format, with usage.

    Args:
        host: The host's name or address.
        port: The port it answered at.
    """
    server = (host, port)
    if server not in _answered:
        if len(_answered) >= _MOST:
            _answered.clear()
        name = (host or "").lower()
        _answered[server] = owner_of(name) is None and _LOCAL.fullmatch(name) is not None


def is_seen(host: str | None, port: int | None) -> bool:
    """Whether a local server was seen to answer in a known format."""
    return _answered.get((host, port), False)
