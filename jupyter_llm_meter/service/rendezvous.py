"""The rendezvous files in ``services/``: how taps and services of one user find a living service.

They are written here and read by the tap's own reader (``llm_meter_tap.wire.rendezvous``).

A service lives as long as it holds the lock beside its file. A service that finds the lock of another one
free removes both, so that the file of a killed service does not stay for long.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path

from jupyter_llm_meter.runtime.locks import FileLock
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.record_fields import time_written
from llm_meter_tap.wire.rendezvous import ServiceAddress, living_services

VERSION = 1


def new_stem() -> str:
    """Return a name for the rendezvous of a service of this process: ``<pid>-<8 hex>``."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


class OwnRendezvous:
    """The rendezvous of the service in this process.

    Args:
        folder: The private folder.
        stem: Name of the rendezvous, see :func:`new_stem`.

    Raises:
        OSError: From every method, when the folder cannot be written.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self.stem = stem
        self._services = folder / "services"
        self._path = self._services / f"{stem}.json"
        self._lock = FileLock(self._services / f"{stem}.lock")

    def publish(self, port: int, secret: str, started_at: datetime) -> None:
        """Take the lock and write the file; call it when the server accepts connections."""
        self._services.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._lock.acquire():
            raise OSError(f"{self._lock.path} is locked by another process")
        rendezvous = {
            "address": "127.0.0.1",
            "port": port,
            "secret": secret,
            "pid": os.getpid(),
            "started_at": time_written(started_at),
            "version": VERSION,
        }
        draft = self._services / f".{self.stem}.draft"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(rendezvous, file)
        os.replace(draft, self._path)

    def withdraw(self) -> None:
        """Remove the file, then the lock, so that the file never looks like that of a living service."""
        if not self._lock.is_held:
            return
        self._path.unlink(missing_ok=True)
        self._lock.release(remove=True)


def living_peers(folder: Path, own_stem: str) -> list[ServiceAddress]:
    """Return the other living services of the folder and remove what dead ones left.

    Args:
        folder: The private folder.
        own_stem: Rendezvous of the service that asks; left out.
    """
    for path in (folder / "services").glob("*.json"):
        lock = path.with_suffix(".lock")
        if path.stem != own_stem and not file_lock.is_held(str(lock)):
            path.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
    return [peer for peer in living_services(str(folder), None) if peer.stem != own_stem]
