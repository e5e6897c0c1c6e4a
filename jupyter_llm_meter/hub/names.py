"""The names of one user's calls and allotments in the ledger of all.

A user's service chooses these names. With the user in front, nobody can touch what is another user's,
whatever name they choose.
"""

from __future__ import annotations

from urllib.parse import quote

LIMIT_PREFIX = "hub:"
"""Stands before the id of a hub's limit in a user's service, which may have one of the same id."""


def stored_name(user: str, name: str) -> str:
    """What a user's name for a call, an allotment or a process is called in the ledger of all."""
    return f"{quote(user, safe='')}/{name}"


def stored_gateway_name(gateway: str, name: str) -> str:
    """What a gateway's name for a call is called in the ledger of all; a user's has no blank in front."""
    return f" {quote(gateway, safe='')}/{name}"


def own_name(user: str, stored: str) -> str:
    """The user's own name for what the ledger of all calls `stored`."""
    return stored.removeprefix(stored_name(user, ""))
