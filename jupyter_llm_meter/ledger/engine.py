"""Connections to a ledger's database, and the translation of its failures.

SQLite runs in WAL mode with ``synchronous=NORMAL``: a finished transaction survives any killed process,
the last ones may be lost with the power. On a network file system, where WAL is not safe, it runs with a
rollback journal and ``synchronous=FULL``. A writing transaction takes the write lock when it begins, so that
two writers queue instead of failing half-way. What PostgreSQL's writers lock is in `locks`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, Transaction, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import Pool, StaticPool

from jupyter_llm_meter.ledger.errors import CorruptLedger, LedgerAddressError, LedgerUnavailable
from jupyter_llm_meter.ledger.exposure import make_private, refuse_files_of_others
from jupyter_llm_meter.ledger.file_systems import is_over_network
from jupyter_llm_meter.ledger.locks import COLLISIONS, NotAlone, begin_locked
from jupyter_llm_meter.ledger.memory import READ_GENERATION, Memory
from jupyter_llm_meter.ledger.sql import Sql, is_postgresql

BUSY_TIMEOUT_S = 30
"""How long a transaction waits for the lock of another process."""
CONNECT_TIMEOUT_S = 10
"""How long libpq may try to reach a PostgreSQL that does not answer (its `connect_timeout`)."""

LARGE_CACHE_KIB = 128 * 1024

_BEGIN, _BEGIN_WRITING = Sql("BEGIN"), Sql("BEGIN IMMEDIATE")
_GENERATION = Sql(READ_GENERATION)
_WRITES = "llm_meter_writes"
_DAMAGED = ("malformed", "not a database")
# What SQLite says, and the explanation that says what to do.
_REMEDIES = {
    "database or disk is full": "ledger-full",
    "attempt to write a readonly database": "ledger-read-only",
    "locking protocol": "ledger-without-locks",
}
_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()


def parse_url(url: str) -> URL:
    """The parsed URL of a supported database.

    Raises:
        LedgerAddressError: It is not a URL, or its database is not supported.
    """
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise LedgerAddressError("address-unreadable", url=_shown(url), error=str(error)) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise LedgerAddressError("address-no-file", url=repr(url))
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise LedgerAddressError("address-unsupported", url=str(parsed))
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The database file of an SQLite URL; None for a server."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def make_engine(url: URL, *, is_single: bool = False) -> Engine:
    """An engine for a ledger; nothing is opened yet.

    Args:
        url: The ledger's URL.
        is_single: All its transactions are on one connection, which has tables of its own.

    Raises:
        LedgerAddressError: The database driver is not installed.
    """
    file, pool = sqlite_file(url), StaticPool if is_single else None
    if file is None:
        return _postgresql_engine(url, pool)
    # A connection has one user at a time, though not always the same thread.
    settings = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    engine = create_engine(url, connect_args=settings, poolclass=pool)
    journal = "DELETE" if is_over_network(file) else "WAL"
    event.listen(engine, "connect", lambda connection, _entry: _set_up_sqlite(connection, journal))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def create_file(path: Path) -> None:
    """Create an SQLite file that only its owner can read; SQLite gives its journal the same mode.

    Raises:
        LedgerUnavailable: It cannot be created, or a file of another account is in its place.
    """
    try:
        make_private(path.parent)
        if not path.exists():
            # A link to nowhere, which another account may have put there, is not followed to make a file.
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            path.stat()
    except OSError as error:
        raise LedgerUnavailable("ledger-not-created", path=str(path), error=str(error.strerror)) from error
    refuse_files_of_others(path)


@contextmanager
def writing(engine: Engine, is_alone: bool = True) -> Iterator[Connection]:
    """A transaction that holds the ledger's write lock from its start; commits unless an error leaves it.

    Args:
        engine: The ledger's database.
        is_alone: No other process writes meanwhile, see `locks`. A file has one writer at a time anyway.
    """
    memory = _memories.setdefault(engine, Memory())
    # SQLite would let the other threads sleep and look again; a process's own threads wait for one another.
    if not memory.writes.acquire(timeout=BUSY_TIMEOUT_S):
        raise LedgerUnavailable("ledger-busy")
    try:
        with (
            translated(engine),
            _begun(engine, memory, is_alone) as begun,
            memory.recalled(begun.connection, begun.generation) as recall,
        ):
            yield begun.connection
        memory.keep(recall)
    finally:
        memory.writes.release()


@contextmanager
def preparing(engine: Engine) -> Iterator[Connection]:
    """A transaction as `writing` makes it, on a database that may have no tables yet."""
    with translated(engine), engine.connect() as connection:
        if is_postgresql(connection):
            connection.execution_options(isolation_level="AUTOCOMMIT")
        with _begin(connection, True, has_tables=False).transaction:
            yield connection


def close(engine: Engine) -> None:
    """Close every connection."""
    memory = _memories.pop(engine, None)
    if memory is not None and memory.connection is not None:
        memory.connection.close()
    engine.dispose()


class _Begun(NamedTuple):
    """A writing transaction, and the ledger's generation at its beginning."""

    connection: Connection
    transaction: Transaction
    generation: str


