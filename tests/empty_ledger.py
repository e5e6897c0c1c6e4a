"""A ledger that holds no calls yet, copied to where a test needs one.

To migrate a blank file takes forty milliseconds, which a thousand tests feel. What migrating does is tested
in `jupyter_llm_meter/ledger/test_opening.py`.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import uuid
from contextlib import closing
from functools import cache
from pathlib import Path

from jupyter_llm_meter.ledger import Ledger, sqlite_url


def place_empty_ledger(path: Path) -> str:
    """Make the SQLite file of a ledger, as private as the ledger makes it; returns its URL."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(_migrated())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'ledger_id'", (uuid.uuid4().hex,))
    return sqlite_url(path)


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite3")
        Ledger.open(sqlite_url(path)).close()
        return path.read_bytes()
