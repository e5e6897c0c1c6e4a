"""The decision whether calls may be sent, made in one writing transaction.

Calls are decided on one after another, each with what the calls before it hold, so that two calls never use
the same room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from jupyter_llm_meter.core.allotments import Allotment, calls_that_fit
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import RUN, Decision, first_refusal
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.ledger.amounts import amounts_at
from jupyter_llm_meter.ledger.counters import Window, count_windows, lock_counters, used_amount
from jupyter_llm_meter.ledger.reservations.allotments import (
    AllotmentCheck,
    LikeNeed,
    allotment_of,
    allotment_rows,
    give_back,
    recall,
)
from jupyter_llm_meter.ledger.reservations.store import (
    DELETE,
    FEW_HELD,
    INSERT,
    LEASE_US,
    ROW,
    HeldAmount,
    ReservedSums,
    lease_bounds,
)
from jupyter_llm_meter.ledger.reservations.worst_case import LimitCheck, LimitNeed
from jupyter_llm_meter.ledger.rows import to_pico, to_us
from jupyter_llm_meter.ledger.unpriced import NOTHING, used_of


class Reserved(NamedTuple):
    """What was decided on a batch of calls.

    Attributes:
        decisions: For each call None where it may be sent, or the decision against it.
        allotments: By call, what the process that asked was given for its next calls.
    """

    decisions: Sequence[Decision | None]
    allotments: Mapping[str, Allotment]


def reserve(
    connection: Connection,
    checks: Sequence[LimitCheck],
    uncounted: Sequence[tuple[Limit, Window]],
    now: datetime,
) -> Reserved:
    """Decide on calls one after another, and reserve what those that may be sent need.

    Args:
        connection: A writing transaction.
        checks: The calls; a call that has reservations already is decided on again.
        uncounted: Limits whose windows may have no counters yet.
        now: The beginning of the leases.

    A call that has no room only because of allotments calls these back; it is decided on again by the caller.
    """
    count_windows(connection, uncounted)
    returned = [each for check in checks for each in check.returned]
    if returned:
        give_back(connection, returned)
    needs = {(need.window, need.subject): need for check in checks for need in check.needs}
    # Calls on their own limits first, then on the caps of their runs: the order in which they settle.
    lock_counters(connection, sorted(needs, key=lambda key: (needs[key].limit.scope == RUN, key)))
    room = _Room(connection, checks, now)
    decided: dict[str, Decision | None] = {}
    allotments: dict[str, Allotment] = {}
    rows = []
    for check in checks:
        if check.call_id not in decided:
            decided[check.call_id] = first_refusal([room.decide(need) for need in check.needs])
            if decided[check.call_id] is None:
                room.hold(check.needs)
                rows += _rows(check, now)
                calls = 0 if check.allotment is None else room.allot(check.allotment)
                if check.allotment is not None and calls:
                    allotments[check.call_id] = allotment_of(check.allotment, calls, check.started_at)
                    rows += allotment_rows(check.allotment, calls, check.started_at, now)
    if room.held_before:
        connection.execute(DELETE, {"call_ids": list(room.held_before)})
    if rows:
        INSERT.run(connection, list(map(ROW, rows)))
    recall(connection, [decision for decision in decided.values() if decision is not None], now)
    return Reserved([decided[check.call_id] for check in checks], allotments)


class _Room:
    """What is left of the limits that apply to a batch of calls."""

    def __init__(self, connection: Connection, checks: Sequence[LimitCheck], now: datetime) -> None:
        needs = [need for check in checks for need in check.needs]
        windows = list({need.window: None for need in needs})
        subjects = {need.subject for need in needs}
        # A request may come twice: its answer was lost.
        ids = {check.call_id for check in checks}
        ids |= {check.allotment.request.id for check in checks if check.allotment is not None}
        limit_ids, bounds = sorted({window.limit_id for window in windows}), lease_bounds(now)
        found: list[Any] = []
        if needs:
            found = FEW_HELD.all(
                connection, limit_ids, sorted(subjects), bounds["lease_after"], bounds["lease_until"]
            )
        rows = [HeldAmount(*row) for row in found]
        self.held_before = {row.call_id for row in rows} & ids
        limits = list({need.window: (need.limit, need.window) for need in needs}.values())
        self._used = used_of(connection, limits, subjects)
        self._reserved = ReservedSums((row for row in rows if row.call_id not in ids), windows)
        self._amounts = amounts_at(connection, now, subjects)

    def decide(self, need: LimitNeed) -> Decision:
        """Compare what a call needs of a limit with what is left of it."""
        limit, window, subject = need.limit, need.window, need.subject
        reserved, soft = self._reserved.of(window, subject)
        standing = Standing(
            self._amounts.limit_of(limit, subject),
            subject,
            window.first_instant,
            window.resets_at,
            self._used.get(window, {}).get(subject, NOTHING).amount,
            used_amount(limit.unit, reserved),
            used_amount(limit.unit, soft),
            self._amounts.raised(limit, subject),
        )
        allotted = used_amount(limit.unit, self._reserved.allotted.get((window, subject), 0))
        return Decision(standing, need.needed, need.is_unpriced, allotted)

    def allot(self, check: AllotmentCheck) -> int:
        """For how many calls there is room for an allotment, and hold it; 0 where there is too little."""
        calls = check.request.calls
        for need in check.needs:
            calls = min(calls, calls_that_fit(self._left(need), need.amount, calls))
        for need in check.needs if calls else ():
            self._reserved.allot(need.window, need.subject, calls * need.amount, is_soft=check.is_soft)
        return calls

    def _left(self, need: LikeNeed) -> int:
        """What is neither used nor held of a limit, as counters count it."""
        limit, window, subject = need.limit, need.window, need.subject
        used = self._used.get(window, {}).get(subject, NOTHING).amount
        left = self._amounts.total(limit, subject) - used
        return (to_pico(left) if limit.unit == "USD" else int(left)) - self._reserved.of(window, subject)[0]

    def hold(self, needs: Sequence[LimitNeed]) -> None:
        """Hold what a call needs, for the calls that are decided on after it."""
        for need in needs:
            self._reserved.add(need.window, need.subject, need.amount, is_soft=need.is_soft)


def _rows(check: LimitCheck, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "call_id": check.call_id,
            "limit_id": need.limit.id,
            "subject": need.subject,
            "started_at": check.started_at,
            "amount": need.amount,
            "is_soft": need.is_soft,
            "lease_ends_at": to_us(now) + LEASE_US,
            "holder": check.holder,
            "is_allotment": False,
        }
        for need in check.needs
    ]
