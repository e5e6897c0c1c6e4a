"""Raises: what was added to a limit's amount for one subject, until when, by whom and why.

A raise is stored for good and never changed or removed: it is the audit record. It ends at its own time.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select

from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger.rows import from_us, storable, to_us
from jupyter_llm_meter.ledger.schema import raises
from jupyter_llm_meter.ledger.sql import Sql

Raised = Mapping[tuple[str, str], Decimal]
"""What is added now, by limit id and subject."""

_IN_FORCE = Sql("SELECT limit_id, subject, amount FROM raises WHERE expires_at > ?")


@dataclass(frozen=True)
class Raise:
    """An addition to a limit's amount.

    Attributes:
        id: Opaque name.
        limit_id: The limit's id.
        subject: The one user, model, ... that it is for.
        amount: What is added, in the limit's unit.
        unit: The limit's unit.
        reason: Why, in the words of who did it.
        user: Who did it.
        raised_at: Since when it holds.
        expires_at: The first instant at which it no longer holds.
    """

    id: str
    limit_id: str
    subject: str
    amount: Decimal
    unit: str
    reason: str
    user: str
    raised_at: datetime
    expires_at: datetime

    def to_dict(self) -> dict[str, Any]:
        """The row of REST ``limits/raises``."""
        return {
            "id": self.id,
            "limit_id": self.limit_id,
            "subject": self.subject,
            "amount": format_decimal(self.amount),
            "unit": self.unit,
            "reason": self.reason,
            "user": self.user,
            "raised_at": format_time(self.raised_at),
            "expires_at": format_time(self.expires_at),
        }


def new_raise_id() -> str:
    """A name for a raise."""
    return uuid.uuid4().hex


def write_raise(connection: Connection, raised: Raise) -> None:
    """Write a raise down."""
    row = {
        "id": raised.id,
        "limit_id": storable(raised.limit_id),
        "subject": storable(raised.subject),
        "amount": format_decimal(raised.amount),
        "unit": raised.unit,
        "reason": storable(raised.reason),
        "user_id": storable(raised.user),
        "raised_at": to_us(raised.raised_at),
        "expires_at": to_us(raised.expires_at),
    }
    connection.execute(insert(raises).values(row))


def all_raises(connection: Connection) -> list[Raise]:
    """Every raise ever made, newest first."""
    query = select(raises).order_by(raises.c.raised_at.desc(), raises.c.id.desc())
    return [_from_row(dict(row)) for row in connection.execute(query).mappings()]


def raised_at(connection: Connection, now: datetime) -> dict[tuple[str, str], Decimal]:
    """The sums of the raises that hold at an instant."""
    sums: dict[tuple[str, str], Decimal] = {}
    for limit_id, subject, amount in _IN_FORCE.all(connection, to_us(now)):
        sums[limit_id, subject] = sums.get((limit_id, subject), Decimal(0)) + Decimal(amount)
    return sums


def _from_row(row: Mapping[str, Any]) -> Raise:
    return Raise(
        id=row["id"],
        limit_id=row["limit_id"],
        subject=row["subject"],
        amount=Decimal(row["amount"]),
        unit=row["unit"],
        reason=row["reason"],
        user=row["user_id"],
        raised_at=from_us(row["raised_at"]),
        expires_at=from_us(row["expires_at"]),
    )
