"""What the hub's service does with the ledger of all: it takes in calls, decides on calls, says what is used.

The user comes from the token that a request carries; what a body says of user, team or cost is not believed.
Clocks of users' machines are not believed either: times are moved by what such a clock is off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.hub.config import HubConfig
from jupyter_llm_meter.hub.limits import HubLimits
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.names import own_name, stored_name
from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable, Settled
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.completion import Completion
from jupyter_llm_meter.service.context import NoKernels
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.ingest import Ingest
from jupyter_llm_meter.service.kernel_runs import KernelRuns
from jupyter_llm_meter.service.lines import read_lines
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.pricing import pricer_with
from jupyter_llm_meter.service.reservation_queue import ReservationQueue
from jupyter_llm_meter.service.reservation_request import IncomingRequest
from jupyter_llm_meter.service.signals import Signals
from llm_meter_tap.wire.record import CallRecord

MOST_OFF = timedelta(seconds=60)
"""How far a user's clock may be off before times are moved."""

Result = TypeVar("Result")
Answer = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Who sends something, and how far their clock is off.

    Attributes:
        member: The user.
        clock_off: What is to be added to their times.
    """

    member: Member
    clock_off: timedelta = timedelta(0)

    def stored(self, name: str) -> str:
        """What their name for a call, an allotment or a process is called in the ledger."""
        return stored_name(self.member.name, name)

    def owned(self, record: CallRecord, now: datetime) -> CallRecord:
        """A record of theirs as the ledger takes it.

        A cost is kept only where the provider stated it: all others are priced here.
        """
        if not (record.cost_source or "").startswith("provider"):
            record = replace(record, cost_amount=None, cost_currency=None, cost_source=None)
        allotment_id = record.allotment_id
        return replace(
            record,
            call_id=self.stored(record.call_id),
            allotment_id=None if allotment_id is None else self.stored(allotment_id),
            user_id=self.member.name,
            team=self.member.team_of(record.team),
            started_at=min(record.started_at + self.clock_off, now),
        )


def clock_off(theirs: datetime | None, now: datetime) -> timedelta:
    """What is to be added to the times of a clock that shows `theirs` now; nothing if it is nearly right."""
    if theirs is None or abs(now - theirs) <= MOST_OFF:
        return timedelta(0)
    return now - theirs


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
        records = [sender.owned(line.record, now) for line in lines.settled() if line.record is not None]
        dropped = [sender.stored(call_id) for call_id in lines.dropped()]
        settled: list[Settled] = []
        await self._ingest.settle_calls(records, dropped, settled.append)
        recalled = {name for each in settled for name in each.recalled}
        answer: Answer = {
            "acknowledged": list(dict.fromkeys(line.call_id for line in lines.read)),
            "recalled": sorted(own_name(sender.member.name, name) for name in recalled),
        }
        return answer, lines.errors

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
            answer["allotment"] = {**given, "id": own_name(sender.member.name, given["id"])}
        return answer

    async def renew(self, sender: Sender, ids: Sequence[str]) -> Answer:
        """Renew a user's leases.

        Raises:
            LedgerUnavailable: None was renewed.
        """
        answer = await self._reservations.renew([sender.stored(name) for name in ids])
        answer["renewed"] = [own_name(sender.member.name, name) for name in answer["renewed"]]
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
