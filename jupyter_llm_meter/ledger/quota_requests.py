"""Requests of users for more of a limit, and what became of them; none is removed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger.quotas import Conflict, UnknownChange
from jupyter_llm_meter.ledger.raising import Raise, write_raise
from jupyter_llm_meter.ledger.rows import from_us, storable, to_us
from jupyter_llm_meter.ledger.schema import quota_requests

OPEN, GRANTED, DECLINED = "open", "granted", "declined"
STATES = (OPEN, GRANTED, DECLINED)


@dataclass(frozen=True)
class More:
    """What a user asks for.

    Attributes:
        user: Who asks.
        team: The team whose leads may decide; None: administrators alone.
        limit_id: Of which limit.
        amount: How much more.
        unit: The limit's unit.
        reason: Why, in the user's words.
    """

    user: str
    team: str | None
    limit_id: str
    amount: Decimal
    unit: str
    reason: str


def ask(connection: Connection, more: More, now: datetime) -> dict[str, Any]:
    """Write a request down.

    Raises:
        Conflict: The user has an open one for the same limit.
    """
    table = quota_requests.c
    known = select(quota_requests).where(
        table.user_id == more.user, table.limit_id == more.limit_id, table.state == OPEN
    )
    waiting = connection.execute(known).mappings().first()
    if waiting is not None:
        raise Conflict(
            "You have asked for more of this limit already; wait for the answer.", [_shown(dict(waiting))]
        )
    row: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "user_id": storable(more.user),
        "team": None if more.team is None else storable(more.team),
        "limit_id": storable(more.limit_id),
        "amount": format_decimal(more.amount),
        "unit": more.unit,
        "reason": storable(more.reason),
        "state": OPEN,
        "made_at": to_us(now),
    }
    connection.execute(insert(quota_requests), row)
    return found(connection, row["id"])


def found(connection: Connection, request_id: str) -> dict[str, Any]:
    """A request.

    Raises:
        UnknownChange: There is none of this id.
    """
    row = (
        connection.execute(select(quota_requests).where(quota_requests.c.id == request_id)).mappings().first()
    )
    if row is None:
        raise UnknownChange(f"There is no request {request_id!r}.")
    return _shown(dict(row))


def requests(
    connection: Connection,
    user: str | None,
    teams: Collection[str],
    *,
    state: str | None = None,
    since: datetime | None = None,
    most: int = 500,
) -> list[dict[str, Any]]:
    """Requests, newest first.

    Args:
        connection: A transaction on the ledger.
        user: Whose; None: everybody's.
        teams: The teams whose members' requests are wanted as well.
        state: One of ``STATES``; None: any.
        since: Only open ones, and those that were decided since; None: all.
        most: How many at most.
    """
    table = quota_requests.c
    query = select(quota_requests).order_by(table.made_at.desc(), table.id).limit(most)
    if user is not None:
        query = query.where(or_(table.user_id == user, table.team.in_(teams)))
    if state is not None:
        query = query.where(table.state == state)
    if since is not None:
        query = query.where(or_(table.state == OPEN, table.decided_at >= to_us(since)))
    return [_shown(dict(row)) for row in connection.execute(query).mappings()]


def decide(
    connection: Connection,
    request_id: str,
    decided_by: str,
    answer: str | None,
    raised: Raise | None,
    now: datetime,
) -> dict[str, Any]:
    """Grant a request with a raise, or decline it.

    Raises:
        UnknownChange: There is no such request.
        Conflict: It was decided already.
    """
    values = {
        "state": DECLINED if raised is None else GRANTED,
        "decided_by": storable(decided_by),
        "decided_at": to_us(now),
        "answer": None if answer is None else storable(answer),
        "granted": None if raised is None else format_decimal(raised.amount),
    }
    where = (quota_requests.c.id == request_id, quota_requests.c.state == OPEN)
    changed = connection.execute(update(quota_requests).where(*where).values(values)).rowcount
    now_it_is = found(connection, request_id)
    if not changed:
        raise Conflict(
            f"The request was {now_it_is['state']} by {now_it_is['decided_by']} already.", [now_it_is]
        )
    if raised is not None:
        write_raise(connection, raised)
    return now_it_is


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    decided_at = row["decided_at"]
    times = {
        "made_at": format_time(from_us(row["made_at"])),
        "decided_at": None if decided_at is None else format_time(from_us(decided_at)),
    }
    return {"user": row.pop("user_id"), **row, **times}
