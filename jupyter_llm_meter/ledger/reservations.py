"""The reservations of a ledger, as its users see them: asked for, renewed, swept.

Owns what a decision is prepared with before the write lock is taken: the limits that a call comes under, its
worst case, the model that it will count as. Remembers why calls were refused, for the alerts that follow.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.reservation import RUN, Ask, Claim, Habit, demand
from jupyter_llm_meter.ledger import reserving
from jupyter_llm_meter.ledger.counters import Window, current_window
from jupyter_llm_meter.ledger.engine import reading, writing
from jupyter_llm_meter.ledger.habits import Habits
from jupyter_llm_meter.ledger.reserving import Swept, Want, Wish, cap_window
from jupyter_llm_meter.ledger.rows import from_us, to_pico, to_row
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS
from llm_meter_tap.wire.record import CallRecord

_MOST_REFUSED = 1000

Answer = TypeVar("Answer")
Pricer = Callable[[CallRecord], "Cost | None"]


class Reservations:
    """What calls in flight hold of one ledger's limits; safe to use from several threads and processes.

    Args:
        engine: The ledger's database.
        pricer: Finds the cost of a call.
    """

    def __init__(self, engine: Engine, pricer: Pricer) -> None:
        self._engine = engine
        self._pricer = pricer
        self._habits = Habits()
        self._counted: frozenset[Window] = frozenset()
        self.refused: OrderedDict[str, Claim] = OrderedDict()

    def reserve(self, asks: Sequence[Ask], index: LimitIndex, now: datetime) -> list[Claim | None]:
        """Decide whether calls may be sent, one after another, and hold what those need that may.

        Args:
            asks: The calls.
            index: The hard limits in force.
            now: When the leases begin.

        Returns:
            For each call None, or what it would break.

        Raises:
            LedgerUnavailable: Nothing was decided.
        """
        wishes = [self._wish(ask, index) for ask in asks]
        if not any(wish.wants for wish in wishes):
            return [None] * len(wishes)
        wants = [want for wish in wishes for want in wish.wants if want.limit.scope != RUN]
        windows = {want.window: want.limit for want in wants if want.window not in self._counted}
        uncounted = [(limit, window) for window, limit in windows.items()]
        with writing(self._engine) as connection:
            decided = reserving.reserve(connection, wishes, uncounted, now)
        if windows:
            self._counted |= windows.keys()
        for ask, claim in zip(asks, decided, strict=True):
            if claim is not None:
                self.refused[ask.record.call_id] = claim
        while len(self.refused) > _MOST_REFUSED:
            self.refused.popitem(last=False)
        return decided

    def renew(self, call_ids: Sequence[str], now: datetime) -> list[str]:
        """Begin the leases of calls in flight anew; returns the calls that still held something."""
        with writing(self._engine) as connection:
            return reserving.renew(connection, call_ids, now)

    def sweep(self, now: datetime) -> Swept:
        """Remove the reservations past their lease."""
        with writing(self._engine) as connection:
            return reserving.sweep(connection, now)

    def settled(self, records: Sequence[CallRecord]) -> None:
        """Learn from calls that were written down, and forget why they were refused."""
        for record in records:
            self._habits.saw(record)
            self.refused.pop(record.call_id, None)

    def _wish(self, ask: Ask, index: LimitIndex) -> Wish:
        row = to_row(ask.record)
        if "model" in index.scopes:
            row["model"] = self._habits.model(self._ask, ask.record)
        subjects = {scope: row[column] for scope, column in SUBJECT_COLUMNS.items()}
        meant = [*index.matching(subjects), *((cap, cap.value or "") for cap in ask.caps)]
        if not meant:
            return Wish(row["call_id"], row["started_at"], ())
        pricer = self._pricer if any(_is_money(limit) for limit, _subject in meant) else None
        worst = demand(ask, self._habit(ask), pricer)
        at = from_us(row["started_at"])
        wants = []
        for limit, subject in meant:
            window = cap_window(limit.id) if limit.scope == RUN else current_window(limit, at)
            needed = worst.of(limit.unit)
            amount = to_pico(needed) if _is_money(limit) else int(needed)
            wants.append(Want(limit, window, subject, needed, amount, worst.is_soft_in(limit.unit)))
        return Wish(row["call_id"], row["started_at"], wants)

    def _habit(self, ask: Ask) -> Habit:
        is_needed = ask.input_tokens is None or ask.max_output_tokens is None
        return self._habits.habit(self._ask, ask.record) if is_needed else Habit()

    def _ask(self, question: Callable[[Connection], Answer]) -> Answer:
        with reading(self._engine) as connection:
            return question(connection)


def _is_money(limit: Limit) -> bool:
    return limit.unit == "USD"
