"""Reservations: the worst case of calls in flight, held against hard limits; and allotments for later calls.

`worst_case` finds what a call needs, `decide` decides on it under the write lock, `store` keeps the rows,
`allotments` those that processes hold.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Engine

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.reservation import RUN, CallBounds, Decision
from jupyter_llm_meter.ledger.counters import Window
from jupyter_llm_meter.ledger.engine import writing
from jupyter_llm_meter.ledger.reservations import allotments, decide, store
from jupyter_llm_meter.ledger.reservations.decide import Reserved
from jupyter_llm_meter.ledger.reservations.store import Swept
from jupyter_llm_meter.ledger.reservations.usual import UsualUse
from jupyter_llm_meter.ledger.reservations.worst_case import LimitCheck, Pricer, limit_check
from jupyter_llm_meter.ledger.unpriced import LimitWindow, with_unpriced
from jupyter_llm_meter.ledger.writer import Writer
from llm_meter_tap.wire.record import CallRecord

_MOST_REFUSED = 1000

_Questions = tuple[Sequence[LimitCheck], Sequence[LimitWindow], datetime]


class Reservations:
    """What calls in flight hold of one ledger's limits; safe to use from several threads and processes.

    Args:
        engine: The ledger's database.
        pricer: Finds the cost of a call.
        writer: Writes to the database.

    Attributes:
        refused: Why calls were refused, by call id, for the alerts raised when they settle; the newest
            thousand.
    """

    def __init__(self, engine: Engine, pricer: Pricer, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._pricer = pricer
        self._usual = UsualUse(engine)
        self._counted: frozenset[Window] = frozenset()
        self.refused: OrderedDict[str, Decision] = OrderedDict()

    def reserve(self, calls: Sequence[CallBounds], index: LimitIndex, now: datetime) -> Reserved:
        """Decide whether calls may be sent, one after another, and reserve what those that may be sent need.

        Args:
            calls: The calls.
            index: The hard limits in force.
            now: The beginning of the leases.

        Raises:
            LedgerUnavailable: Nothing was decided.
        """
        checks = [limit_check(bounds, index, self._usual, self._pricer) for bounds in calls]
        if not any(check.needs or check.returned for check in checks):
            return Reserved([None] * len(checks), {})
        needs = [need for check in checks for need in check.needs if need.limit.scope != RUN]
        applying = with_unpriced((need.limit, need.window) for need in needs)
        windows = {window: limit for limit, window in applying if window not in self._counted}
        uncounted = [(limit, window) for window, limit in windows.items()]
        reserved = self._writer.write(_decide, (checks, uncounted, now))
        if windows:
            self._counted |= windows.keys()
        for bounds, decision in zip(calls, reserved.decisions, strict=True):
            if decision is not None:
                self.refused[bounds.record.call_id] = decision
        while len(self.refused) > _MOST_REFUSED:
            self.refused.popitem(last=False)
        return reserved

    def give_back(self, returned: Sequence[AllotmentReturn]) -> None:
        """Take back what processes do not need of their allotments."""
        with writing(self._engine) as connection:
            allotments.give_back(connection, returned)

    def end_of_holder(self, holder: str) -> int:
        """Take back all that a dead process holds; returns how many rows that were."""
        with writing(self._engine) as connection:
            return allotments.end_of_holder(connection, holder)

    def renew(self, call_ids: Sequence[str], now: datetime) -> list[str]:
        """Renew the leases of calls in flight; returns the ids of the calls that still have reservations."""
        with writing(self._engine) as connection:
            return store.renew(connection, call_ids, now)

    def sweep(self, now: datetime) -> Swept:
        """Remove the reservations past their lease."""
        with writing(self._engine) as connection:
            return store.sweep(connection, now)

    def learn_from(self, records: Sequence[CallRecord]) -> None:
        """Learn what is usual from settled calls, and forget why they were refused."""
        for record in records:
            self._usual.learn_from(record)
            self.refused.pop(record.call_id, None)


def _decide(connection: Connection, asked: Sequence[_Questions]) -> list[Reserved]:
    """Decide on what several threads ask at the same time, as one batch of calls."""
    checks = [check for each, _uncounted, _now in asked for check in each]
    uncounted = [window for _checks, windows, _now in asked for window in windows]
    now = max(now for _checks, _uncounted, now in asked)
    reserved = decide.reserve(connection, checks, uncounted, now)
    decided = iter(reserved.decisions)
    return [
        Reserved(list(islice(decided, len(each))), reserved.allotments) for each, _uncounted, _now in asked
    ]
