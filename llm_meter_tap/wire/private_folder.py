"""The private folder that LLM_METER_DIR names: what the tap reads and makes there besides its spool.

Folders have the mode 0700, files 0600. Nothing in it holds text of a call.
"""

from __future__ import annotations

import contextlib

from llm_meter_tap.system import Files, Process, exists, join, make_folders, read_file, write_new_file


def make_folder(folder: str, name: str) -> str:
    """Make the subfolder `name`, and the private folder itself if it is missing.

    Returns:
        The subfolder's path.

    Raises:
        OSError: It cannot be made.
    """
    path = join(folder, name)
    make_folders(path)
    return path


def fingerprint_key(folder: str) -> bytes:
    """Read the key of the keyed hash that distinguishes API keys; make it on first use.

    The first process that needs it, tap or service, makes it: 32 random bytes in hex. A hard link puts it in
    place whole, so that no process reads half of it.

    Raises:
        OSError: It can be neither read nor made.
    """
    path = join(folder, "fingerprint.key")
    if not exists(path):
        _make_key(folder, path)
    return bytes.fromhex(read_file(path).decode("ascii").strip())


def _make_key(folder: str, path: str) -> None:
    make_folders(folder)
    # Several threads of one process may need it first.
    draft = f"{path}.{Process.pid()}-{Process.random(4).hex()}"
    write_new_file(draft, Process.random(32).hex().encode("ascii"))
    try:
        if Files.link is not None:
            with contextlib.suppress(FileExistsError):
                Files.link(draft, path)
    finally:
        Files.unlink(draft)


def mark_kernel(folder: str, kernel_id: str) -> str:
    """Make the file that says that the tap is alive in a kernel; returns its path.

    Raises:
        OSError: It cannot be made.
    """
    name = kernel_id.replace("\\", "/").rpartition("/")[2]
    path = join(make_folder(folder, "kernels"), name)
    Files.close(Files.open(path, Files.TOUCH, 0o600))
    return path


def unmark_kernel(path: str) -> None:
    """Remove that file; it may be gone already."""
    with contextlib.suppress(OSError):
        Files.unlink(path)
