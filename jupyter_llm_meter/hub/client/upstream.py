"""The ledger of a hub, as a user's service sees it: `service.upstream.Upstream`.

A call is decided on by the user's own limits first, then by the hub's. An allotment is one of both: a call
in a notebook waits for the hub only when its process's allotment has no room. Before anything is given back
to the hub, the calls that used it are relayed, so that the hub never counts too little.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.client.relay import Relay
from jupyter_llm_meter.hub.client.shares import joined, parted, to_wire
from jupyter_llm_meter.hub.errors import HubAway, HubRefused
from jupyter_llm_meter.hub.names import LIMIT_PREFIX
from jupyter_llm_meter.ledger import LedgerUnavailable, Settled
from jupyter_llm_meter.service.gate import limits_digest
from jupyter_llm_meter.service.lines import VERSION
from jupyter_llm_meter.service.reservation_request import IncomingRequest
from jupyter_llm_meter.service.service import Service
from llm_meter_tap.wire.record import CallRecord

PROBLEM = "hub-away"
ROUND_S = 10.0
"""How often the hub is asked how much others have used meanwhile."""
GATHER_S = 0.2
"""How long calls wait for others, to be relayed together."""
STOP_PATIENCE_S = 3.0
MOST_RECALLED = 10_000

Answer = dict[str, Any]


class HubUpstream:
    """A hub's ledger above a user's own.

    Args:
        link: The way to the hub.
    """

    def __init__(self, link: HubLink) -> None:
        self._link = link
        self._limits: Sequence[Limit] | None = None
        self._standings: Sequence[Answer] = ()
        self._held: set[str] = set()
        self._recalled: set[str] = set()

    def attach(self, service: Service) -> None:
        """Learn which service this is."""
        self._service = service
        service.signals.committed.connect(self._calls_committed)

    def start(self) -> None:
        """Begin to relay calls and to follow the hub's standings."""
        self._wake = asyncio.Event()
        self._relay = Relay(self._link, self._service.ledger, self._recall, lambda: None)
        self._service.background.start(self._run())

    async def stop(self) -> None:
        """Relay what can be relayed at once; the rest waits in this user's ledger."""
        with suppress(HubAway, HubRefused, LedgerUnavailable, asyncio.TimeoutError):
            await asyncio.wait_for(self._relay.flush(), STOP_PATIENCE_S)

    def limits(self) -> Sequence[Limit] | None:
        """Return the hub's limits; None while they are not known."""
        return self._limits

    def standings(self) -> Sequence[Answer]:
        """Return the entries of the hub's standings that concern this user."""
        return self._standings

    async def reserve(
        self, request: IncomingRequest, ask_own: Callable[[IncomingRequest], Awaitable[Answer]]
    ) -> Answer:
        """Decide whether a call may be sent, by the limits of both ledgers.

        Raises:
            LedgerUnavailable: One of them does not answer.
        """
        own_returned, hub_returned = parted(request.returned)
        if not self._is_limited:
            return await ask_own(replace(request, returned=own_returned))
        record = await self._placed(request.record)
        tokens = await self._service.counting.count_input(request.record, request.text)
        request = replace(request, text=None, input_tokens=tokens, returned=own_returned)
        own = await ask_own(request)
        if not own["granted"]:
            return own
        above = await self._ask(request, record, hub_returned)
        if not above["granted"]:
            await self._release(own)
            return _of_hub(above)
        self._held.add(record.call_id)
        return self._granted(request, own, above)

    async def renew(self, ids: Sequence[str], renewed: Sequence[str]) -> list[str]:
        """Renew leases at the hub too; while it is away, what it holds is taken to hold still."""
        theirs = self._held.intersection(ids)
        if ids and self._is_limited:
            # Those too that were held before this service began.
            with suppress(HubAway, HubRefused):
                theirs = set((await self._link.ask("v1/renew", {"ids": list(ids)})).get("renewed") or ())
        return sorted(theirs.union(name for name in renewed if name not in self._held))

    async def give_back(self, returned: Sequence[AllotmentReturn]) -> Sequence[AllotmentReturn]:
        """Give back at the hub, after the calls that used it; returns what concerns the own ledger."""
        own, theirs = parted(returned)
        if theirs and self._is_limited:
            # Where the hub is away, its leases end by themselves.
            with suppress(HubAway, HubRefused):
                await self._relay.flush()
                await self._link.ask("v1/return", {"returned": to_wire(theirs)})
                self._held.difference_update(each.id for each in theirs if each.keep is None)
        return own

    def drop(self, call_ids: Sequence[str]) -> None:
        """Release at the hub, soon, what calls held that were never sent; else their leases end."""
        held = self._held.intersection(call_ids)
        if held:
            self._held -= held
            self._service.background.start(self._drop(sorted(held)))

    def recalled(self, allotment_ids: Sequence[str]) -> list[str]:
        """Return those of some allotments that another call waits for at the hub."""
        return sorted(self._recalled.intersection(allotment_ids))

    async def _drop(self, call_ids: Sequence[str]) -> None:
        lines = [json.dumps({"v": VERSION, "event": "dropped", "id": name}) + "\n" for name in call_ids]
        with suppress(HubAway, HubRefused):
            await self._link.post("v1/lines", "".join(lines).encode())

    @property
    def _is_limited(self) -> bool:
        """Whether the hub has hard limits, or may have some."""
        return self._limits is None or any(limit.is_blocking for limit in self._limits)

    async def _placed(self, record: CallRecord) -> CallRecord:
        """The call as the hub is to measure it: whose it is, and in which notebook and project."""
        service = self._service
        whose = service.completion.complete(record)
        places = await service.completion.places([whose])
        now = datetime.now(timezone.utc)
        return (await service.ledger.use(lambda ledger: ledger.place([whose], places, now)))[0]

    async def _ask(
        self, request: IncomingRequest, record: CallRecord, returned: Sequence[AllotmentReturn]
    ) -> Answer:
        body: Answer = {
            "record": record.to_wire(),
            "input_tokens": request.input_tokens,
            "max_output_tokens": request.max_output_tokens,
            "is_text_only": request.is_text_only,
            "may_wait": request.may_wait,
        }
        wish = request.allotment
        if wish is not None:
            body["allotment"] = {"id": wish.id, "calls": wish.calls, "input_bytes": wish.input_bytes}
        try:
            self._link.check()
            if returned:
                await self._relay.flush()
                body["returned"] = to_wire(returned)
            answer = await self._link.ask("v1/reserve", body, request.holder)
            if not answer.get("granted") and answer.get("is_reserved_elsewhere"):
                # Perhaps by calls of this user that are over and not relayed yet.
                await self._relay.flush()
                body["may_wait"] = False
                answer = await self._link.ask("v1/reserve", body, request.holder)
        except (HubAway, HubRefused) as error:
            raise LedgerUnavailable("hub-away", error=str(error)) from error
        return answer

    def _granted(self, request: IncomingRequest, own: Answer, above: Answer) -> Answer:
        mine, theirs = self._service.limits.current(), self._limits or ()
        answer = joined(
            own,
            above,
            limits_digest([*mine, *theirs]),
            any(limit.is_blocking for limit in mine),
            self._is_limited,
        )
        if "allotment" in above and request.allotment is not None:
            self._held.add(request.allotment.id)
        return answer

    async def _release(self, own: Answer) -> None:
        """Give back the allotment that came with a grant that is none; the refused call ends the rest."""
        if "allotment" in own:
            await self._service.reservations.give_back([AllotmentReturn(own["allotment"]["id"])])

    def _calls_committed(self, settled: Settled) -> None:
        self._held.difference_update(settled.new)
        self._wake.set()

    def _recall(self, allotment_ids: Sequence[str]) -> None:
        if len(self._recalled) > MOST_RECALLED:
            self._recalled.clear()
        self._recalled.update(allotment_ids)

    async def _run(self) -> None:
        """Relay, and follow the hub, until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self._relay.flush()
                await self._follow()
            except (HubAway, HubRefused) as error:
                self._service.problems.report(PROBLEM, explain("hub-away", error=str(error)))
                await asyncio.sleep(self._link.retry_in_s or ROUND_S)
                continue
            except LedgerUnavailable:
                await asyncio.sleep(ROUND_S)
                continue
            self._service.problems.resolve(PROBLEM)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), ROUND_S)
                await asyncio.sleep(GATHER_S)

    async def _follow(self) -> None:
        """Learn the hub's limits, and where they are."""
        answer = await self._link.get("v1/standing")
        before = (self._limits, self._standings)
        try:
            self._limits = parse_limits([_plain(each) for each in answer.get("limits") or ()], "hub")
        except (LimitError, TypeError, AttributeError) as error:
            raise HubAway(f"its limits cannot be read: {error}") from error
        self._standings = [_entry(each) for each in answer.get("standings") or ()]
        if before != (self._limits, self._standings):
            await self._service.limits_watch.check()
            self._service.signals.standing_changed()


_FIELDS_OF_SERVER = ("id", "source", "named_by")


def _plain(limit: Answer) -> Answer:
    return {name: value for name, value in limit.items() if name not in _FIELDS_OF_SERVER}


def _entry(standing: Answer) -> Answer:
    """A standing of the hub's among those of the user's own service; nobody raises it from there."""
    limit = standing["limit"]
    return {
        **standing,
        "limit": {**limit, "id": LIMIT_PREFIX + limit["id"], "source": "hub"},
        "can_raise": False,
    }


def _of_hub(refusal: Answer) -> Answer:
    return {**refusal, "standing": _entry(refusal["standing"])} if "standing" in refusal else refusal
