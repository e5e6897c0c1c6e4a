"""One process's lines on disk: they are still there if the process dies in the next instant.

The file `spool/<pid>-<8 hex>.jsonl` is made at the first call, locked while the process lives, emptied when
the service has every line, and removed at a clean exit. A line is one write to a file opened with O_APPEND,
so that a killed process tears at most the last one. The program may close the descriptor (`os.closerange`)
and use its number itself: nothing is written, emptied or closed without a check that it is still the spool's.
"""

from __future__ import annotations

import contextlib

from llm_meter_tap.runtime import faults
from llm_meter_tap.system import Files, Process, Threads, identity, is_still, join
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.private_folder import make_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llm_meter_tap.system import Identity


class Spool:
    """The spool of this process. Thread-safe; re-entrant, because a garbage collection may settle a call.

    Args:
        folder: The private folder.

    Attributes:
        name: The file's name; changes when the file is lost.
    """

    def __init__(self, folder: str) -> None:
        self.name = _new_name()
        self._folder = folder
        self._path = ""
        self._descriptor: int | None = None
        self._identity: Identity | None = None
        self._is_broken = False
        self._is_torn = False
        self._open_calls: set[str] = set()
        self._unacknowledged = 0
        self._lock = Threads.RLock()

    def append(self, event: str, call_id: str, line: bytes) -> bool:
        """Write one line.

        Args:
            event: `opened`, `settled` or `dropped`.
            call_id: The call the line is about.
            line: The line with its newline.

        Returns:
            Whether it is on disk. A full disk or a read-only folder makes it False, counted by `faults`.
        """
        with self._lock:
            if event == "opened":
                self._open_calls.add(call_id)
            else:
                self._open_calls.discard(call_id)
            try:
                descriptor = self._descriptor
                if self._is_torn or descriptor is None or not is_still(descriptor, self._identity):
                    descriptor, line = self._mend(line)
                if Files.write(descriptor, line) != len(line):
                    raise OSError(28, "a line was written in part")
            except OSError as error:
                self._is_torn = True
                faults.count("spool", error)
                return False
            if event != "opened":
                self._unacknowledged += 1
            return True

    def acknowledge(self, lines: int) -> None:
        """Count lines that the service has; empties the file when no line of it is needed.

        Args:
            lines: How many, without the opened ones: those are needed as long as their calls are open.
        """
        with self._lock:
            self._unacknowledged -= lines
            if self._is_spent() and self._is_open() and Files.truncate is not None:
                assert self._descriptor is not None
                Files.truncate(self._descriptor, 0)

    def close(self) -> None:
        """Remove the file if no line in it is still needed, else leave it for the service to import."""
        with self._lock:
            if self._path and self._is_spent():
                with contextlib.suppress(OSError):
                    Files.unlink(self._path)
            self._release()

    def abandon(self) -> None:
        """In a forked child: release the parent's file, its lock and its lines."""
        self._lock = Threads.RLock()
        self._release()

    def _release(self) -> None:
        if self._is_open():
            assert self._descriptor is not None
            Files.close(self._descriptor)
        self._descriptor = None
        self._is_broken = True

    def _is_open(self) -> bool:
        """Whether the descriptor is there and still the spool's."""
        return self._descriptor is not None and is_still(self._descriptor, self._identity)

    def _is_spent(self) -> bool:
        return self._unacknowledged == 0 and not self._open_calls

    def _mend(self, line: bytes) -> tuple[int, bytes]:
        """Open the file, if it is not open; returns its descriptor, and the line as it must be written."""
        if self._is_broken:
            raise OSError(0, "the spool could not be opened before")
        if self._descriptor is None:
            self._create()
        elif not self._is_open():
            self._reopen()
        # After a short write (a full disk) the next line must not be glued to the torn one.
        is_torn, self._is_torn = self._is_torn, False
        assert self._descriptor is not None
        return self._descriptor, b"\n" + line if is_torn else line

    def _create(self) -> None:
        self._is_broken = True
        folder = make_folder(self._folder, "spool")
        self._path = join(folder, self.name)
        # Locked before it has the name that the service looks for: without a lock it is a dead process's.
        draft = join(folder, f".{self.name}")
        descriptor = Files.open(draft, Files.CREATE_APPEND, 0o600)
        try:
            file_lock.hold(descriptor)
            Files.rename(draft, self._path)
        except OSError:
            Files.close(descriptor)
            Files.unlink(draft)
            raise
        self._keep_descriptor(descriptor)

    def _reopen(self) -> None:
        """Open the same file again; a new one if the service has taken it for a dead process's."""
        self._descriptor = None
        try:
            descriptor = Files.open(self._path, Files.APPEND)
        except OSError:
            descriptor = None  # the service has imported and removed it
        if descriptor is not None:
            try:
                if identity(descriptor) != self._identity:
                    raise OSError(0, "another file has the spool's name")
                file_lock.hold(descriptor)
                self._keep_descriptor(descriptor)
                return
            except OSError:
                Files.close(descriptor)  # the service is about to import it
        self.name, self._is_torn = _new_name(), False
        self._create()

    def _keep_descriptor(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._identity = identity(descriptor)
        self._is_broken = False


def _new_name() -> str:
    return f"{Process.pid()}-{Process.random(4).hex()}.jsonl"
