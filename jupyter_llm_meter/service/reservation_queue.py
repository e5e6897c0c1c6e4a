"""Whether calls may be sent: one queue of requests, decided in their order.

The text of a call is counted here for its worst case. Requests that come at the same time are decided in one
transaction, and reservations past their lease are ended. With a reservation a process may get an allotment,
so its next calls need no request; before a call is refused, what processes hold unused is called back.
Coroutine methods run on the service's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from typing import Any, NamedTuple

from jupyter_llm_meter.core.allotments import Allotment, AllotmentReturn
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.refusal import refusal_words
from jupyter_llm_meter.core.reservation import LEASE, CallBounds, Decision, has_price
from jupyter_llm_meter.core.standing import format_decimal
from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable, Places, Pricer, Reserved
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.service.completion import Completion
from jupyter_llm_meter.service.context import Limits
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.gate import limits_digest
from jupyter_llm_meter.service.reservation_request import IncomingRequest
from jupyter_llm_meter.service.signals import Signals
from jupyter_llm_meter.service.standing import standing_entry

LEASE_S = LEASE.total_seconds()
SWEEP_S = LEASE_S + 1.0
MOST_AT_ONCE = 200
"""Calls of one transaction: a request must not wait long for the ledger's write lock."""
RECALL_S = 1.5
"""How long a call waits for what processes hold unused: they give it back within a second."""


class _Outcome(NamedTuple):
    """The decision against a call, or None, and the allotment that came with its reservation."""

    decision: Decision | None
    allotment: Allotment | None


@dataclass(frozen=True)
class _Waiting:
    bounds: CallBounds
    decided: asyncio.Future[_Outcome]


