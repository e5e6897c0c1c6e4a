"""What writers lock, so that those that don't concern one another need not wait for one another.

SQLite has one writer at a time. In PostgreSQL a writer is either alone or one of several:

- Alone are those that change what others remember or could miss: migrations, moves, the first count of a
  window from history, alerts, places of kernels, and calls that merge with calls of other ids.
- The others settle and reserve side by side. They lock the calls that they write, by every name under which
  another source could report them, and then rollups and counters row by row in one order. A reservation locks
  the counters that it is measured against before it reads anything, so nobody can settle or reserve on them
  before it commits.

A writer that finds out half-way that it has to be alone leaves, and begins again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.sql import Sql, Values, run_script

COLLISIONS = ("40P01", "40001")
"""What PostgreSQL calls a deadlock, and a transaction that has to be tried again."""

MOST_LOCKS = 400
"""Locks of one transaction besides rows: PostgreSQL has memory for some thousands in all."""

_LEDGER = 0x4C4D5452
_NAMES = 0x4C4D
_IS_SHARED = "llm_meter_shared"

_ALONE = f"SELECT pg_advisory_xact_lock({_LEDGER})"
_SHARED = f"SELECT pg_advisory_xact_lock_shared({_LEDGER})"
_LOCK_NAMES = Sql(
    "SELECT count(pg_advisory_xact_lock_shared(?, one)) FROM unnest(?::int[]) AS one"
    " UNION ALL SELECT count(pg_advisory_xact_lock(?, two)) FROM unnest(?::int[]) AS two"
)


class NotAlone(Exception):
    """A transaction cannot go on beside others: it is to be made again alone."""


def begin_locked(connection: Connection, is_alone: bool, *queries: str) -> list[Values]:
    """Begin a writing transaction of PostgreSQL's with its lock.

    Args:
        connection: A connection on which SQLAlchemy begins no transactions.
        is_alone: No other transaction writes meanwhile.
        queries: Run when the lock is had, in the same message.

    Returns:
        The rows of the last query.
    """
    connection.info[_IS_SHARED] = not is_alone
    return run_script(connection, "BEGIN", _ALONE if is_alone else _SHARED, *queries)


def is_shared(connection: Connection) -> bool:
    """Whether other transactions may write at the same time."""
    return bool(connection.info.get(_IS_SHARED))


def require_alone(connection: Connection) -> None:
    """Go on only if no other transaction writes.

    Raises:
        NotAlone: Others may.
    """
    if is_shared(connection):
        raise NotAlone


def lock_names(connection: Connection, alone: Iterable[str], shared: Collection[str] = ()) -> None:
    """Wait until no other transaction has these names locked; does nothing where a writer is alone.

    Args:
        connection: A writing transaction.
        alone: Names that no other transaction may have.
        shared: Names that others may share, but not have alone.

    Raises:
        NotAlone: The names are too many.
    """
    if not is_shared(connection):
        return
    own = sorted(set(map(_key, alone)))
    others = sorted(set(map(_key, shared)).difference(own))
    if len(own) + len(others) > MOST_LOCKS:
        raise NotAlone
    if own or others:
        _LOCK_NAMES.all(connection, _NAMES, others, _NAMES, own)


def _key(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big", signed=True)
