"""The lock that says "the process behind this file is alive".

A lock held with `flock` belongs to the open file: a forked child that closes its copy leaves the parent's
lock alone, and the kernel drops the lock with the process, kill -9 included. Nothing here waits. On Windows
there is no such lock: an open file cannot be removed there, which shows that its process is alive.
"""

from __future__ import annotations

from llm_meter_tap import system
from llm_meter_tap.system import Files, Held

system.hold()


def hold(descriptor: int) -> None:
    """Take the exclusive lock of an open file.

    Raises:
        OSError: Another process holds it.
    """
    if Held.flock is not None:
        Held.flock(descriptor, Held.LOCK_EXCLUSIVE)


def is_held(path: str) -> bool:
    """Whether a living process holds the lock of `path`: False without the file, True where it is unknown."""
    try:
        descriptor = Files.open(path, Files.READ)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        if Held.flock is not None:
            Held.flock(descriptor, Held.LOCK_SHARED)
        return Held.flock is None
    except OSError:
        return True
    finally:
        Files.close(descriptor)
