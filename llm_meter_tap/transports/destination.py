"""Finds out where a request goes, by connection and request target.

A plain HTTP proxy is asked for a whole URL (RFC 9112, 3.2.2); otherwise the connection says it.
"""

from __future__ import annotations


def destination(
    scheme: str, host: str, port: int | None, target: str
) -> tuple[str, str, int | None, str, str]:
    """Return scheme, host, port, path and query of a request.

    Args:
        scheme: The connection's.
        host: The connection's, or that of the tunnel through it.
        port: As the host's.
        target: What stands in the request line.
    """
    path, _, query = target.partition("?")
    if path.startswith("/"):
        return scheme, host, port, path, query
    from urllib.parse import urlsplit

    parts = urlsplit(path)
    return parts.scheme, parts.hostname or host, parts.port, parts.path or "/", query
