"""Paths of notebooks under the lab's root: with ``/`` between folders, none in front."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath


def first_folder(path: str) -> str | None:
    """Return the first folder of a path under the lab's root, None for a file at the root."""
    parts = PurePosixPath(path.lstrip("/")).parts
    return parts[0] if len(parts) > 1 else None


def self_and_folders(path: str) -> Iterator[str]:
    """Yield a path and every folder that it lies in, the nearest first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def moved(path: str, old: str, new: str) -> str | None:
    """Return where a path is after a file or folder was moved; None when it did not move along."""
    if path == old:
        return new
    return new + path[len(old) :] if path.startswith(f"{old}/") else None
