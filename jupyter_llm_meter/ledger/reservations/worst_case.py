"""Calculates the worst case of a call: what it can use at most of each limit that applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.reservation import RUN, CallBounds, UsualTokens, worst_case
from jupyter_llm_meter.ledger.counters import Window, current_window
from jupyter_llm_meter.ledger.reservations.store import cap_window
from jupyter_llm_meter.ledger.reservations.usual import UsualUse
from jupyter_llm_meter.ledger.rows import from_us, to_pico, to_row
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS
from llm_meter_tap.wire.record import CallRecord

Pricer = Callable[[CallRecord], "Cost | None"]

_MOST = 2**60
"""More than any limit has left, and little enough to be added up in a database."""


class LimitNeed(NamedTuple):
    """What a call needs of one limit.

    Attributes:
        limit: The limit.
        window: The limit's window in which the call counts.
        subject: The user, model, ... whose use it is.
        needed: What the call needs at most, in the limit's unit.
        amount: The same as counters count it.
        is_soft: Whether the call may use more, because its worst case could only be estimated.
        is_unpriced: Whether the limit refuses the call because its model has no known price.
    """

    limit: Limit
    window: Window
    subject: str
    needed: Decimal
    amount: int
    is_soft: bool
    is_unpriced: bool


class LimitCheck(NamedTuple):
    """A call that is to be checked against limits.

    Attributes:
        call_id: The call.
        started_at: When it began, in microseconds since 1970.
        needs: What it needs of each limit that applies to it.
    """

    call_id: str
    started_at: int
    needs: Sequence[LimitNeed]


def limit_check(bounds: CallBounds, index: LimitIndex, usual: UsualUse, pricer: Pricer) -> LimitCheck:
    """Find the limits that apply to a call and what it needs of each.

    Args:
        bounds: The call.
        index: The hard limits in force.
        usual: What the user's calls used so far.
        pricer: Finds the cost of a call.
    """
    row = to_row(bounds.record)
    if "model" in index.scopes:
        row["model"] = usual.answering_model(bounds.record)
    subjects = {scope: row[column] for scope, column in SUBJECT_COLUMNS.items()}
    applying = [*index.matching(subjects), *((cap, cap.value or "") for cap in bounds.caps)]
    if not applying:
        return LimitCheck(row["call_id"], row["started_at"], ())
    priced = any(_is_money(limit) for limit, _subject in applying)
    worst = worst_case(bounds, _usual_tokens(bounds, usual), pricer if priced else None)
    at = from_us(row["started_at"])
    needs = []
    for limit, subject in applying:
        window = cap_window(limit.id) if limit.scope == RUN else current_window(limit, at)
        needed = worst.of(limit)
        amount = min(to_pico(needed) if _is_money(limit) else int(needed), _MOST)
        soft, unpriced = worst.is_soft_in(limit), worst.is_unpriced_in(limit)
        needs.append(LimitNeed(limit, window, subject, needed, amount, soft, unpriced))
    return LimitCheck(row["call_id"], row["started_at"], needs)


def _usual_tokens(bounds: CallBounds, usual: UsualUse) -> UsualTokens:
    is_needed = bounds.input_tokens is None or bounds.max_output_tokens is None
    return usual.tokens(bounds.record) if is_needed else UsualTokens()


def _is_money(limit: Limit) -> bool:
    return limit.unit == "USD"
