"""A hub's limits and own amounts: who set them, what was before, and what is to be changed together.

Every change of own amounts goes one way, whether it is one or a million: it is staged under the id of its
change set, compared with what is there, and applied in one transaction. The id of the set that changed an
amount last is the amount's version, so that two people who change the same one notice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger.errors import LedgerError
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.rows import from_us, storable, to_us
from jupyter_llm_meter.ledger.schema import change_sets, quotas, staged_quotas
from jupyter_llm_meter.ledger.sql import Sql

_STAGED = (
    " FROM staged_quotas s LEFT JOIN quotas q ON q.limit_id = s.limit_id AND q.subject = s.subject"
    " WHERE s.change_id = ?"
)
_COUNTS = Sql(
    "SELECT CASE WHEN s.amount IS NULL THEN CASE WHEN q.amount IS NULL THEN 'unchanged' ELSE 'removed' END"
    " WHEN q.amount IS NULL THEN 'added' WHEN q.amount = s.amount THEN 'unchanged' ELSE 'changed' END,"
    f" count(*){_STAGED} GROUP BY 1"
)
_DIFFERS = f"{_STAGED} AND COALESCE(q.amount, '') <> COALESCE(s.amount, '')"
_DIFFERENCES = Sql(
    f"SELECT s.limit_id, s.subject, q.amount, s.amount{_DIFFERS}"
    " ORDER BY s.line, s.limit_id, s.subject LIMIT ?"
)
_RECORD = Sql(
    "INSERT INTO quota_changes (change_id, limit_id, subject, before, after)"
    f" SELECT s.change_id, s.limit_id, s.subject, q.amount, s.amount{_DIFFERS}"
)
_REMOVE = Sql(
    "DELETE FROM quotas WHERE EXISTS (SELECT 1 FROM quota_changes c WHERE c.change_id = ?"
    " AND c.limit_id = quotas.limit_id AND c.subject = quotas.subject AND c.after IS NULL)"
)
_SET = Sql(
    "INSERT INTO quotas (limit_id, subject, amount, version, set_by, is_by_lead, set_at)"
    " SELECT c.limit_id, c.subject, c.after, c.change_id, m.made_by, m.is_by_lead, m.made_at"
    " FROM quota_changes c JOIN change_sets m ON m.id = c.change_id"
    " WHERE c.change_id = ? AND c.after IS NOT NULL"
    " ON CONFLICT (limit_id, subject) DO UPDATE SET amount = excluded.amount, version = excluded.version,"
    " set_by = excluded.set_by, is_by_lead = excluded.is_by_lead, set_at = excluded.set_at"
)
_STAGE_OTHERS = Sql(
    "INSERT INTO staged_quotas (change_id, limit_id, subject, amount, line)"
    " SELECT ?, q.limit_id, q.subject, NULL, 0 FROM quotas q"
    " WHERE q.limit_id IN (SELECT limit_id FROM staged_quotas WHERE change_id = ?)"
    " AND NOT EXISTS (SELECT 1 FROM staged_quotas s WHERE s.change_id = ? AND s.limit_id = q.limit_id"
    " AND s.subject = q.subject)"
)
_CHANGED_SINCE = Sql(
    "SELECT c.limit_id, c.subject, c.after, q.amount FROM quota_changes c"
    " LEFT JOIN quotas q ON q.limit_id = c.limit_id AND q.subject = c.subject"
    " WHERE c.change_id = ? AND c.subject <> '' AND ((c.after IS NULL AND q.amount IS NOT NULL)"
    " OR (c.after IS NOT NULL AND COALESCE(q.version, '') <> c.change_id))"
    " ORDER BY c.limit_id, c.subject LIMIT ?"
)
_STAGE_BEFORE = Sql(
    "INSERT INTO staged_quotas (change_id, limit_id, subject, amount, line)"
    " SELECT ?, limit_id, subject, before, 0 FROM quota_changes WHERE change_id = ? AND subject <> ''"
)
MOST_SHOWN = 100


class Conflict(LedgerError):
    """Somebody has changed it since; the message says what to do.

    Args:
        message: What happened.
        now: What is there now.
    """

    def __init__(self, message: str, now: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.now = now


class UnknownChange(LedgerError):
    """There is no change, import or request of this id."""


@dataclass(frozen=True)
class Author:
    """Who changes something.

    Attributes:
        name: The user.
        is_lead: They do it as a team's lead, and not as an administrator.
    """

    name: str
    is_lead: bool = False


@dataclass(frozen=True)
class OwnAmount:
    """What is to be one subject's own amount.

    Attributes:
        limit_id: Of which limit.
        subject: Whose.
        amount: In the limit's unit; None: the limit's amount holds again.
        line: The line of a file that says so; 0: none does.
    """

    limit_id: str
    subject: str
    amount: Decimal | None
    line: int = 0


def new_change_id() -> str:
    """A name for a change set."""
    return uuid.uuid4().hex


def stage(connection: Connection, change_id: str, wanted: Iterable[OwnAmount]) -> None:
    """Stage own amounts; each subject of a limit once."""
    rows = [
        {
            "change_id": change_id,
            "limit_id": storable(each.limit_id),
            "subject": storable(each.subject),
            "amount": None if each.amount is None else format_decimal(each.amount),
            "line": each.line,
        }
        for each in wanted
    ]
    if rows:
        connection.execute(insert(staged_quotas), rows)


def staged_lines(
    connection: Connection, change_id: str, wanted: Sequence[OwnAmount]
) -> dict[tuple[str, str], int]:
    """The lines that stage the same subjects already, by limit id and subject."""
    table = staged_quotas.c
    query = select(table.limit_id, table.subject, table.line).where(
        table.change_id == change_id, table.subject.in_({each.subject for each in wanted})
    )
    return {(limit_id, subject): line for limit_id, subject, line in connection.execute(query)}


def stage_removals(connection: Connection, change_id: str) -> None:
    """Stage the removal of all others' own amounts of the limits that are staged."""
    _STAGE_OTHERS.run(connection, change_id, change_id, change_id)


