"""What a subject may use of a limit now: its own amount, else the limit's, and the raises in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.ledger.raising import raised_at
from jupyter_llm_meter.ledger.sql import Sql

_OWN = "SELECT limit_id, subject, amount FROM quotas"
_OWN_OF_ALL, _OWN_OF_SOME = Sql(_OWN), Sql(f"{_OWN} WHERE subject IN (?*)")
_FEW = 1000


class Amounts:
    """Own amounts and raises, as they are at one instant.

    Args:
        own: The own amounts, by limit id and subject.
        raised: What raises add, by limit id and subject.
    """

    def __init__(
        self, own: Mapping[tuple[str, str], Decimal], raised: Mapping[tuple[str, str], Decimal]
    ) -> None:
        self._own = own
        self._raised = raised

    def limit_of(self, limit: Limit, subject: str) -> Limit:
        """The limit as it holds for a subject, without raises."""
        own = self._own.get((limit.id, subject))
        if own is None or (limit.is_ceiling and own > limit.amount):
            return limit
        return replace(limit, amount=own)

    def raised(self, limit: Limit, subject: str) -> Decimal:
        """What raises add for a subject."""
        return self._raised.get((limit.id, subject), Decimal(0))

    def total(self, limit: Limit, subject: str) -> Decimal:
        """What a subject may use in all."""
        return self.limit_of(limit, subject).amount + self.raised(limit, subject)


def amounts_at(connection: Connection, now: datetime, subjects: Collection[str] | None = None) -> Amounts:
    """Read own amounts and raises.

    Args:
        connection: A transaction on the ledger.
        now: The instant.
        subjects: Whose own amounts are needed; None: of all.
    """
    rows = []
    if subjects is None or len(subjects) > _FEW:
        rows = _OWN_OF_ALL.all(connection)
    elif subjects:
        rows = _OWN_OF_SOME.all(connection, sorted(subjects))
    own = {(limit_id, subject): Decimal(amount) for limit_id, subject, amount in rows}
    return Amounts(own, raised_at(connection, now))
