"""The lock that says "the process behind this file is alive".

A lock held with `flock` belongs to the open file: a forked child that closes its copy leaves the parent's
lock alone, and the kernel drops the lock with the process, kill -9 included. Nothing here waits.
"""

from __future__ import annotations

from llm_meter_tap.system import Files

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there, which shows that its process is alive
    fcntl = None  # type: ignore[assignment]


class _Flock:
    """The real `flock`: pyfakefs replaces the module wherever it finds it."""

    call = None if fcntl is None else fcntl.flock
    EXCLUSIVE = 0 if fcntl is None else fcntl.LOCK_EX | fcntl.LOCK_NB
    SHARED = 0 if fcntl is None else fcntl.LOCK_SH | fcntl.LOCK_NB


def hold(descriptor: int) -> None:
    """Take the exclusive lock of an open file.

    Raises:
        OSError: Another process holds it.
    """
    if _Flock.call is not None:
        _Flock.call(descriptor, _Flock.EXCLUSIVE)


def is_held(path: str) -> bool:
    """Whether a living process holds the lock of `path`: False without the file, True where it is unknown."""
    try:
        descriptor = Files.open(path, Files.READ)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        if _Flock.call is not None:
            _Flock.call(descriptor, _Flock.SHARED)
        return _Flock.call is None
    except OSError:
        return True
    finally:
        Files.close(descriptor)