class ReservationQueue:
    """The reservations of one service.

    Args:
        ledger: The ledger.
        limits: The limits in force.
        completion: Fills in whose a call is and where it belongs.
        counting: Counts the text of calls.
        rules: Who may raise a limit.
        background: Runs the queue and ends what has expired.
        signals: Where the end of expired reservations is announced.
        pricer: Finds the cost of a call.
        link: Address of the lab, for refusals.
    """

    def __init__(
        self,
        *,
        ledger: LedgerAccess,
        limits: Limits,
        completion: Completion,
        counting: Counting,
        rules: Rules,
        background: Background,
        signals: Signals,
        pricer: Pricer,
        link: str | None = None,
    ) -> None:
        self._ledger = ledger
        self._limits = limits
        self._completion = completion
        self._counting = counting
        self._rules = rules
        self._background = background
        self._signals = signals
        self._pricer = pricer
        self._link = link
        self._hard: tuple[Sequence[Limit], frozenset[str]] | None = None
        self._waiting: list[_Waiting] = []
        self._round: asyncio.Task[None] | None = None
        self._sweep_timer: asyncio.TimerHandle | None = None
        self._room_changed = asyncio.Event()
        self._opened = asyncio.Event()

    async def reserve(self, request: IncomingRequest) -> dict[str, Any]:
        """Decide whether a call may be sent, and reserve its worst case.

        Raises:
            LedgerUnavailable: Nothing was decided.
        """
        hard = self._hard_units() | {cap.unit for cap in request.caps}
        if not hard:
            return _GRANTED
        await self._opened.wait()
        bounds = CallBounds(
            record=self._completion.complete(request.record),
            input_tokens=await self._counted(request) if hard != {"calls"} else 0,
            max_output_tokens=request.max_output_tokens,
            is_text_only=request.is_text_only,
            caps=request.caps,
            allotment=request.allotment,
            returned=request.returned,
            holder=request.holder,
        )
        outcome = await self._outcome(bounds, request.may_wait)
        if outcome.decision is not None:
            return self._refusal(outcome.decision, request.record.request_model)
        return self._grant(bounds, outcome.allotment)

    def open(self) -> None:
        """Begin to decide: what calls used before this service was there is in the ledger now."""
        self._opened.set()

    async def give_back(self, returned: Sequence[AllotmentReturn]) -> None:
        """Take back what a process does not need of its allotments.

        Raises:
            LedgerUnavailable: Nothing was taken back.
        """
        if returned:
            await self._ledger.use(lambda ledger: ledger.give_back(returned))
            self.room_changed()
            self._signals.standing_changed()

    async def end_holder(self, spool: str) -> None:
        """Take back what a dead process holds, after its spool was imported.

        Raises:
            LedgerUnavailable: Nothing was taken back.
        """
        if await self._ledger.use(lambda ledger: ledger.end_of_holder(spool)):
            self.room_changed()
            self._signals.standing_changed()

    def room_changed(self) -> None:
        """Decide again on the calls that wait for room, because a limit may have more."""
        self._room_changed.set()

    async def renew(self, call_ids: Sequence[str]) -> dict[str, Any]:
        """Renew the leases of calls in flight.

        Raises:
            LedgerUnavailable: None was renewed.
        """
        now = datetime.now(timezone.utc)
        renewed = await self._ledger.use(lambda ledger: ledger.renew(call_ids, now)) if call_ids else []
        return {"renewed": renewed, "lease_s": LEASE_S}

    async def end_expired(self) -> None:
        """End the reservations that are past their lease, and repeat that while any is left."""
        try:
            swept = await self._ledger.use(lambda ledger: ledger.sweep(datetime.now(timezone.utc)))
        except LedgerUnavailable:
            self._sweep_soon()  # no call can be reserved meanwhile
            return
        if swept.ended:
            self._signals.standing_changed()
        if swept.left:
            self._sweep_soon()

    def close(self) -> None:
        """Stop ending what has expired."""
        if self._sweep_timer is not None:
            self._sweep_timer.cancel()

    def _hard_units(self) -> frozenset[str]:
        """The units of the hard limits in force, kept while the limits are the same list."""
        limits = self._limits.current()
        if self._hard is None or self._hard[0] is not limits:
            self._hard = (limits, frozenset(limit.unit for limit in limits if limit.is_blocking))
        return self._hard[1]

    async def _outcome(self, bounds: CallBounds, may_wait: bool) -> _Outcome:
        """Decide on a call; one that lacks only what is allotted waits until it is given back."""
        clock = asyncio.get_running_loop().time
        until = clock() + RECALL_S
        # Cleared before the decision: room that comes while it is made must not go unnoticed.
        self._room_changed.clear()
        outcome = await self._decided(bounds)
        while may_wait and outcome.decision is not None and outcome.decision.is_allotted_elsewhere:
            left_s = until - clock()
            if left_s <= 0:
                break
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._room_changed.wait(), left_s)
            self._room_changed.clear()
            outcome = await self._decided(replace(bounds, returned=()))
        return outcome

    async def _counted(self, request: IncomingRequest) -> int | None:
        if request.input_tokens is not None:
            return request.input_tokens
        return await self._counting.count_input(request.record, request.text)

    async def _decided(self, bounds: CallBounds) -> _Outcome:
        waiting = _Waiting(bounds, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._round is None or self._round.done():
            self._round = self._background.start(self._decide_while_waiting())
        return await waiting.decided

    async def _decide_while_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            calls = [waiting.bounds for waiting in batch]
            try:
                places = await self._completion.places([bounds.record for bounds in calls])
                decided = await self._ledger.use(partial(self._reserve, calls, places))
            except BaseException as error:
                _fail(batch, error)
                if not isinstance(error, LedgerUnavailable):
                    raise
            else:
                self._sweep_soon()
                for waiting, decision in zip(batch, decided.decisions, strict=True):
                    if not waiting.decided.done():
                        allotment = decided.allotments.get(waiting.bounds.record.call_id)
                        waiting.decided.set_result(_Outcome(decision, allotment))

    def _reserve(self, calls: Sequence[CallBounds], places: Places, ledger: Ledger) -> Reserved:
        now = datetime.now(timezone.utc)
        return ledger.reserve_with_allotments(calls, self._limits.current(), now, places)

    def _grant(self, bounds: CallBounds, allotment: Allotment | None) -> dict[str, Any]:
        """The answer that a call may be sent; it names a model whose calls a cap in dollars cannot count."""
        record = bounds.record
        granted = dict(_GRANTED)
        if allotment is not None:
            granted["allotment"] = {
                **_allotment_entry(allotment),
                "limits": limits_digest(self._limits.current()),
            }
        is_uncounted = any(cap.unit == "USD" and cap.unpriced == "allow" for cap in bounds.caps)
        if is_uncounted and not has_price(record, self._pricer):
            granted["unpriced_model"] = record.request_model or record.provider_name or "this model"
        return granted

    def _refusal(self, decision: Decision, model: str | None) -> dict[str, Any]:
        may_raise = self._rules.may_raise(decision.standing.limit)
        return {
            "granted": False,
            **refusal_words(decision, may_raise=may_raise, link=self._link, model=model).to_dict(),
            "standing": standing_entry(decision.standing, self._rules),
            **({} if decision.is_unpriced else {"needed": format_decimal(decision.needed)}),
            "is_reserved_elsewhere": decision.is_reserved_elsewhere,
        }

    def _sweep_soon(self) -> None:
        # A timer that counts seconds, not the time of day, which may be set.
        if self._sweep_timer is None:
            self._sweep_timer = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep_now)

    def _sweep_now(self) -> None:
        self._sweep_timer = None
        self._background.start(self.end_expired())


_GRANTED: dict[str, Any] = {"granted": True, "lease_s": LEASE_S}


def _allotment_entry(allotment: Allotment) -> dict[str, Any]:
    """An allotment as a tap gets it; amounts are tokens, calls and picodollars."""
    ceiling = allotment.ceiling
    return {
        "id": allotment.id,
        "shares": [
            {"limit_id": share.limit_id, "unit": share.unit, "amount": share.amount}
            for share in allotment.shares
        ],
        "output_tokens": allotment.output_tokens,
        "valid_s": allotment.valid.total_seconds(),
        **({} if ceiling is None else {"prices": [ceiling.call, ceiling.input_token, ceiling.output_token]}),
    }


def _fail(batch: Sequence[_Waiting], error: BaseException) -> None:
    for waiting in batch:
        if not waiting.decided.done():
            waiting.decided.set_exception(
                error if isinstance(error, LedgerUnavailable) else LedgerUnavailable("ledger-undecided")
            )