@contextmanager
def _begun(engine: Engine, memory: Memory, is_alone: bool) -> Iterator[_Begun]:
    """A transaction on the connection that writes, which is used again as long as nothing fails."""
    connection, memory.connection = memory.connection, None
    begun = None if connection is None else _begun_again(connection, is_alone)
    if begun is None:
        connection = engine.connect()
        try:
            if is_postgresql(connection):
                # Transactions begin with their locks, in one message.
                connection.execution_options(isolation_level="AUTOCOMMIT")
            begun = _begin(connection, is_alone)
        except BaseException:
            connection.close()
            raise
    try:
        with begun.transaction:
            yield begun
    except NotAlone:
        memory.connection = begun.connection
        raise
    except BaseException:
        begun.connection.close()
        raise
    memory.connection = begun.connection


def _begun_again(connection: Connection, is_alone: bool) -> _Begun | None:
    """A transaction on a connection that was used before; None where the server has ended it since."""
    try:
        return _begin(connection, is_alone)
    except (DBAPIError, connection.dialect.loaded_dbapi.Error):
        if is_postgresql(connection):
            connection.invalidate()
        connection.close()
        if not is_postgresql(connection):
            raise
        return None


def _begin(connection: Connection, is_alone: bool, has_tables: bool = True) -> _Begun:
    connection.info[_WRITES] = True
    try:
        transaction = connection.begin()
    finally:
        connection.info.pop(_WRITES, None)
    queries = [READ_GENERATION] if has_tables else []
    if is_postgresql(connection):
        rows = begin_locked(connection, is_alone, *queries)
    else:
        rows = _GENERATION.all(connection) if has_tables else []
    return _Begun(connection, transaction, rows[0][0] if rows else "0")


@contextmanager
def large_cache(connection: Connection) -> Iterator[None]:
    """Let a transaction that changes many rows of an SQLite file hold them in memory until its commit."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{LARGE_CACHE_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the ledger and writes nothing."""
    with translated(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into the ledger's, naming the ledger and never its password."""
    driver: type[Exception] = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except (DBAPIError, driver) as error:
        where = sqlite_file(engine.url) or engine.url.render_as_string(hide_password=True)
        orig = error.orig if isinstance(error, DBAPIError) else error
        reason = str(orig).strip()
        for sign, code in _REMEDIES.items():
            if sign in reason:
                raise LedgerUnavailable(code, path=str(where)) from error
        if any(word in reason for word in _DAMAGED):
            raise CorruptLedger("ledger-damaged", path=str(where), error=reason) from error
        module = engine.dialect.loaded_dbapi
        refusals = (module.IntegrityError, module.DataError, module.ProgrammingError)
        is_refusal = isinstance(orig, refusals) or getattr(orig, "sqlstate", None) in COLLISIONS
        raise LedgerUnavailable("ledger-failing", is_refusal, path=str(where), error=reason) from error


def _postgresql_engine(url: URL, pool: type[Pool] | None) -> Engine:
    try:
        patience = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_TIMEOUT_S}
        return create_engine(url, pool_pre_ping=True, connect_args=patience, poolclass=pool)
    except ModuleNotFoundError as error:
        raise LedgerAddressError("address-no-driver") from error


def _set_up_sqlite(connection: DBAPIConnection, journal: str) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    # Without shared memory SQLite keeps the rollback journal, with which NORMAL may lose a whole file.
    synchronous = "NORMAL" if _use_journal(connection, journal) == "wal" else "FULL"
    for pragma in (f"synchronous={synchronous}", "foreign_keys=ON"):
        connection.cursor().execute(f"PRAGMA {pragma}")
    # SQLite folds the case of ASCII only.
    connection.create_function("llm_meter_fold", 1, _fold, deterministic=True)


def _fold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _use_journal(connection: DBAPIConnection, journal: str) -> str:
    """Switch to a kind of journal; returns the one there is then. SQLite does not wait here."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA journal_mode={journal}")
            kind = cursor.fetchone()
            return str(kind[0]) if kind else ""
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    (_BEGIN_WRITING if _WRITES in connection.info else _BEGIN).run(connection)


def _shown(url: str) -> str:
    """A URL without what stands before its ``@``, where a password may be."""
    scheme, separator, rest = url.partition("://")
    return repr(f"{scheme}{separator}{rest.rpartition('@')[2]}")
