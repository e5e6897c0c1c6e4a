"""What the hub's service does with the ledger of all: it takes in calls, decides on calls, says what is used.

The user comes from the token that a request carries; what a body says of user, team or cost is not believed.
Clocks of users' machines are not believed either: times are moved by what such a clock is off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.hub.config import HubConfig
from jupyter_llm_meter.hub.limits import HubLimits
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.senders import Sender
from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable, Settled
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.completion import Completion
from jupyter_llm_meter.service.context import NoKernels
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.ingest import Ingest
from jupyter_llm_meter.service.kernel_runs import KernelRuns
from jupyter_llm_meter.service.lines import SpoolLine, read_lines
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.pricing import pricer_with
from jupyter_llm_meter.service.reservation_queue import ReservationQueue
from jupyter_llm_meter.service.reservation_request import IncomingRequest
from jupyter_llm_meter.service.signals import Signals
from llm_meter_tap.wire.record import CallRecord, RecordError

Result = TypeVar("Result")
Answer = dict[str, Any]


class HubMeter:
    """The metering of one process of the hub's service; coroutine methods run on its loop.

    Args:
        config: The configuration.
        problems: What is wrong now.
        log: The process's log.
    """

    def __init__(self, config: HubConfig, problems: Problems, log: logging.Logger) -> None:
        self.limits = HubLimits(config.limits.current(), config.time_zone)
        self.problems = problems
        self.background = Background(log)
        pricer = pricer_with(config.prices_file, problems)
        self.ledger = LedgerAccess(
            config.database_url,
            Path(),
            problems,
            went_away=self._ledger_lost,
            pricer=pricer,
            is_replaced=False,
        )
        self._recovery: asyncio.Task[None] | None = None
        signals, counting = Signals(), Counting(problems)
        # Users' services have completed their records: nothing is known of their kernels here.
        completion = Completion(NoKernels(), Owner(""), KernelRuns())
        self._ingest = Ingest(
            ledger=self.ledger,
            limits=self.limits,
            completion=completion,
            counting=counting,
            signals=signals,
            tap_reported=lambda _kernel: False,
        )
        self._reservations = ReservationQueue(
            ledger=self.ledger,
            limits=self.limits,
            completion=completion,
            counting=counting,
            rules=Rules(raises="none"),
            background=self.background,
            signals=signals,
            pricer=pricer,
        )
        signals.committed.connect(lambda _settled: self._reservations.room_changed())

    async def start(self) -> None:
        """Begin to decide on calls."""
        self._reservations.open()
        self.background.start(self._reservations.end_expired())

    async def stop(self) -> None:
        """End what is under way and close the ledger."""
        self._reservations.close()
        await self.background.cancel()
        self.ledger.close()

    async def accept_lines(self, sender: Sender, body: bytes) -> tuple[Answer, list[str]]:
        """Commit the calls that a user's service relays; a call is acknowledged after its commit.

        Returns:
            The answer, and a sentence for each line that cannot be read; the others are committed.

        Raises:
            LedgerUnavailable: Nothing of them was kept.
        """
        await self.follow_limits()
        lines, now = read_lines(body), datetime.now(timezone.utc)
        records, bad = _owned(sender, lines.settled(), now)
        dropped = [sender.stored(call_id) for call_id in lines.dropped()]
        settled: list[Settled] = []
        await self._ingest.settle_calls(records, dropped, settled.append)
        recalled = {name for each in settled for name in each.recalled}
        answer: Answer = {
            "acknowledged": list(
                dict.fromkeys(line.call_id for line in lines.read if line.call_id not in bad)
            ),
            "recalled": sorted(sender.own(name) for name in recalled),
        }
        return answer, [*lines.errors, *bad.values()]

    async def reserve(self, sender: Sender, request: IncomingRequest) -> Answer:
        """Decide whether a user's call may be sent, by the limits of the hub.

        Raises:
            LedgerUnavailable: Nothing was decided.
        """
        await self.follow_limits()
        now = datetime.now(timezone.utc)
        wish, holder = request.allotment, request.holder
        if wish is not None:
            wish = replace(wish, id=sender.stored(wish.id), holder=sender.stored(wish.holder))
        answer = await self._reservations.reserve(
            replace(
                request,
                record=sender.owned(request.record, now),
                caps=(),  # kept by the user's own service
                allotment=wish,
                returned=_stored_returns(sender, request.returned),
                holder=None if holder is None else sender.stored(holder),
            )
        )
        if "allotment" in answer:
            given = answer["allotment"]
            answer["allotment"] = {**given, "id": sender.own(given["id"])}
        return answer

    async def renew(self, sender: Sender, ids: Sequence[str]) -> Answer:
        """Renew a user's leases.

        Raises:
            LedgerUnavailable: None was renewed.
        """
        answer = await self._reservations.renew([sender.stored(name) for name in ids])
        answer["renewed"] = [sender.own(name) for name in answer["renewed"]]
        return answer

    async def give_back(self, sender: Sender, returned: Sequence[AllotmentReturn]) -> None:
        """Take back what a user's processes do not need.

        Raises:
            LedgerUnavailable: Nothing was taken back.
        """
        await self._reservations.give_back(_stored_returns(sender, returned))

    async def standings(self, member: Member) -> list[Standing]:
        """Where the limits of a user and of their teams are now.

        Raises:
            LedgerUnavailable: The ledger cannot be used now.
        """
        await self.follow_limits()
        limits, now = self.limits.current(), datetime.now(timezone.utc)
        return await self.query(lambda ledger: _standings_of(ledger, limits, member, now))

    async def query(self, question: Callable[[Ledger], Result]) -> Result:
        """Query the ledger in a thread of its own.

        Raises:
            LedgerUnavailable: It cannot be used now.
        """
        return await self.ledger.use(question)

    async def follow_limits(self, *, is_at_once: bool = False) -> None:
        """Learn the limits that people have set; see `HubLimits.follow`.

        Raises:
            LedgerUnavailable: The ledger cannot be used now.
        """
        await self.limits.follow(self.ledger, is_at_once=is_at_once)

    def limits_of(self, member: Member) -> list[Limit]:
        """Return the limits that may hold for a user's calls: none that names another user or team."""
        own = {"user": (member.name,), "team": member.teams}
        return [
            limit
            for limit in self.limits.current()
            if limit.value is None or limit.scope not in own or limit.value in own[limit.scope]
        ]

    def _ledger_lost(self) -> None:
        if self._recovery is None or self._recovery.done():
            self._recovery = self.background.start(self._recover())

    async def _recover(self) -> None:
        """Try a database that is away again, after pauses that grow, until it answers."""
        is_back = False
        while not is_back:
            await asyncio.sleep(self.ledger.retry_in_s)
            with suppress(LedgerUnavailable):
                await self.ledger.check()
                is_back = True


def _owned(
    sender: Sender, lines: Sequence[SpoolLine], now: datetime
) -> tuple[list[CallRecord], dict[str, str]]:
    """The records of some lines as the ledger takes them, and by call why it cannot take one."""
    records: list[CallRecord] = []
    bad: dict[str, str] = {}
    for line in lines:
        if line.record is not None:
            try:
                records.append(sender.owned(line.record, now))
            except RecordError as error:
                bad[line.call_id] = f"call {line.call_id}: {error}"
    return records, bad


def _stored_returns(sender: Sender, returned: Sequence[AllotmentReturn]) -> list[AllotmentReturn]:
    return [replace(each, id=sender.stored(each.id)) for each in returned]


def _standings_of(ledger: Ledger, limits: Sequence[Limit], member: Member, now: datetime) -> list[Standing]:
    found: list[Standing] = []
    for scope, subjects in (("user", (member.name,)), ("team", member.teams)):
        for subject in filter(None, subjects):
            theirs = [each for each in limits if each.scope == scope and each.value in (None, subject)]
            if theirs:
                found += ledger.standings(theirs, now, {scope: subject}, subject)
    return found
