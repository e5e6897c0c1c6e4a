"""Imports of own amounts from a file: lines come in parts, and are applied together or not at all.

An import has the id of the change set that it becomes. It belongs to who began it; one that is neither
applied nor discarded is removed after a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from jupyter_llm_meter.ledger.errors import LedgerError
from jupyter_llm_meter.ledger.quotas import (
    Author,
    OwnAmount,
    UnknownChange,
    apply,
    change_set,
    difference,
    new_change_id,
    stage,
    stage_removals,
    staged_lines,
)
from jupyter_llm_meter.ledger.rows import storable, to_us
from jupyter_llm_meter.ledger.schema import imports, quota_changes, staged_quotas

KEPT_FOR = timedelta(days=1)
MOST_LINES = 1_000_000
MOST_NAMES = 10_000


class TooManyLines(LedgerError):
    """A file has more lines than an import takes."""


def begin(connection: Connection, author: Author, now: datetime) -> str:
    """Begin an import; returns its id."""
    old = select(imports.c.id).where(imports.c.made_at < to_us(now - KEPT_FOR))
    connection.execute(delete(staged_quotas).where(staged_quotas.c.change_id.in_(old)))
    connection.execute(delete(imports).where(imports.c.made_at < to_us(now - KEPT_FOR)))
    row = {"id": new_change_id(), "made_by": storable(author.name), "made_at": to_us(now)}
    connection.execute(insert(imports), row)
    return str(row["id"])


def add_lines(
    connection: Connection,
    import_id: str,
    author: Author,
    lines: Sequence[OwnAmount],
    most: int = MOST_LINES,
) -> list[tuple[OwnAmount, int]]:
    """Add lines to an import.

    Args:
        connection: A writing transaction.
        import_id: The import.
        author: Who began it.
        lines: Their amounts.
        most: How many lines an import has at most.

    Returns:
        Lines whose subject an earlier line has, each with that line; they are left out.

    Raises:
        UnknownChange: There is no such import of this author's.
        TooManyLines: There are too many lines; none of these was added.
    """
    _require(connection, import_id, author)
    is_mine = staged_quotas.c.change_id == import_id
    count = connection.execute(select(func.count()).select_from(staged_quotas).where(is_mine)).scalar() or 0
    if count + len(lines) > most:
        raise TooManyLines(f"An import has at most {most} lines; split the file, and import the parts.")
    known = staged_lines(connection, import_id, lines)
    new, twice = [], []
    for line in lines:
        key = (storable(line.limit_id), storable(line.subject))
        if key in known:
            twice.append((line, known[key]))
        else:
            known[key] = line.line
            new.append(line)
    stage(connection, import_id, new)
    return twice


def compare(connection: Connection, import_id: str, author: Author, *, is_replacing: bool) -> dict[str, Any]:
    """What applying an import would change.

    Args:
        connection: A writing transaction.
        import_id: The import.
        author: Who began it.
        is_replacing: Whether own amounts of the same limits that the file does not name are removed.

    Raises:
        UnknownChange: There is no such import of this author's.
    """
    _require(connection, import_id, author)
    table = staged_quotas.c
    connection.execute(delete(staged_quotas).where(table.change_id == import_id, table.amount.is_(None)))
    if is_replacing:
        stage_removals(connection, import_id)
    return difference(connection, import_id)


def finish(
    connection: Connection, import_id: str, author: Author, now: datetime, *, is_replacing: bool
) -> dict[str, Any]:
    """Apply an import; one that was applied already is left as it is.

    Returns:
        The id of the change set, which `quotas.undo` takes, and how many amounts changed.

    Raises:
        UnknownChange: There is no such import of this author's.
    """
    done = change_set(connection, import_id)
    if done is not None and done["made_by"] == storable(author.name):
        mine = quota_changes.c.change_id == import_id
        changed = connection.execute(select(func.count()).select_from(quota_changes).where(mine)).scalar()
        return {"id": import_id, "changed": changed}
    compare(connection, import_id, author, is_replacing=is_replacing)
    changed = apply(connection, import_id, "import", author, now)
    connection.execute(delete(imports).where(imports.c.id == import_id))
    return {"id": import_id, "changed": changed}


def discard(connection: Connection, import_id: str, author: Author) -> None:
    """Remove an import that was not applied.

    Raises:
        UnknownChange: There is no such import of this author's.
    """
    _require(connection, import_id, author)
    connection.execute(delete(staged_quotas).where(staged_quotas.c.change_id == import_id))
    connection.execute(delete(imports).where(imports.c.id == import_id))


def names(connection: Connection, import_id: str, scope: str, after: str) -> list[str]:
    """The next subjects of an import's limits of one scope, in order, after one; none after the last."""
    table = staged_quotas.c
    query = (
        select(table.subject)
        .distinct()
        .where(table.change_id == import_id, table.amount.is_not(None), table.subject > after)
        .where(table.limit_id.startswith(f"{scope}/", autoescape=True))
        .order_by(table.subject)
        .limit(MOST_NAMES)
    )
    return list(connection.execute(query).scalars())


def _require(connection: Connection, import_id: str, author: Author) -> None:
    mine = select(imports.c.id).where(imports.c.id == import_id, imports.c.made_by == storable(author.name))
    if connection.execute(mine).first() is None:
        raise UnknownChange(
            f"There is no import {import_id!r} of yours that is not applied; begin a new one."
        )
