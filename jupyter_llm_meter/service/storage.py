"""The private folder, made ready for a service (docs/reference/protocol.md, "The private folder").

Where it cannot be made, metering continues in a temporary folder, and the state says that calls there may be
lost.
"""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.ledger import (
    LEDGER_FILE,
    LedgerError,
    default_ledger_url,
    make_private,
    open_folder,
    parse_url,
    private_folder,
    sqlite_file,
    sqlite_url,
)
from jupyter_llm_meter.runtime.problems import Problems

PROBLEM = "not-durable"
EXPOSED = "ledger-exposed"


@dataclass(frozen=True)
class Storage:
    """Where a service works.

    Attributes:
        folder: The private folder.
        ledger_url: SQLAlchemy URL of the ledger.
    """

    folder: Path
    ledger_url: str


def prepare_storage(database_url: str | None, problems: Problems) -> Storage:
    """Make the private folder of a ledger, or a temporary one.

    Args:
        database_url: URL of the ledger; None for the user's own.
        problems: Takes the problem that only a temporary folder could be made.

    Raises:
        OSError: Not even a temporary folder can be made.
    """
    folder = private_folder(database_url)
    try:
        _make_private(folder)
    except OSError as error:
        temporary = Path(tempfile.mkdtemp(prefix="llm-meter-"))
        reason = error.strerror or str(error)
        problems.report(
            PROBLEM, explain("not-durable", path=str(folder), error=reason, temporary=str(temporary))
        )
        return Storage(temporary, database_url or sqlite_url(temporary / LEDGER_FILE))
    _report_exposure(database_url, problems)
    return Storage(folder, database_url or default_ledger_url())


def _report_exposure(database_url: str | None, problems: Problems) -> None:
    try:
        file = None if database_url is None else sqlite_file(parse_url(database_url))
    except LedgerError:
        return  # who opens it says so
    open_to_others = None if file is None else open_folder(file)
    if open_to_others is not None:
        problems.report(EXPOSED, explain("ledger-exposed", folder=str(open_to_others), path=str(file)))


def _make_private(folder: Path) -> None:
    make_private(folder)
    _refuse_entries_of_others(folder)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    # Neither the mode nor os.access shows a read-only file system or a quota; writing does.
    with tempfile.NamedTemporaryFile(dir=folder):
        pass


def _refuse_entries_of_others(folder: Path) -> None:
    """Refuse a folder of another account, and what one has put into it while it was open to all.

    A rendezvous that another account has put there would lead taps to its service. Root's files are trusted.
    """
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return
    for path in (folder, *folder.glob("*"), *folder.glob("services/*")):
        if path.lstat().st_uid not in (0, os.geteuid()):
            raise OSError(errno.EPERM, f"{path} belongs to another account; remove it")
