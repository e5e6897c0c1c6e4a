"""Allotments in the ledger: given with a reservation, called back for another call, given back.

An allotment is held like a reservation, by the process that asked for it. Settling takes what its calls used
from it (`store.end_reservations`), so that used + reserved + allotted stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, delete, update

from jupyter_llm_meter.core.allotments import (
    VALID,
    Allotment,
    AllotmentRequest,
    AllotmentReturn,
    PriceCeiling,
    Share,
)
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import Decision
from jupyter_llm_meter.ledger.counters import Window
from jupyter_llm_meter.ledger.reservations.store import LEASE_US
from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import NO_END, reservations


class LikeNeed(NamedTuple):
    """What each call of an allotment is taken to need of one limit, as counters count it."""

    limit: Limit
    window: Window
    subject: str
    amount: int


class AllotmentCheck(NamedTuple):
    """A wish for an allotment that is to be checked against limits.

    Attributes:
        request: The wish.
        needs: What one call needs at most of each limit that applies.
        output_tokens: What a request is taken to write that sets no bound.
        ceiling: The prices; None where no limit is in dollars.
        is_soft: A call may use more, because its output is estimated.
    """

    request: AllotmentRequest
    needs: Sequence[LikeNeed]
    output_tokens: int
    ceiling: PriceCeiling | None
    is_soft: bool


_ROW = (reservations.c.call_id == bindparam("allotment"), reservations.c.limit_id == bindparam("of_limit"))
_END = delete(reservations).where(
    reservations.c.call_id.in_(bindparam("ended", expanding=True)), reservations.c.is_allotment
)
_KEEP = (
    update(reservations)
    .where(
        *_ROW,
        reservations.c.is_allotment,
        reservations.c.amount > bindparam("kept", type_=BigInteger),
    )
    .values(amount=bindparam("kept", type_=BigInteger))
)
_RECALL = (
    update(reservations)
    .where(
        reservations.c.limit_id == bindparam("of_limit"),
        reservations.c.subject == bindparam("of_subject"),
        reservations.c.is_allotment,
        reservations.c.recalled_at.is_(None),
    )
    .values(recalled_at=bindparam("at", type_=BigInteger))
)


def allotment_of(check: AllotmentCheck, calls: int, started_at: int) -> Allotment:
    """The allotment for so many calls."""
    return Allotment(
        check.request.id,
        [Share(need.limit.id, need.limit.unit, calls * need.amount) for need in check.needs],
        check.output_tokens,
        check.ceiling,
        _valid(check.needs, started_at),
    )


def allotment_rows(check: AllotmentCheck, calls: int, started_at: int, now: datetime) -> list[dict[str, Any]]:
    """The rows of an allotment for so many calls; they count in the windows of the call it came with."""
    return [
        {
            "call_id": check.request.id,
            "limit_id": need.limit.id,
            "subject": need.subject,
            "started_at": started_at,
            "amount": calls * need.amount,
            "is_soft": check.is_soft,
            "lease_ends_at": to_us(now) + LEASE_US,
            "holder": check.request.holder,
            "is_allotment": True,
        }
        for need in check.needs
    ]


def give_back(connection: Connection, returned: Sequence[AllotmentReturn]) -> None:
    """Take back what processes do not need; what calls under way hold of it stays.

    An allotment never grows: what settled meanwhile was taken from it already.
    """
    ended = [each.id for each in returned if each.keep is None]
    if ended:
        connection.execute(_END, {"ended": ended})
    kept = [
        {"allotment": each.id, "of_limit": limit_id, "kept": amount}
        for each in returned
        for limit_id, amount in (each.keep or {}).items()
    ]
    if kept:
        connection.execute(_KEEP, kept)


def end_of_holder(connection: Connection, holder: str) -> int:
    """Take back all that a dead process holds, calls that it never sent included; returns how many rows."""
    return connection.execute(delete(reservations).where(reservations.c.holder == holder)).rowcount


def recall(connection: Connection, decisions: Sequence[Decision], now: datetime) -> None:
    """Call back what is allotted of limits that have room only for calls to come."""
    named = {
        (decision.standing.limit.id, decision.standing.subject)
        for decision in decisions
        if decision.is_allotted_elsewhere
    }
    if named:
        rows = [
            {"of_limit": limit_id, "of_subject": subject, "at": to_us(now)}
            for limit_id, subject in sorted(named)
        ]
        connection.execute(_RECALL, rows)


def _valid(needs: Sequence[LikeNeed], started_at: int) -> timedelta:
    """How long calls may be drawn: not beyond a window that holds the first of them."""
    ends = [need.window.end for need in needs if need.window.end != NO_END]
    left = timedelta(microseconds=max(min(ends) - started_at, 0)) if ends else VALID
    return min(left, VALID)
