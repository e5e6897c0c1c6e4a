"""Copies of an SQLite ledger: made while services write, and put back as a whole or not at all.

Both directions use SQLite's online backup. A copy is of one instant: the read transaction that it is made in
sees nothing that is written meanwhile. A copy is put back in one transaction of the ledger's own file, so
that a process that is killed half-way leaves the ledger as it was.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from urllib.parse import quote

from jupyter_llm_meter.ledger.engine import create_file
from jupyter_llm_meter.ledger.errors import (
    CopyError,
    LedgerInTheWay,
    LedgerInUse,
    NewerLedger,
    UnusableLedger,
)
from jupyter_llm_meter.ledger.folders import keep_names
from jupyter_llm_meter.ledger.migrate import REVISIONS, VERSION_TABLE, inspect_file

Progress = Callable[[int, int], None]
"""Told the pages that are copied, and those of the whole."""

PATIENCE_S = 5.0
"""How long a restore waits for those that use the ledger."""

_PAGES_AT_A_TIME = 64
_SIDE_FILES = ("-wal", "-shm", "-journal")
_HISTORY = ("call_rows", "rollups", "raises", "moves")
"""Tables without which nothing is lost that people could miss."""


def back_up(ledger: Path, target: Path, progress: Progress, *, replace: bool = False) -> int:
    """Copy a ledger into one file, readable by its owner only, while others may write the ledger.

    Where the ledger has no WAL (network file systems), its writers wait until the copy is made.

    Args:
        ledger: The ledger's file.
        target: The file to write.
        progress: Is told how far it is.
        replace: The target may be there already.

    Returns:
        The bytes of the copy.

    Raises:
        CopyError: No copy was made; a file that was at the target is as it was.
        UnusableLedger: The ledger's file is damaged or none.
    """
    if _is_same(ledger, target):
        raise CopyError(f"{target} is the ledger itself; name another file")
    if target.exists() and not replace:
        raise CopyError(f"{target} is there already; name another file, or replace it with --force")
    inspect_file(ledger)
    with _told(f"{ledger} cannot be copied to {target}"), closing(_readable(ledger)) as source:
        return _copy_to_file(source, target, progress)


def restore(
    copy: Path, ledger: Path, now: datetime, progress: Progress, *, force: bool = False
) -> Path | None:
    """Put a copy back in the place of a ledger that no process uses.

    Args:
        copy: What `back_up` wrote, or any file of a ledger.
        ledger: The ledger's file; made when it is not there.
        now: Names the file that keeps a replaced ledger.
        progress: Is told how far it is.
        force: Replace a ledger with a history, or a file that is no usable ledger, after putting it aside.

    Returns:
        Where the replaced ledger is now; None when there was nothing to keep.

    Raises:
        CopyError: The copy cannot be read or written back; the ledger is as it was.
        LedgerInUse: Another process has the ledger open.
        LedgerInTheWay: There is something to lose, and `force` was not given.
        UnusableLedger: The copy is damaged, no ledger, or of a later version.
    """
    if _is_same(ledger, copy):
        raise CopyError(f"{copy} is the ledger itself; name a backup")
    check_copy(copy)
    aside = _free_place(ledger, now)
    is_moved = ledger.exists() and _move_unusable(ledger, aside, force)
    create_file(ledger)
    with (
        _told(f"{copy} cannot be restored to {ledger}"),
        closing(_readable(copy)) as source,
        closing(_alone(ledger)) as target,
    ):
        is_kept = not is_moved and _has_history(target)
        if is_kept:
            if not force:
                raise LedgerInTheWay(
                    f"{ledger} has a history of its own, which the backup would replace; "
                    "keep a copy of it beside and restore with --force"
                )
            _copy_to_file(target, aside, progress)
        _copy(source, target, progress)
    return aside if is_kept or is_moved else None


def check_copy(copy: Path) -> None:
    """Look whether a file is a whole ledger that this version can use.

    Raises:
        CopyError: It cannot be read, is damaged, or is no ledger.
        UnusableLedger: It is of another program, or of a later version.
    """
    if not copy.is_file():
        raise CopyError(f"{copy} is not there, or is not a file")
    inspect_file(copy)
    with _told(f"{copy} cannot be read"), closing(_readable(copy)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if VERSION_TABLE not in tables:
            raise CopyError(f"{copy} is no backup of a ledger: it is empty, or was never finished")
        (revision,) = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() or (None,)
        if revision not in REVISIONS:
            raise NewerLedger("ledger-later", path=str(copy), revision=str(revision))
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise CopyError(f"{copy} is damaged ({verdict}); restore another backup")


def _copy_to_file(source: sqlite3.Connection, target: Path, progress: Progress) -> int:
    """Write a copy beside its place, look at it, and only then give it its name."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
            _copy(source, copy, progress)
            # Without the mark of WAL it is one file, and can be read from where nothing can be written.
            copy.execute("PRAGMA journal_mode=DELETE")
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise CopyError(f"the copy is damaged ({verdict}), as the ledger may be; none was kept")
        size = unfinished.stat().st_size
        unfinished.replace(target)
        keep_names(target.parent)
    finally:
        for name in ("", *_SIDE_FILES):
            Path(f"{unfinished}{name}").unlink(missing_ok=True)
    return size


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress) -> None:
    """Copy one state of a database: without a transaction, each write of another would begin it again."""
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        source.backup(
            target,
            pages=_PAGES_AT_A_TIME,
            progress=lambda _status, left, whole: progress(whole - left, whole),
        )
    finally:
        source.execute("COMMIT")


def _readable(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, isolation_level=None)


def _alone(ledger: Path) -> sqlite3.Connection:
    """A connection that nobody else has beside it, until it is closed.

    Raises:
        LedgerInUse: Another process has the file open.
    """
    connection = sqlite3.connect(ledger, timeout=PATIENCE_S, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        # A file in WAL mode is locked by all that have it open, also while they do nothing.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        if "locked" not in str(error):
            raise
        raise LedgerInUse(
            f"another process has {ledger} open; stop JupyterLab and what runs under `jupyter llm-meter run`"
        ) from error
    return connection


def _has_history(connection: sqlite3.Connection) -> bool:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return any(
        connection.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0]
        for name in _HISTORY
        if name in tables
    )


def _move_unusable(ledger: Path, aside: Path, force: bool) -> bool:
    """Move a file aside that is damaged or no ledger; returns whether it was one."""
    try:
        inspect_file(ledger)
    except UnusableLedger as error:
        if not force:
            raise LedgerInTheWay(f"{error}; --force moves it aside and restores the backup") from error
        with _told(f"{ledger} cannot be moved to {aside}"):
            # What a killed process left belongs to the file, and would be written into the new one.
            for name in (*_SIDE_FILES, ""):
                if Path(f"{ledger}{name}").exists():
                    Path(f"{ledger}{name}").rename(f"{aside}{name}")
        return True
    return False


def _free_place(ledger: Path, now: datetime) -> Path:
    # Not the name of a ledger that takes the place of a bad one: a service would go on with it.
    name = f"{ledger.stem}-before-restore-{now.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"
    endings = ("" if number == 1 else f"-{number}" for number in count(1))
    places = (ledger.with_name(f"{name}{ending}{ledger.suffix}") for ending in endings)
    return next(place for place in places if not place.exists())


def _is_same(ledger: Path, other: Path) -> bool:
    return ledger.exists() and other.exists() and ledger.samefile(other)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn the errors of files and of SQLite into one that says what could not be done."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CopyError(f"{what}: {reason}") from error
