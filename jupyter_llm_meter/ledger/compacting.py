"""Gives the space of what was deleted back, and tells how much that was."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from jupyter_llm_meter.ledger import schema
from jupyter_llm_meter.ledger.engine import close, make_engine, parse_url, sqlite_file, translated
from jupyter_llm_meter.ledger.migrate import prepare


class Sizes(NamedTuple):
    """The bytes of a ledger before and after."""

    before: int
    after: int


def compact(url: str) -> Sizes:
    """Compact a ledger.

    An SQLite file is rewritten, in one transaction: it needs as much free space as the ledger has, and
    others wait until it is done. PostgreSQL keeps the space for new rows, and nobody waits.

    Args:
        url: The ledger's URL.

    Raises:
        UnusableLedger: The database is no ledger, or one that must not be written to.
        LedgerUnavailable: The ledger is busy, or there is no space; it is as it was.
    """
    parsed = parse_url(url)
    file = sqlite_file(parsed)
    engine = make_engine(parsed)
    try:
        prepare(engine)
        with translated(engine), engine.connect() as connection:
            if file is None:
                return _compact_tables(connection)
            before = _bytes(file)
            # Not through SQLAlchemy, which would begin a transaction.
            cursor = connection.connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Sizes(before, _bytes(file))
    finally:
        close(engine)


def _compact_tables(connection: Connection) -> Sizes:
    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
    names = ", ".join(sorted(schema.metadata.tables))
    before = _table_bytes(alone)
    alone.execute(text(f"VACUUM (ANALYZE) {names}"))
    return Sizes(before, _table_bytes(alone))


def _table_bytes(connection: Connection) -> int:
    sizes = " + ".join(f"pg_total_relation_size('{name}')" for name in sorted(schema.metadata.tables))
    return int(connection.execute(text(f"SELECT {sizes}")).scalar() or 0)


def _bytes(file: Path) -> int:
    parts = (file, Path(f"{file}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
