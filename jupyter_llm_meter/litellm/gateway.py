"""Calls through the proxy: each is admitted by the hub's limits, and settled once.

A call is known by LiteLLM's id for it, which a client may choose: an id that was used before is refused, so
that nobody settles a call with the figures of another.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.errors import HubAway, HubRefused
from jupyter_llm_meter.litellm import answers
from jupyter_llm_meter.litellm.config import GatewayConfig
from jupyter_llm_meter.litellm.delivery import Delivery
from jupyter_llm_meter.litellm.errors import CallRefused, HubUnreachable, NameTaken
from jupyter_llm_meter.litellm.requests import MOST_COUNTED_BYTES, Ask
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.counting import Counting
from llm_meter_tap.wire.record import CallRecord

RENEW_S = 10.0
"""How often leases are renewed; a lease is 30 seconds."""
LONGEST_CALL_S = 3600.0
"""After so long a call counts as over, if LiteLLM has never said how it ended."""
MOST_NAMES = 100_000
"""How many ids of calls are remembered."""

_log = logging.getLogger("llm_meter.gateway")


@dataclass
class OpenCall:
    """A call under way.

    Attributes:
        record: What is known of it.
        counted: The tokens that were counted in its request.
        started_s: When it began, on the monotonic clock.
    """

    record: CallRecord
    counted: int | None
    started_s: float

    def duration_s(self) -> float:
        """How long it has taken so far."""
        return monotonic() - self.started_s


class Gateway:
    """The metering of one process of the proxy; on one event loop.

    Args:
        config: The configuration.
    """

    def __init__(self, config: GatewayConfig) -> None:
        self._on_unreachable = config.on_unreachable
        self._link = HubLink(config.hub_url, config.token)
        self._delivery = Delivery(self._link, config.folder)
        self._counting = Counting(Problems(_log))
        self._open: dict[str, OpenCall] = {}
        self._used: OrderedDict[str, None] = OrderedDict()
        self._loop = asyncio.get_running_loop()
        self._reported = ""
        self._tasks = [self._start(self._delivery.run(self._report)), self._start(self._renew())]

    async def admit(self, name: str, ask: Ask, owner: object) -> None:
        """Reserve what a call may use.

        Args:
            name: LiteLLM's id for it.
            ask: The call.
            owner: Lives as long as LiteLLM works on the call.

        Raises:
            CallRefused: A limit refuses it.
            HubUnreachable: The hub does not answer, and calls are blocked meanwhile.
            NameTaken: The id was used before.
        """
        if name in self._used:
            raise NameTaken
        self._used[name] = None
        if len(self._used) > MOST_NAMES:
            self._used.popitem(last=False)
        counted = await self._count(ask)
        try:
            answer = await self._reserve(ask, counted)
        except (HubAway, HubRefused) as error:
            self._report(str(error))
            if self._on_unreachable == "block":
                raise HubUnreachable from error
            answer = {"granted": True}
        except asyncio.CancelledError:
            self._delivery.drop(ask.record.call_id)
            raise
        if answer.get("granted") is not True:
            raise self._refused(ask.record, answer)
        self._delivery.open(ask.record)
        self._open[name] = OpenCall(ask.record, counted, monotonic())
        with suppress(TypeError):  # not everything can be referred to weakly
            weakref.finalize(owner, self._loop_call, name).atexit = False

    def finish(self, name: str, payload: Mapping[str, Any], usage: Mapping[str, Any]) -> None:
        """Settle a call that got an answer, or a part of one; nothing for one that is settled."""
        call = self._open.pop(name, None)
        if call is not None:
            self._delivery.settle(answers.finished(call.record, payload, usage, call.duration_s()))

    def fail(self, name: str, error: BaseException) -> None:
        """Settle a call that could not be completed; nothing for one that is settled."""
        call = self._open.pop(name, None)
        if call is not None:
            record = answers.failed(call.record, error, call.counted, call.duration_s())
            self._delivery.settle(replace(record, response_id=name))

    def abandon(self, name: str) -> None:
        """Settle a call of which LiteLLM has never said how it ended; nothing for one that is settled."""
        call = self._open.pop(name, None)
        if call is not None:
            self._delivery.settle(answers.abandoned(call.record, call.counted, call.duration_s()))

    async def _count(self, ask: Ask) -> int | None:
        if ask.text is not None:
            return await self._counting.count_input(ask.record, ask.text)
        return ask.size if ask.size > MOST_COUNTED_BYTES and ask.is_text_only else None

    async def _reserve(self, ask: Ask, counted: int | None) -> dict[str, Any]:
        known = {
            "record": ask.priced().to_wire(),
            "input_tokens": counted,
            "max_output_tokens": ask.max_output_tokens,
            "is_text_only": ask.is_text_only,
        }
        body = {name: value for name, value in known.items() if value is not None}
        answer = await self._link.ask("v1/reserve", body)
        if answer.get("granted") is False and answer.get("is_reserved_elsewhere"):
            # Perhaps by calls through this process that are over and not delivered yet.
            await self._delivery.flush()
            answer = await self._link.ask("v1/reserve", {**body, "may_wait": False})
        return answer

    def _refused(self, record: CallRecord, answer: Mapping[str, Any]) -> CallRefused:
        standing = answer.get("standing")
        limit = standing.get("limit") if isinstance(standing, dict) else None
        limit_id = limit.get("id") if isinstance(limit, dict) else None
        refusal = CallRefused(str(answer.get("message")), limit_id if isinstance(limit_id, str) else None)
        self._delivery.settle(answers.refused(record, refusal.limit_id))
        return refusal

    async def _renew(self) -> None:
        """Renew the leases of calls under way until cancelled, and end calls that have no end."""
        while True:
            await asyncio.sleep(RENEW_S)
            for name in [name for name, call in self._open.items() if call.duration_s() > LONGEST_CALL_S]:
                self.abandon(name)
            ids = [call.record.call_id for call in self._open.values()]
            if ids:
                with suppress(HubAway, HubRefused):
                    await self._link.ask("v1/renew", {"ids": ids})

    def _loop_call(self, name: str) -> None:
        """A garbage collection, in any thread: LiteLLM has forgotten a call."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.abandon, name)

    def _report(self, reason: str) -> None:
        if reason != self._reported:
            self._reported = reason
            _log.warning("LLM Meter: the hub's service cannot be used: %s", reason)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._loop.create_task(work)
