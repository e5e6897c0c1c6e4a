"""The functions of the operating system that the tap uses, as they were when the process started.

A program may patch `time`, `os`, `open`, `socket` and `threading`: freezegun, pyfakefs, gevent and mocks do.
None of that may reach the tap. So this module is loaded before user code, and holds every function in a
class: freezegun and pyfakefs also replace module attributes, wherever they find a function that they patch.
It loads in every interpreter that the lab starts, so that it imports built-in modules only; `hold` adds what
comes from elsewhere.
"""

from __future__ import annotations

import _thread
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime as Datetime
    from typing import Any

    Identity = tuple[int, int]

_BINARY = getattr(os, "O_BINARY", 0)  # on Windows
_PIECE = 65536


class Clock:
    """The real clocks."""

    wall = time.time
    wall_ns = time.time_ns
    monotonic = time.monotonic
    perf_counter = time.perf_counter
    sleep = time.sleep


class Process:
    """The real process."""

    pid = os.getpid
    account: Callable[[], int] | None = getattr(os, "geteuid", None)  # Windows has no numbers of accounts
    random = os.urandom
    environ = os.environ
    exc_info = sys.exc_info


class Threads:
    """The operating system's own threads and locks, under gevent too."""

    start = _thread.start_new_thread
    lock = _thread.allocate_lock
    RLock = _thread.RLock
    ident = _thread.get_ident
    native_id: Callable[[], int] | None = getattr(_thread, "get_native_id", None)


class Files:
    """The real file system; every path is a string, every function raises `OSError`."""

    open = os.open
    read = os.read
    write = os.write
    close = os.close
    fstat = os.fstat
    truncate = getattr(os, "ftruncate", None)  # Windows has it since Python 3.5
    stat = os.stat
    list = os.listdir
    mkdir = os.mkdir
    unlink = os.unlink
    rename = os.rename
    replace = os.replace
    link = getattr(os, "link", None)

    READ = os.O_RDONLY | _BINARY
    TOUCH = os.O_WRONLY | os.O_CREAT | _BINARY
    CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    APPEND = os.O_WRONLY | os.O_APPEND | _BINARY
    CREATE_APPEND = CREATE | os.O_APPEND
    separator = os.sep
    path = os.fspath


class Variables:
    """Variables of the environment that are read often, most of which are not set.

    Args:
        names: Their names.
    """

    def __init__(self, *names: str) -> None:
        self._names = names
        self._keys: tuple[Any, ...] = ()
        self._seen: tuple[tuple[Any, ...], tuple[str | None, ...]] | None = None

    def values(self) -> tuple[str | None, ...]:
        """Return their present values, None for what is not set; the same object until one changes."""
        environ: Any = os.environ
        try:
            # `get` raises and catches two exceptions for each variable that is not set.
            self._keys = self._keys or tuple(map(environ.encodekey, self._names))
            raw = tuple(map(environ._data.get, self._keys))
        except AttributeError:  # the program has put a mapping of its own there
            return tuple(map(environ.get, self._names))
        seen = self._seen
        if seen is None or seen[0] != raw:
            values = tuple(None if one is None else environ.decodevalue(one) for one in raw)
            self._seen = seen = (raw, values)
        return seen[1]


class Held:
    """What only `hold` has."""

    datetime: type[Datetime]
    utc: Any
    flock: Callable[[int, int], None] | None = None
    LOCK_EXCLUSIVE = 0
    LOCK_SHARED = 0


def hold() -> None:
    """Hold what would slow the start of interpreters that make no requests; idempotent."""
    if hasattr(Held, "datetime"):
        return
    import datetime

    try:
        import fcntl
    except ImportError:  # Windows
        pass
    else:
        Held.flock = fcntl.flock
        Held.LOCK_EXCLUSIVE = fcntl.LOCK_EX | fcntl.LOCK_NB
        Held.LOCK_SHARED = fcntl.LOCK_SH | fcntl.LOCK_NB
    Held.datetime, Held.utc = datetime.datetime, datetime.timezone.utc


def join(*parts: str) -> str:
    """Join the parts of a path."""
    return Files.separator.join(map(Files.path, parts))


def read_file(path: str) -> bytes:
    """Read a whole file.

    Raises:
        OSError: It cannot be read.
    """
    descriptor = Files.open(path, Files.READ)
    try:
        return _read_all(descriptor)
    finally:
        Files.close(descriptor)


def read_trusted_file(path: str) -> bytes:
    """Read a whole file that no other account can have put there: one of another account counts as missing.

    Raises:
        FileNotFoundError: It is missing, or belongs to another account.
        OSError: It cannot be read.
    """
    descriptor = Files.open(path, Files.READ)
    try:
        if not is_trusted(Files.fstat(descriptor)):
            raise FileNotFoundError(2, "the file belongs to another account")
        return _read_all(descriptor)
    finally:
        Files.close(descriptor)


def is_trusted(status: Any) -> bool:
    """Whether a file or folder belongs to this account or to root. Root trusts all, as it may be anyone.

    Args:
        status: What `Files.stat` or `Files.fstat` said.
    """
    account = 0 if Process.account is None else Process.account()
    return account == 0 or status.st_uid in (0, account)


def _read_all(descriptor: int) -> bytes:
    pieces: list[bytes] = []
    while True:
        piece = Files.read(descriptor, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def write_new_file(path: str, content: bytes) -> None:
    """Write a file that does not exist yet, mode 0600.

    Raises:
        OSError: It exists, or cannot be written whole.
    """
    descriptor = Files.open(path, Files.CREATE, 0o600)
    try:
        if Files.write(descriptor, content) != len(content):
            raise OSError(28, "a file was written in part")
    finally:
        Files.close(descriptor)


def exists(path: str) -> bool:
    """Whether something lies at `path`."""
    try:
        Files.stat(path)
    except OSError:
        return False
    return True


def make_folders(path: str) -> None:
    """Make a folder and those above it, mode 0700, as far as they are missing.

    Raises:
        OSError: One cannot be made.
    """
    if exists(path):
        return
    above = path.rstrip(Files.separator).rpartition(Files.separator)[0]
    if above:
        make_folders(above)
    try:
        Files.mkdir(path, 0o700)
    except FileExistsError:
        return  # another process was faster


def identity(descriptor: int) -> Identity | None:
    """Identify what a descriptor is open on: device and inode; None where the system does not say."""
    try:
        status: Any = Files.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_still(descriptor: int, known: Identity | None) -> bool:
    """Whether a descriptor is still open on what it was open on.

    The program may have closed it (`os.closerange`) and opened something else under the same number.

    Args:
        descriptor: The number.
        known: What `identity` said when it was opened.
    """
    if known is None:
        return True  # Windows does not identify sockets, nor do programs there close what is not theirs
    try:
        status: Any = Files.fstat(descriptor)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == known
