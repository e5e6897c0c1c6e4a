"""Finds the service: reads the rendezvous files of the private folder.

Only loopback addresses count, and only services whose lock is held: the port of a dead one may belong to
another program by now. What another account has put there is left out: its service is not this account's.
"""

from __future__ import annotations

from typing import NamedTuple

from llm_meter_tap.system import Files, exists, is_trusted, join, read_trusted_file
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.json_values import mapping, parse

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ServiceAddress(NamedTuple):
    """The address of one living service.

    Attributes:
        stem: The file's name without `.json`.
        address: A loopback address.
        port: Its TCP port.
        secret: The bearer secret of every request to it.
        started_at: RFC 3339; the newest service is tried first.
    """

    stem: str
    address: str
    port: int
    secret: str
    started_at: str


def living_services(folder: str, preferred: str | None) -> list[ServiceAddress]:
    """List the services to try, in order: the one that started this process, then the newest.

    Args:
        folder: The private folder.
        preferred: LLM_METER_SERVICE, the stem of a rendezvous file.
    """
    services = join(folder, "services")
    try:
        names = Files.list(services) if is_trusted(Files.stat(services)) else []
    except OSError:
        return []
    found = [_read(services, name[: -len(".json")]) for name in names if name.endswith(".json")]
    known = sorted((one for one in found if one), key=lambda one: one.started_at, reverse=True)
    return sorted(known, key=lambda one: one.stem != preferred)


def _read(services: str, stem: str) -> ServiceAddress | None:
    """Read one rendezvous file; None when it is torn, another account's, or of a dead service."""
    lock = join(services, f"{stem}.lock")
    try:
        content = mapping(parse(read_trusted_file(join(services, f"{stem}.json"))))
        found = ServiceAddress(
            stem, content["address"], int(content["port"]), content["secret"], str(content["started_at"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_alive = file_lock.is_held(lock) or not exists(lock)
    return found if found.address in _LOOPBACK and is_alive else None
