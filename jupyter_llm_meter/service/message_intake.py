"""Calls that kernel messages report, on their way into the ledger.

A tap usually sends a call itself, with the text to be counted, so a message waits a moment; only a call that
has not arrived by then is taken from its message. Lost messages are reported as a problem. All methods run on
the service's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from jupyter_llm_meter.ledger import LedgerUnavailable
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.kernel_message import KernelMessage
from jupyter_llm_meter.service.lost_calls import Gap, LostCalls, explain_lost_calls
from jupyter_llm_meter.service.service import Service
from llm_meter_tap.wire.record import CallRecord

PROBLEM = "messages-lost"
LOCAL_GRACE_S = 2.0
"""A tap on this machine sends its calls itself, unless it cannot reach the service."""
REMOTE_GRACE_S = 0.5
"""A tap behind a gateway can rarely reach the service."""
GAP_GRACE_S = 5.0
"""How long a call that no message brought may take to arrive another way."""
RETRY_S = 10.0
MOST_WAITING = 100_000
"""Calls kept in memory while the ledger cannot be used; more are lost, and reported as lost."""


class MessageIntake:
    """Commits the calls of kernel messages.

    Args:
        service: The service.
        problems: Takes the problem of lost messages.
        tap_seen: Called with a kernel's id at each of its messages; returns whether this is the first one.
    """

    def __init__(self, service: Service, problems: Problems, tap_seen: Callable[[str], bool]) -> None:
        self._service = service
        self._problems = problems
        self._tap_seen = tap_seen
        self._waiting: dict[str, CallRecord] = {}
        self._lost = LostCalls()
        self._suspected: list[Gap] = []
        service.signals.changed.connect(self._committed)

    def accept(self, kernel_id: str, message: KernelMessage, *, is_remote: bool) -> None:
        """Accept a message; returns at once.

        Args:
            kernel_id: The kernel that sent it.
            message: The message.
            is_remote: The kernel is on another machine, where users have other names.
        """
        if self._tap_seen(kernel_id):
            self._service.signals.standing_changed()
        gap = self._lost.add_message(kernel_id, message)
        if gap is not None:
            self._suspected.append(gap)
            self._after(GAP_GRACE_S, self._find_missing)
        if message.record is not None and len(self._waiting) < MOST_WAITING:
            record = replace(message.record, user_id=None) if is_remote else message.record
            if not self._waiting:
                self._after(REMOTE_GRACE_S if is_remote else LOCAL_GRACE_S, self.settle)
            self._waiting[record.call_id] = record

    async def settle(self) -> None:
        """Commit the waiting calls; while the ledger cannot be used they keep waiting."""
        records = list(self._waiting.values())
        try:
            if records:
                await self._service.incoming.settle_calls(records)
        except LedgerUnavailable:
            self._after(RETRY_S, self.settle)
            return
        for record in records:
            self._waiting.pop(record.call_id, None)
        if self._waiting:
            self._after(LOCAL_GRACE_S, self.settle)

    async def _find_missing(self) -> None:
        """Look up the calls that no message brought in the ledger, and report the missing ones."""
        suspected, self._suspected = self._suspected, []
        self._lost.gaps += suspected
        named = self._lost.named()
        try:
            self._lost.fill(await self._service.query_ledger(lambda ledger: ledger.known(named)))
        except LedgerUnavailable:
            self._after(RETRY_S, self._find_missing)
            return
        self._report_lost()

    def _report_lost(self) -> None:
        before = self._problems.state()
        if self._lost.gaps:
            self._problems.report(PROBLEM, explain_lost_calls(self._lost.gaps))
        else:
            self._problems.resolve(PROBLEM)
        if self._problems.state() != before:
            self._service.signals.standing_changed()

    def _committed(self, call_ids: Sequence[str]) -> None:
        for call_id in call_ids:
            self._waiting.pop(call_id, None)
        if not self._lost.gaps:
            return
        if call_ids and self._lost.fill(call_ids):
            self._report_lost()
        elif not call_ids:  # another service may have found them in a spool
            self._after(0.0, self._find_missing)

    def _after(self, pause_s: float, work: Callable[[], Awaitable[None]]) -> None:
        async def later() -> None:
            await asyncio.sleep(pause_s)
            await work()

        self._service.background.start(later())
