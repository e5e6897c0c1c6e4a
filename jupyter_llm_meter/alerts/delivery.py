"""Delivers what the ledger holds for the channels of one service.

Each channel has a task of its own on the service's loop and sends in daemon threads: a dead channel delays
neither the others nor the stop. The outcome of each send is written to the ledger; when a process dies in
between, its lease ends and the message is sent again (`ledger.deliveries`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import TypeVar

from jupyter_llm_meter.alerts.channel import Channel
from jupyter_llm_meter.alerts.channels import Channels, code_of
from jupyter_llm_meter.alerts.errors import ChannelError, DeliveryError
from jupyter_llm_meter.alerts.sender import Sender, send, sender_to
from jupyter_llm_meter.alerts.text import AlertDetails, Message, compose
from jupyter_llm_meter.alerts.trial import Outcome, try_channels
from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.core.limit_names import limit_of_id
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import CellPosition, TopNotebook
from jupyter_llm_meter.ledger import DELIVERY_LEASE, LedgerAccess, LedgerUnavailable, Turn
from jupyter_llm_meter.runtime.background import Background, start_thread
from jupyter_llm_meter.runtime.problems import Problems

GATHER_S = 1.0
"""How long an alert waits for others that come with it."""
SEND_PATIENCE_S = DELIVERY_LEASE.total_seconds() / 2
STOP_PATIENCE_S = 2.0
LEDGER_PAUSE_S = 30.0
THREAD = "llm-meter-alerts"

Result = TypeVar("Result")


class AlertDelivery:
    """Delivers alerts to the channels.

    Args:
        channels: The channels.
        ledger: Where deliveries wait.
        problems: Takes the problems of channels that do not work.
        background: Runs the channels' tasks.
        changed: Called on the loop when a problem appears or is over.
        link: Address of the lab, for the messages.
        limits: Returns the limits in force.
        expected_use: Returns the expected use at the end of the window, by the limit's id and the subject.
        cells: Returns where the cells of the notebook at a path are, by their ids, as far as known.
        currency: What messages show beside dollars.
    """

    def __init__(
        self,
        *,
        channels: Channels,
        ledger: LedgerAccess,
        problems: Problems,
        background: Background,
        changed: Callable[[], None],
        link: str | None,
        limits: Callable[[], Sequence[Limit]],
        expected_use: Callable[[str, str], Decimal | None],
        cells: Callable[[str], Awaitable[Mapping[str, CellPosition]]],
        currency: Currency | None = None,
    ) -> None:
        self._channels = channels
        self._ledger = ledger
        self._problems = problems
        self._background = background
        self._changed = changed
        self._link = link
        self._limits = limits
        self._expected_use = expected_use
        self._cells = cells
        self._currency = currency
        self._posted: dict[str, asyncio.Event] = {}
        self._sending: dict[str, Future[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._trial: asyncio.Task[Sequence[Outcome]] | None = None
        self._is_stopping = asyncio.Event()

    def start(self) -> None:
        """Deliver what waits, and from now on what is posted. On the service's loop."""
        for channel in self._channels:
            self._posted[channel.name] = asyncio.Event()
            self._tasks.append(self._background.start(self._serve(channel)))

    def wake(self) -> None:
        """Deliver what was posted. On the service's loop."""
        for event in self._posted.values():
            event.set()

    async def try_channels(self) -> Sequence[Outcome]:
        """Send each channel a test message; another request meanwhile gets the same outcome."""
        if self._trial is None or self._trial.done():
            self._trial = asyncio.ensure_future(try_channels(self._channels, self._link))
        return await asyncio.shield(self._trial)

    async def stop(self) -> None:
        """Send what was just posted at once, and wait only a moment for each channel."""
        self._is_stopping.set()
        self.wake()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_PATIENCE_S)

    async def _serve(self, channel: Channel) -> None:
        try:
            sender = await asyncio.wrap_future(start_thread(lambda: sender_to(channel), THREAD))
        except ChannelError as error:
            self._report_failure(channel, "channel-without-sender", error.explanation)
            return
        is_urgent = True
        while True:
            turn = await self._turn(channel, is_urgent)
            is_urgent = False
            if turn is not None and turn.message_id is not None:
                await self._deliver(channel, sender, turn)
            elif self._is_stopping.is_set():
                return
            else:
                await self._wait(channel, turn)

    async def _turn(self, channel: Channel, is_urgent: bool) -> Turn | None:
        """Lease what is due; None while the ledger cannot be used."""
        self._posted[channel.name].clear()
        now = _now()
        hours = channel.quiet_hours
        quiet = None if hours is None else hours.at(now)
        with suppress(LedgerUnavailable):
            return await self._ledger.use(
                lambda ledger: ledger.take_turn(channel.name, channel.most_per_hour, now, is_urgent, quiet)
            )
        return None

    async def _wait(self, channel: Channel, turn: Turn | None) -> None:
        pause_s: float | None = LEDGER_PAUSE_S
        if turn is not None:
            pause_s = None if turn.next_at is None else max(0.0, (turn.next_at - _now()).total_seconds())
        try:
            await asyncio.wait_for(self._posted[channel.name].wait(), pause_s)
        except asyncio.TimeoutError:
            return
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._is_stopping.wait(), GATHER_S)

    async def _deliver(self, channel: Channel, sender: Sender, turn: Turn) -> None:
        limits = {limit.id: limit for limit in self._limits()}
        alerts = [
            AlertDetails(
                each.alert,
                limits.get(each.alert.limit_id) or limit_of_id(each.alert.limit_id, each.alert.unit),
                each.time_zone,
                [await self._located(notebook) for notebook in each.notebooks],
                self._expected_use(each.alert.limit_id, each.alert.subject),
                self._currency,
            )
            for each in turn.deliveries
        ]
        message = compose(alerts, channel.language, sender.most_bytes, self._link)
        message_id = turn.message_id
        assert message_id is not None
        try:
            await self._send(channel, sender, message)
        except DeliveryError as error:
            reason = error.explanation
            given_up = await self._record(lambda ledger: ledger.mark_failed(message_id, reason.text, _now()))
            self._report_failure(channel, "channel-given-up" if given_up else "channel-failing", reason)
        else:
            await self._record(lambda ledger: ledger.mark_sent(message_id, _now()))
            self._resolve(channel)

    async def _located(self, notebook: TopNotebook) -> TopNotebook:
        """A notebook with the place of its cell, where the lab knows it."""
        if notebook.cell_id is None:
            return notebook
        cells = await self._cells(notebook.path)
        return replace(notebook, position=cells.get(notebook.cell_id))

    async def _send(self, channel: Channel, sender: Sender, message: Message) -> None:
        last = self._sending.get(channel.name)
        if last is not None and not last.done():
            raise DeliveryError("delivery-waiting")
        sending = self._sending[channel.name] = start_thread(lambda: send(sender, channel, message), THREAD)
        try:
            await asyncio.wait_for(_undisturbed(sending), SEND_PATIENCE_S)
        except asyncio.TimeoutError:
            raise DeliveryError("delivery-late", seconds=round(SEND_PATIENCE_S)) from None

    async def _record(self, write: Callable[..., Result]) -> Result | None:
        """Write the outcome of a send to the ledger; without it the lease ends and the message goes again."""
        with suppress(LedgerUnavailable):
            return await self._ledger.use(write)
        return None

    def _report_failure(self, channel: Channel, code: str, reason: Explanation) -> None:
        explanation = explain(code, name=channel.name, url=channel.masked_url, error=reason)
        self._problems.report(code_of(channel.name), explanation)
        self._changed()

    def _resolve(self, channel: Channel) -> None:
        was_open = any(problem.code == code_of(channel.name) for problem in self._problems.open())
        self._problems.resolve(code_of(channel.name))
        if was_open:
            self._changed()


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _undisturbed(sending: Future[None]) -> asyncio.Future[None]:
    """Return a future that may be abandoned: an error after that is not reported."""
    wrapped = asyncio.wrap_future(sending)
    wrapped.add_done_callback(lambda done: done.cancelled() or done.exception())
    return asyncio.shield(wrapped)