def difference(connection: Connection, change_id: str) -> dict[str, Any]:
    """What applying a change set would change: how many, and the first of them."""
    counts = dict.fromkeys(("added", "changed", "unchanged", "removed"), 0)
    counts |= dict(_COUNTS.all(connection, change_id))
    return {**counts, "differences": _rows(_DIFFERENCES.all(connection, change_id, MOST_SHOWN))}


def apply(
    connection: Connection,
    change_id: str,
    kind: str,
    author: Author,
    now: datetime,
    reason: str | None = None,
) -> int:
    """Apply what is staged for a change set, and write down what was before; returns how many changed."""
    row = {
        "id": change_id,
        "kind": kind,
        "made_by": storable(author.name),
        "is_by_lead": author.is_lead,
        "made_at": to_us(now),
        "reason": None if reason is None else storable(reason),
    }
    connection.execute(insert(change_sets), row)
    # Processes remember whose use is below all thresholds.
    recall_of(connection).change(connection)
    changed = _RECORD.run(connection, change_id)
    _REMOVE.run(connection, change_id)
    _SET.run(connection, change_id)
    connection.execute(delete(staged_quotas).where(staged_quotas.c.change_id == change_id))
    return changed


def undo(connection: Connection, undone: str, author: Author, now: datetime) -> tuple[str, int]:
    """Put back what was before a change set; returns the id of the set that does so, and how many changed.

    Raises:
        UnknownChange: There is no such set of own amounts.
        Conflict: Some of them were changed since; nothing is put back.
    """
    kind = connection.execute(select(change_sets.c.kind).where(change_sets.c.id == undone)).scalar()
    if kind in (None, "limit"):
        raise UnknownChange(f"There is no change {undone!r} of own amounts; see GET api/v1/quotas/changes.")
    since = _CHANGED_SINCE.all(connection, undone, MOST_SHOWN)
    if since:
        raise Conflict(
            "Nothing was put back: some amounts were changed since. Change those by hand.", _rows(since)
        )
    change_id = new_change_id()
    _STAGE_BEFORE.run(connection, change_id, undone)
    return change_id, apply(connection, change_id, "undo", author, now, f"undoes {undone}")


def version_of(connection: Connection, limit_id: str, subject: str) -> dict[str, Any] | None:
    """A subject's own amount, with its version; None where it has none."""
    query = select(quotas).where(quotas.c.limit_id == limit_id, quotas.c.subject == subject)
    row = connection.execute(query).mappings().first()
    return None if row is None else own_row(dict(row))


def change_set(connection: Connection, change_id: str) -> dict[str, Any] | None:
    """A change set that was applied; None where it was not."""
    row = connection.execute(select(change_sets).where(change_sets.c.id == change_id)).mappings().first()
    return None if row is None else dict(row)


def own_row(row: dict[str, Any]) -> dict[str, Any]:
    """The JSON object of a row of `quotas`."""
    return {**row, "set_at": format_time(from_us(row["set_at"]))}


def _rows(found: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(("limit_id", "subject", "before", "after"), row, strict=True)) for row in found]


def set_one(
    connection: Connection,
    wanted: OwnAmount,
    known: str | None,
    author: Author,
    now: datetime,
    reason: str | None = None,
) -> dict[str, Any] | None:
    """Set or remove one own amount; returns it as it is then.

    Args:
        connection: A writing transaction.
        wanted: What it is to be.
        known: The version that is to be changed; None: there is none yet.
        author: Who does it.
        now: When.
        reason: Why.

    Raises:
        Conflict: There is another version.
    """
    before = version_of(connection, wanted.limit_id, wanted.subject)
    if (None if before is None else before["version"]) != known:
        message = "Somebody has changed this amount. Look at it, and send If-Match with its version."
        raise Conflict(message, [] if before is None else [before])
    set_together(connection, [wanted], "set", author, now, reason)
    return version_of(connection, wanted.limit_id, wanted.subject)


def set_together(
    connection: Connection,
    wanted: Sequence[OwnAmount],
    kind: str,
    author: Author,
    now: datetime,
    reason: str | None = None,
) -> dict[str, Any]:
    """Set some own amounts, whatever they were; returns the id of the change set and how many changed."""
    change_id = new_change_id()
    stage(connection, change_id, wanted)
    return {"id": change_id, "changed": apply(connection, change_id, kind, author, now, reason)}
