"""The locations of a user's ledger and private folder (``docs/reference/protocol.md``, "The private folder").

Only names are made here: nothing is created, opened or checked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

LEDGER_FILE = "ledger.sqlite3"


def default_ledger_url() -> str:
    """The URL of the ledger that a user has without configuring one."""
    return sqlite_url(_home() / LEDGER_FILE)


def private_folder(url: str | None = None) -> Path:
    """The folder that belongs to a user and a ledger, so that two ledgers never share a spool.

    Args:
        url: The ledger's URL; None for the default ledger.
    """
    if url is None or url == default_ledger_url():
        return _home()
    return _home() / "by-ledger" / hashlib.sha256(url.encode()).hexdigest()[:12]


def archive_folder(url: str) -> Path:
    """The folder of a ledger's archive: beside an SQLite file, else in the private folder.

    Args:
        url: The ledger's URL.
    """
    scheme, _, path = url.partition(":///")
    return (Path(path).parent if scheme.startswith("sqlite") else private_folder(url)) / "archive"


def ledger_url(given: str | None) -> str:
    """A ledger's URL from what a person typed: a URL, a path to an SQLite file, or None for the default."""
    if given is None:
        return default_ledger_url()
    return given if "://" in given else sqlite_url(Path(given).expanduser())


def sqlite_url(path: Path) -> str:
    """The SQLAlchemy URL of an SQLite file."""
    return f"sqlite:///{path.absolute()}"


def _home() -> Path:
    return Path(jupyter_data_dir()) / "llm-meter"
