"""Credits: a course system adds to a user's own amount, each time once, however often it sends the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import format_decimal
from jupyter_llm_meter.ledger.quotas import Author, Conflict, OwnAmount, set_together, version_of
from jupyter_llm_meter.ledger.rows import storable, to_us
from jupyter_llm_meter.ledger.schema import credit_keys


@dataclass(frozen=True)
class Credit:
    """What is added to a user's own amount.

    Attributes:
        key: Names this credit; the sender chooses it.
        limit: Of which limit.
        user: Whose amount.
        amount: What is added, in the limit's unit.
    """

    key: str
    limit: Limit
    user: str
    amount: Decimal

    @property
    def digest(self) -> str:
        """The same for the same credit."""
        parts = [self.limit.id, self.user, format_decimal(self.amount)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def give(connection: Connection, credit: Credit, author: Author, now: datetime) -> dict[str, Any]:
    """Add a credit, unless one of its key was added; returns the answer, which is the same then.

    Raises:
        Conflict: Another credit had the same key.
    """
    key = storable(credit.key)
    known = connection.execute(select(credit_keys).where(credit_keys.c.key == key)).mappings().first()
    if known is not None:
        if known["digest"] != credit.digest:
            raise Conflict(f"The key {credit.key!r} was used for another credit; use a new one.")
        return {**json.loads(known["answer"]), "is_repeated": True}
    own = version_of(connection, credit.limit.id, credit.user)
    before = credit.limit.amount if own is None else Decimal(own["amount"])
    wanted = OwnAmount(credit.limit.id, credit.user, before + credit.amount)
    done = set_together(connection, [wanted], "credit", author, now, f"credit {credit.key}")
    answer = {
        "change_id": done["id"],
        "user": credit.user,
        "limit_id": credit.limit.id,
        "before": format_decimal(before),
        "amount": format_decimal(before + credit.amount),
    }
    row = {"key": key, "digest": credit.digest, "answer": json.dumps(answer), "made_at": to_us(now)}
    connection.execute(insert(credit_keys), row)
    return {**answer, "is_repeated": False}
