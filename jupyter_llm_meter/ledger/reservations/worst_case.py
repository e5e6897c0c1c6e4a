"""Calculates the worst case of a call: what it can use at most of each limit that applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.reservation import (
    RUN,
    USUAL_TOKENS,
    CallBounds,
    UsualTokens,
    ceiling_of,
    worst_case,
)
from jupyter_llm_meter.ledger.counters import Window, current_window
from jupyter_llm_meter.ledger.reservations.allotments import AllotmentCheck, LikeNeed
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
        allotment: The wish for an allotment, where there can be one.
        returned: What the process that asks gives back first.
        holder: The spool of that process, where it is known.
    """

    call_id: str
    started_at: int
    needs: Sequence[LimitNeed]
    allotment: AllotmentCheck | None = None
    returned: Sequence[AllotmentReturn] = ()
    holder: str | None = None


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
        return LimitCheck(row["call_id"], row["started_at"], (), returned=bounds.returned)
    priced = any(_is_money(limit) for limit, _subject in applying)
    usual_tokens = _usual_tokens(bounds, usual)
    worst = worst_case(bounds, usual_tokens, pricer if priced else None)
    at = from_us(row["started_at"])
    needs = []
    for limit, subject in applying:
        window = cap_window(limit.id) if limit.scope == RUN else current_window(limit, at)
        needed = worst.of(limit)
        amount = min(to_pico(needed) if _is_money(limit) else int(needed), _MOST)
        soft, unpriced = worst.is_soft_in(limit), worst.is_unpriced_in(limit)
        needs.append(LimitNeed(limit, window, subject, needed, amount, soft, unpriced))
    allotment = _allotment_check(bounds, needs, usual_tokens, pricer)
    return LimitCheck(row["call_id"], row["started_at"], needs, allotment, bounds.returned, bounds.holder)


def _allotment_check(
    bounds: CallBounds, needs: Sequence[LimitNeed], usual: UsualTokens, pricer: Pricer
) -> AllotmentCheck | None:
    """What calls like this one need at most, as the process that asks will reckon it: bytes for tokens."""
    request = bounds.allotment
    if request is None or not bounds.is_text_only:
        return None
    assumed = USUAL_TOKENS if usual.output_tokens is None else usual.output_tokens
    written = assumed if bounds.max_output_tokens is None else bounds.max_output_tokens
    ceiling = None
    if any(_is_money(need.limit) for need in needs):
        ceiling = ceiling_of(bounds.record, pricer)
        if ceiling is None:
            return None
    units = {
        "calls": 1,
        "tokens": request.input_bytes + written,
        "USD": 0 if ceiling is None else ceiling.of(request.input_bytes, written),
    }
    like = [LikeNeed(need.limit, need.window, need.subject, units[need.limit.unit]) for need in needs]
    return AllotmentCheck(request, like, assumed, ceiling, bounds.max_output_tokens is None)


def _usual_tokens(bounds: CallBounds, usual: UsualUse) -> UsualTokens:
    is_needed = (
        bounds.input_tokens is None or bounds.max_output_tokens is None or bounds.allotment is not None
    )
    return usual.tokens(bounds.record) if is_needed else UsualTokens()


def _is_money(limit: Limit) -> bool:
    return limit.unit == "USD"
