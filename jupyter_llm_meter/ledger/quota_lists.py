"""Lists of own amounts, and of who changed what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger.quotas import MOST_SHOWN, own_row
from jupyter_llm_meter.ledger.rows import from_us
from jupyter_llm_meter.ledger.schema import change_sets, quota_changes, quotas


def own_amounts(
    connection: Connection,
    subjects: Sequence[str] | None,
    limit_id: str | None = None,
    after: tuple[str, str] | None = None,
    most: int = MOST_SHOWN,
) -> list[dict[str, Any]]:
    """Own amounts, in the order of subject and limit.

    Args:
        connection: A transaction on the ledger.
        subjects: Whose; None: all.
        limit_id: Of which limit; None: of all.
        after: The subject and limit after which to begin; None: at the first.
        most: How many at most.
    """
    query = select(quotas).order_by(quotas.c.subject, quotas.c.limit_id).limit(most)
    if subjects is not None:
        query = query.where(quotas.c.subject.in_(subjects))
    if limit_id is not None:
        query = query.where(quotas.c.limit_id == limit_id)
    if after is not None:
        subject, limit = after
        is_later = (quotas.c.subject == subject) & (quotas.c.limit_id > limit)
        query = query.where((quotas.c.subject > subject) | is_later)
    return [own_row(dict(row)) for row in connection.execute(query).mappings()]


def changes(
    connection: Connection,
    subjects: Sequence[str] | None,
    change_id: str | None = None,
    most: int = MOST_SHOWN,
) -> list[dict[str, Any]]:
    """The trail, newest first: who changed what, from what to what, and when.

    Args:
        connection: A transaction on the ledger.
        subjects: Whose own amounts; None: all, and limits.
        change_id: Of one change set; None: of all.
        most: How many at most.
    """
    joined = quota_changes.join(change_sets, change_sets.c.id == quota_changes.c.change_id)
    columns = (
        quota_changes,
        change_sets.c.kind,
        change_sets.c.made_by,
        change_sets.c.made_at,
        change_sets.c.reason,
    )
    order = (
        change_sets.c.made_at.desc(),
        quota_changes.c.change_id,
        quota_changes.c.limit_id,
        quota_changes.c.subject,
    )
    query = select(*columns).select_from(joined).order_by(*order).limit(most)
    if subjects is not None:
        query = query.where(quota_changes.c.subject.in_(subjects))
    if change_id is not None:
        query = query.where(quota_changes.c.change_id == change_id)
    return [
        {**row, "subject": row["subject"] or None, "made_at": format_time(from_us(row["made_at"]))}
        for row in map(dict, connection.execute(query).mappings())
    ]
