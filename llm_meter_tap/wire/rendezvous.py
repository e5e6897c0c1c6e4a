"""Finds the service: reads the rendezvous files of the private folder.

Owns the order in which services are tried and which are trusted. Refuses addresses that leave the machine,
and services whose lock nobody holds: their port may belong to another program by now.
"""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from llm_meter_tap.wire import file_lock

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Rendezvous(NamedTuple):
    """Where one living service listens.

    Attributes:
        stem: The file's name without `.json`.
        address: A loopback address.
        port: Its TCP port.
        secret: What the listener wants to see as Bearer.
        started_at: RFC 3339; the newest service is tried first.
    """

    stem: str
    address: str
    port: int
    secret: str
    started_at: str


def living(folder: str, preferred: str | None) -> list[Rendezvous]:
    """The services to try, in order: the one that started this process, then the newest.

    Args:
        folder: The private folder.
        preferred: LLM_METER_SERVICE, the stem of a rendezvous file.
    """
    services = os.path.join(folder, "services")
    try:
        names = os.listdir(services)
    except OSError:
        return []
    found = [_read(services, name[: -len(".json")]) for name in names if name.endswith(".json")]
    known = sorted((one for one in found if one), key=lambda one: one.started_at, reverse=True)
    return sorted(known, key=lambda one: one.stem != preferred)


def _read(services: str, stem: str) -> Rendezvous | None:
    """One rendezvous file; None for what is torn, foreign, or of a dead service."""
    lock = os.path.join(services, f"{stem}.lock")
    try:
        with open(os.path.join(services, f"{stem}.json"), encoding="utf-8") as file:
            content = json.load(file)
        found = Rendezvous(
            stem, content["address"], int(content["port"]), content["secret"], str(content["started_at"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_alive = file_lock.is_held(lock) or not os.path.exists(lock)
    return found if found.address in _LOOPBACK and is_alive else None
