"""The private folder that LLM_METER_DIR names: what the tap reads and makes there besides its spool.

Owns modes (0700, 0600), the key of the fingerprints and the sign that a kernel's tap is alive. Refuses to
hold any text of a call.
"""

from __future__ import annotations

import contextlib
import os


def make_folder(folder: str, name: str) -> str:
    """Make the subfolder `name`, mode 0700, and the folder itself if need be; returns its path."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, name)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    return path


def fingerprint_key(folder: str) -> bytes:
    """The key of the keyed hash by which API keys are told apart; made on first use.

    Whoever needs it first, tap or service, makes it: 32 random bytes in hex, put in place whole by a hard
    link, so that nobody reads half of it.
    """
    path = os.path.join(folder, "fingerprint.key")
    if not os.path.exists(path):
        _make_key(folder, path)
    with open(path, "rb") as file:
        return bytes.fromhex(file.read().decode("ascii").strip())


def _make_key(folder: str, path: str) -> None:
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # Threads of one process may all need it first.
    draft = f"{path}.{os.getpid()}-{os.urandom(4).hex()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, os.urandom(32).hex().encode("ascii"))
        os.close(descriptor)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


def mark_kernel(folder: str, kernel_id: str) -> str:
    """Say that the tap is alive in a kernel; returns the path of the sign."""
    path = os.path.join(make_folder(folder, "kernels"), os.path.basename(kernel_id))
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    return path


def unmark_kernel(path: str) -> None:
    """Take the sign away; it may be gone already."""
    with contextlib.suppress(OSError):
        os.unlink(path)
