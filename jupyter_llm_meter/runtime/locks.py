"""Locks on files that end with the process that holds them, however it ends.

The lock itself is the tap's (``llm_meter_tap.wire.file_lock``), so that both sides use the same one.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType

from llm_meter_tap.wire import file_lock

PAUSE_S = 0.05


class FileLock:
    """An exclusive lock on a file, which is made when missing; as a context manager it waits for the lock.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Acquire the lock if it is free.

        Returns:
            Whether it is held now.

        Raises:
            OSError: The file cannot be made or opened.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            file_lock.hold(descriptor)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self, *, remove: bool = False) -> None:
        """Release the lock if it is held, with ``remove`` after removing the file."""
        if self._descriptor is None:
            return
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> FileLock:
        while not self.acquire():
            time.sleep(PAUSE_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
