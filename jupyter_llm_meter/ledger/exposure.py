"""Other accounts that can reach a ledger's file: seen by the owners and modes of files and folders.

A file that belongs to another account is refused, because that account reads it and can change it. A folder
that others may write to is only reported: many volumes of containers are made so, and have one user.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from jupyter_llm_meter.ledger.errors import LedgerUnavailable

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a ledger, by the end of the names. SQLite trusts them as it trusts the ledger."""


def refuse_files_of_others(path: Path) -> None:
    """Refuse a ledger of which another account owns the file, a side file, or a link to it.

    Root may open every ledger: it looks after those of others.

    Raises:
        LedgerUnavailable: It names the file and what to do. Calls wait in the spool.
    """
    for name in ("", *SIDE_FILES):
        each = path.with_name(path.name + name)
        if _is_of_another(each):
            raise LedgerUnavailable("ledger-of-account", path=str(path), file=str(each))


def open_folder(path: Path) -> Path | None:
    """The folder through which other accounts can replace a ledger, or put files beside it.

    That is the ledger's own folder, if another account owns it or may write to it, or one above it from which
    others may remove folders. Groups count as others, except a group that has the name of its only user.

    Args:
        path: The ledger's file, which may not exist yet.
    """
    if not hasattr(os, "geteuid"):
        return None  # Windows has other rights
    for folder in path.absolute().parents:
        try:
            found = folder.stat()
        except OSError:
            continue
        is_own = folder == path.absolute().parent
        if found.st_uid not in (0, os.geteuid()) and os.geteuid() != 0:
            return folder
        if _others_may_write(found) and (is_own or not found.st_mode & stat.S_ISVTX):
            return folder
    return None


def make_private(folder: Path) -> None:
    """Make a folder and those above it, as far as they are missing, for their owner only.

    The mode that `Path.mkdir` takes is that of the last folder, and who can write to one above moves it away.

    Raises:
        OSError: One cannot be made.
    """
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _is_of_another(path: Path) -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return False
    for look in (path.lstat, path.stat):
        try:
            if look().st_uid not in (0, os.geteuid()):
                return True
        except OSError:
            return False  # not there, or a link to nowhere, which is not followed to make a file
    return False


def _others_may_write(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_group_of_one(found.st_gid)


def _is_group_of_one(number: int) -> bool:
    """Whether a group is the one that many systems make for each account, without further members."""
    import grp
    import pwd

    try:
        group, account = grp.getgrgid(number), pwd.getpwuid(os.geteuid())
    except KeyError:  # a container's user without names
        return number == os.getegid()
    return group.gr_gid == account.pw_gid and set(group.gr_mem) <= {account.pw_name} == {group.gr_name}
