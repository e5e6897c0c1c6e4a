"""The lock that says "the process behind this file lives".

Owns the difference between systems. Refuses to wait. A lock held with `flock` belongs to the open file: a
forked child that closes its copy leaves the parent's lock alone, and the kernel drops it with the process,
kill -9 included.
"""

from __future__ import annotations

import os

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there, which is the sign of life
    fcntl = None  # type: ignore[assignment]


def hold(descriptor: int) -> None:
    """Take the exclusive lock of an open file.

    Raises:
        OSError: Somebody else holds it.
    """
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_held(path: str) -> bool:
    """Whether a living process holds the lock of `path`: no without the file, yes where nobody can tell."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return fcntl is None
    except OSError:
        return True
    finally:
        os.close(descriptor)
