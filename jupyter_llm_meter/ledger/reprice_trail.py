"""The trail of repricing: who repriced which calls, when, with which prices, and what it changed.

An entry is written before the first call is changed, and grows with each part in the part's own transaction.
It is never removed. An entry without an end was interrupted: its figures are what had been done.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select, update

from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger.rows import from_pico, from_us, storable, to_us
from jupyter_llm_meter.ledger.schema import reprices

_FIGURES = ("calls", "changed", "before_pico", "after_pico", "unpriced_before", "unpriced_after")


@dataclass(frozen=True)
class RepriceEntry:
    """One entry of the trail.

    Attributes:
        id: Opaque name.
        user: Who did it.
        price_version: Names the prices.
        started_at: When it began.
        finished_at: When it ended; None: it was interrupted, or is under way.
        start: The first instant whose calls were meant; None: from the first call.
        end: The first instant whose calls were not; None: to the last call.
        model: The model whose calls were meant; None: all.
        with_stated: Whether stated costs were replaced, too.
        calls: How many calls were looked at.
        changed: How many were changed.
        before: Dollars of these calls before, as far as known.
        after: Dollars of these calls afterwards.
        unpriced_before: How many had no known cost.
        unpriced_after: How many have none afterwards.
    """

    id: str
    user: str
    price_version: str
    started_at: datetime
    finished_at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    model: str | None = None
    with_stated: bool = False
    calls: int = 0
    changed: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    unpriced_before: int = 0
    unpriced_after: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The entry for programs; what is not known or not limited is left out."""
        times = ("started_at", "finished_at", "start", "end")
        amounts = ("before", "after")
        values = {
            name: format_time(value) if name in times else format_decimal(value) if name in amounts else value
            for name, value in vars(self).items()
        }
        return {name: value for name, value in values.items() if value is not None}


def new_entry_id() -> str:
    """A name for an entry."""
    return uuid.uuid4().hex


def start_entry(connection: Connection, entry: RepriceEntry) -> None:
    """Write an entry down before anything is changed."""
    connection.execute(
        insert(reprices).values(
            id=entry.id,
            user_id=storable(entry.user),
            price_version=storable(entry.price_version),
            started_at=to_us(entry.started_at),
            range_start=None if entry.start is None else to_us(entry.start),
            range_end=None if entry.end is None else to_us(entry.end),
            model=storable(entry.model),
            with_stated=entry.with_stated,
            **dict.fromkeys(_FIGURES, 0),
        )
    )


def add_to_trail(connection: Connection, entry_id: str, figures: Mapping[str, int]) -> None:
    """Add what a part has changed, in the part's transaction."""
    added = {name: reprices.c[name] + figures[name] for name in _FIGURES}
    connection.execute(update(reprices).where(reprices.c.id == entry_id).values(added))


def finish_entry(connection: Connection, entry_id: str, now: datetime) -> None:
    """Say that an entry is whole."""
    connection.execute(update(reprices).where(reprices.c.id == entry_id).values(finished_at=to_us(now)))


def all_entries(connection: Connection) -> list[RepriceEntry]:
    """Every entry, newest first."""
    query = select(reprices).order_by(reprices.c.started_at.desc(), reprices.c.id)
    return [_from_row(row) for row in map(dict, connection.execute(query).mappings())]


def _from_row(row: Mapping[str, Any]) -> RepriceEntry:
    return RepriceEntry(
        id=row["id"],
        user=row["user_id"],
        price_version=row["price_version"],
        started_at=from_us(row["started_at"]),
        finished_at=_instant(row["finished_at"]),
        start=_instant(row["range_start"]),
        end=_instant(row["range_end"]),
        model=row["model"],
        with_stated=row["with_stated"],
        calls=row["calls"],
        changed=row["changed"],
        before=from_pico(row["before_pico"]),
        after=from_pico(row["after_pico"]),
        unpriced_before=row["unpriced_before"],
        unpriced_after=row["unpriced_after"],
    )


def _instant(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
