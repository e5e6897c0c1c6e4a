"""Whether a database may be used as a ledger, and bringing its schema up to date.

Looks before it touches: a database that is damaged, somebody else's, or of a later version is refused
unchanged.
"""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, insert, inspect, select, text

from jupyter_llm_meter.ledger import schema
from jupyter_llm_meter.ledger.engine import create_file, preparing, reading, sqlite_file
from jupyter_llm_meter.ledger.errors import (
    CorruptLedger,
    ForeignLedger,
    LedgerUnavailable,
    NewerLedger,
    UnusableLedger,
)

REVISIONS = ("0001",)
"""Every revision of the schema, oldest first; the files are in ``migrations/versions``."""

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "llm_meter_schema"

_CHECKED_BYTES = 64 * 1024 * 1024  # larger files are not read through at every start


def prepare(engine: Engine) -> None:
    """Make a database ready: refuse a foreign one, fill a blank one, migrate an old one.

    Safe when several processes do it at once: the migrations run under the write lock and look again.

    Raises:
        UnusableLedger: The database must not be written to; it is unchanged.
        LedgerUnavailable: It cannot be reached or created.
    """
    path = sqlite_file(engine.url)
    if path is not None:
        create_file(path)
        inspect_file(path)
    with reading(engine) as connection:
        if _revision(connection, engine.url) == REVISIONS[-1]:
            return
    with preparing(engine) as connection:
        if _revision(connection, engine.url) != REVISIONS[-1]:
            _upgrade(connection)


def inspect_file(path: Path) -> None:
    """Check an SQLite file without write access to it.

    Another process may be making a ledger of it meanwhile: the size comes first, all else from one snapshot.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        size = path.stat().st_size
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            connection.execute("BEGIN")
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if application_id != schema.APPLICATION_ID and (tables or application_id):
                raise ForeignLedger("ledger-of-others", path=str(path))
            # SQLite takes a file that is shorter than its header for an empty one and would write over it.
            if size and not connection.execute("PRAGMA page_count").fetchone()[0]:
                raise ForeignLedger("ledger-no-database", path=str(path))
            if size <= _CHECKED_BYTES:
                _check_pages(connection, path)
    except sqlite3.DatabaseError as error:
        raise _refusal(path, error) from error


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise CorruptLedger("ledger-damaged", path=str(path), error=verdict)


def _refusal(path: Path, error: sqlite3.DatabaseError) -> UnusableLedger | LedgerUnavailable:
    reason = str(error)
    if "not a database" in reason:
        return ForeignLedger("ledger-no-database", path=str(path))
    if "malformed" in reason or "unsupported file format" in reason:
        return CorruptLedger("ledger-damaged", path=str(path), error=reason)
    return LedgerUnavailable("ledger-failing", path=str(path), error=reason)


def _revision(connection: Connection, url: URL) -> str | None:
    """The schema's revision; None when the database is blank.

    Raises:
        ForeignLedger: Tables of ours exist without a revision.
        NewerLedger: The revision is unknown.
    """
    where = url.render_as_string(hide_password=True)
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in names:
        if names & {*schema.metadata.tables, *schema.views.tables}:
            raise ForeignLedger("ledger-other-tables", path=where)
        return None
    revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if revision not in (None, *REVISIONS):
        raise NewerLedger("ledger-later", path=where, revision=str(revision))
    return None if revision is None else str(revision)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # imported only for a blank or old ledger
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA application_id = {schema.APPLICATION_ID}"))
    if connection.execute(select(schema.meta.c.key).where(schema.meta.c.key == "ledger_id")).first() is None:
        connection.execute(insert(schema.meta).values(key="ledger_id", value=uuid.uuid4().hex))
