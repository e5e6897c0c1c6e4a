"""Delivers records to the hub: on disk first, and until the hub has acknowledged them.

A file of this process holds what the hub has not got; one that a dead process has left is delivered at the
start. A call that was open when its process died is delivered as aborted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.errors import HubAway, HubRefused
from jupyter_llm_meter.service.lines import read_lines
from llm_meter_tap.delivery.spool import Spool
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.spool_line import dropped_line, opened_line, settled_line

MOST_AT_ONCE = 200
REFUSED_PAUSE_S = 30.0
"""How long to wait when the hub does not accept the proxy's token."""

_log = logging.getLogger("llm_meter.gateway")


class Delivery:
    """The records of one process of the proxy.

    Args:
        link: The way to the hub.
        folder: Keeps them.
    """

    def __init__(self, link: HubLink, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._link = link
        self._folder = folder
        self._spool = Spool(str(folder))
        self._waiting: dict[str, bytes] = {}
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def open(self, record: CallRecord) -> None:
        """Keep that a call leaves."""
        self._spool.append("opened", record.call_id, opened_line(record))

    def settle(self, record: CallRecord) -> None:
        """Keep the record of a call that is over, and deliver it soon."""
        line = settled_line(record)
        self._spool.append("settled", record.call_id, line)
        self._waiting[record.call_id] = line
        self._wake.set()

    def drop(self, call_id: str) -> None:
        """Release what is reserved for a call that was not sent."""
        line = dropped_line(call_id)
        self._spool.append("dropped", call_id, line)
        self._waiting[call_id] = line
        self._wake.set()

    async def run(self, report: Callable[[str], object]) -> None:
        """Deliver until cancelled; the pauses grow while the hub does not answer.

        Args:
            report: Gets why nothing can be delivered now.
        """
        left = await asyncio.to_thread(self._left_behind)
        while True:
            self._wake.clear()
            try:
                await self.flush()
                while left:
                    file, lines = left[-1]
                    await self._post(lines)
                    file.unlink(missing_ok=True)
                    left.pop()
            except HubAway as error:
                report(str(error))
                await asyncio.sleep(self._link.retry_in_s)
                continue
            except HubRefused as error:
                report(str(error))
                await asyncio.sleep(REFUSED_PAUSE_S)
                continue
            await self._wake.wait()

    async def flush(self) -> None:
        """Deliver all that is settled now.

        Raises:
            HubAway: Something is left.
            HubRefused: The hub does not accept the proxy's token.
        """
        async with self._one_at_a_time:
            while self._waiting:
                lines = dict(list(self._waiting.items())[:MOST_AT_ONCE])
                await self._post(lines)
                for call_id in lines:
                    self._waiting.pop(call_id, None)
                self._spool.acknowledge(len(lines))

    def close(self) -> None:
        """Leave what is not delivered for the next process."""
        self._spool.close()

    async def _post(self, lines: dict[str, bytes]) -> None:
        """Post lines; what the hub cannot read is set aside, so that the others go on."""
        try:
            answer = await self._link.post("v1/lines", b"".join(lines.values()))
        except HubRefused as refused:
            if "acknowledged" not in refused.answer:
                raise
            _log.error("LLM Meter: the hub's service does not take a record: %s", refused)
            return
        if not set(lines).issubset(answer.get("acknowledged") or ()):
            raise HubAway("the hub's service did not acknowledge every call")

    def _left_behind(self) -> list[tuple[Path, dict[str, bytes]]]:
        """The files of processes that are dead, with what is to be delivered of each."""
        found = []
        for file in sorted((self._folder / "spool").glob("*.jsonl")):
            if file.name != self._spool.name and not file_lock.is_held(str(file)):
                with suppress(OSError):
                    found.append((file, _lines_in(file.read_bytes())))
        return found


def _lines_in(content: bytes) -> dict[str, bytes]:
    lines = read_lines(content, tolerate_torn=True)
    found = {
        line.call_id: dropped_line(line.call_id) if line.record is None else settled_line(line.record)
        for line in (*lines.settled(), *(each for each in lines.read if each.event == "dropped"))
    }
    for record in lines.left_open():
        found[record.call_id] = settled_line(replace(record, status="aborted", basis="missing"))
    return found
