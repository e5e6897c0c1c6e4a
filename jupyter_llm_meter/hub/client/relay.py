"""Relays calls to the hub: all that this user's ledger notes as not relayed, the oldest first.

A call is known as relayed after the hub has acknowledged it, never before; the hub counts a call once that
comes again. What the hub cannot read is set aside, so that the others go on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.errors import HubAway, HubRefused
from jupyter_llm_meter.ledger import LedgerAccess, Unrelayed
from jupyter_llm_meter.service.lines import VERSION

MOST_AT_ONCE = 200


class Relay:
    """Relays the calls of one ledger.

    Args:
        link: The way to the hub.
        ledger: This user's own ledger.
        recalled: Gets the allotments that another call waits for at the hub.
        progressed: Called after calls were relayed.
    """

    def __init__(
        self,
        link: HubLink,
        ledger: LedgerAccess,
        recalled: Callable[[Sequence[str]], object],
        progressed: Callable[[], object],
    ) -> None:
        self._link = link
        self._ledger = ledger
        self._recalled = recalled
        self._progressed = progressed
        self._one_at_a_time = asyncio.Lock()

    async def flush(self) -> None:
        """Relay all that is settled now.

        Raises:
            HubAway: Something is left.
            HubRefused: The hub does not accept this user's token.
            LedgerUnavailable: This user's own ledger cannot be used.
        """
        async with self._one_at_a_time:
            while waiting := await self._ledger.use(lambda ledger: ledger.unrelayed(MOST_AT_ONCE)):
                await self._relay(waiting)

    async def _relay(self, waiting: Sequence[Unrelayed]) -> None:
        body = b"".join(_line(each) for each in waiting)
        reason = None
        try:
            answer = await self._link.post("v1/lines", body)
        except HubRefused as refused:
            answer, reason = refused.answer, str(refused)
            if "acknowledged" not in answer:
                raise
        acknowledged = set(answer.get("acknowledged") or ())
        taken = [each for each in waiting if each.record.call_id in acknowledged]
        left = [each for each in waiting if each.record.call_id not in acknowledged]
        if left and reason is None:
            raise HubAway("the hub's service did not acknowledge every call")
        await self._ledger.use(lambda ledger: ledger.note_relayed(taken))
        if left:
            await self._ledger.use(lambda ledger: ledger.note_not_taken(left, str(reason)))
        self._recalled(answer.get("recalled") or ())
        self._progressed()


def _line(waiting: Unrelayed) -> bytes:
    line = {"v": VERSION, "event": "settled", "record": waiting.record.to_wire()}
    return json.dumps(line).encode("ascii") + b"\n"
