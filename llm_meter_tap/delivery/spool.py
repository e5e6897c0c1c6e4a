"""One process's lines on disk: what a call leaves behind even if the process dies in the next instant.

Owns the file `spool/<pid>-<8 hex>.jsonl`: made at the first call, locked while the process lives, emptied
when the service has everything, removed at a clean exit. Refuses text of prompts and answers by never being
handed any. A line is one `os.write` to a file opened O_APPEND, so that a killed process tears at most the
last one.
"""

from __future__ import annotations

import contextlib
import os
import threading

from llm_meter_tap.runtime import faults
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.private_folder import make_folder


class Spool:
    """The spool of this process. Thread-safe; re-entrant, because a garbage collection may settle a call.

    Args:
        folder: The private folder.
    """

    def __init__(self, folder: str) -> None:
        self.name = f"{os.getpid()}-{os.urandom(4).hex()}.jsonl"
        self._folder = folder
        self._path = ""
        self._descriptor: int | None = None
        self._is_broken = False
        self._is_torn = False
        self._open_calls: set[str] = set()
        self._unacknowledged = 0
        self._lock = threading.RLock()

    def append(self, event: str, call_id: str, line: bytes) -> bool:
        """Write one line.

        Args:
            event: `opened`, `settled` or `dropped`.
            call_id: The call the line is about.
            line: The line with its newline.

        Returns:
            Whether it is on disk. A full disk or a read-only folder makes it False, noted once by `faults`.
        """
        with self._lock:
            if event == "opened":
                self._open_calls.add(call_id)
            else:
                self._open_calls.discard(call_id)
            try:
                self._write(line)
            except OSError as error:
                faults.count("spool", error)
                return False
            self._unacknowledged += 1
            return True

    def acknowledge(self, lines: int) -> None:
        """Take note that the service has `lines` more of those on disk; empties the file when it has all."""
        with self._lock:
            self._unacknowledged -= lines
            if self._is_spent() and self._descriptor is not None:
                os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Remove the file if nothing in it is still needed, else let go of it for the service to import."""
        with self._lock:
            if self._descriptor is None:
                return
            if self._is_spent():
                with contextlib.suppress(OSError):
                    os.unlink(self._path)
            self._release()

    def abandon(self) -> None:
        """In a forked child: let go of the parent's file, lock and lines left as they are."""
        self._lock = threading.RLock()
        self._release()

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
        self._is_broken = True

    def _is_spent(self) -> bool:
        return self._unacknowledged == 0 and not self._open_calls

    def _write(self, line: bytes) -> None:
        if self._is_broken:
            raise OSError(0, "the spool could not be opened before")
        if self._descriptor is None:
            self._create()
        assert self._descriptor is not None
        # After a short write (a full disk) the next line must not be glued to the torn one.
        whole = b"\n" + line if self._is_torn else line
        self._is_torn = True
        self._is_torn = os.write(self._descriptor, whole) != len(whole)
        if self._is_torn:
            raise OSError(28, "a line was written in part")

    def _create(self) -> None:
        self._is_broken = True
        folder = make_folder(self._folder, "spool")
        self._path = os.path.join(folder, self.name)
        # Locked before it has the name that the service looks for: a spool nobody locks is a dead process's.
        draft = os.path.join(folder, f".{self.name}")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        descriptor = os.open(draft, flags, 0o600)
        try:
            file_lock.hold(descriptor)
            os.rename(draft, self._path)
        except OSError:
            os.close(descriptor)
            os.unlink(draft)
            raise
        self._descriptor = descriptor
        self._is_broken = False
