"""The service: it meters on a thread and an event loop of its own, so that a busy program does not delay it.

It starts and stops its parts and connects them: after a commit, peers and watchers are
notified; when a tap leaves, its spool is imported; when the ledger is back, everything that waited is
imported. Coroutine methods run on the service's loop; from any other thread they are called through
``submit``. The service's own requests are not metered.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class until Python 3.11
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.alerts.delivery import AlertDelivery
from jupyter_llm_meter.core.allotments import AllotmentReturn
from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.ledger import (
    Ledger,
    LedgerAccess,
    LedgerUnavailable,
    Raise,
    Settled,
)
from jupyter_llm_meter.policy.raises import RaiseRequest, plan_raise
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.runtime.loop_thread import LoopThread
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.completion import Completion
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.gate import GateFile
from jupyter_llm_meter.service.import_schedule import ImportSchedule
from jupyter_llm_meter.service.ingest import Ingest, Receipt
from jupyter_llm_meter.service.kernel_runs import KernelRuns
from jupyter_llm_meter.service.limits_watch import LimitsWatch
from jupyter_llm_meter.service.notebook_limits import NotebookLimits
from jupyter_llm_meter.service.notebook_moves import NotebookMoves
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.peers import Peers
from jupyter_llm_meter.service.rendezvous import OwnRendezvous
from jupyter_llm_meter.service.reservation_queue import ReservationQueue
from jupyter_llm_meter.service.reservation_request import IncomingRequest, UsageRequest
from jupyter_llm_meter.service.runaways import Runaways
from jupyter_llm_meter.service.server import ServiceServer
from jupyter_llm_meter.service.signals import Signals
from jupyter_llm_meter.service.standing import StandingDocument
from jupyter_llm_meter.service.storage import Storage
from jupyter_llm_meter.service.upstream import Answer, Upstream

SERVER_PROBLEM = "service-server"
STOP_PATIENCE_S = 15.0
IMPORT_PATIENCE_S = 5.0
"""The longest that a stop waits for the spools; the next service imports what is left in them."""

Result = TypeVar("Result")


@dataclass(eq=False)
class Service:
    """Metering for the processes started from here; `compose` makes one.

    Attributes:
        stem: Name of the service's rendezvous.
        storage: Private folder and ledger.
        owner: Whose calls they are when a record does not say.
        rules: How hard limits are kept.
        limits: The limits in force.
        problems: What is wrong now.
        log: The service's log.
        signals: What the parts announce to one another.
        background: Runs the tasks of the service's loop.
        rendezvous: Publishes where the service listens.
        gate: Makes taps reserve while a hard limit is in force.
        limits_watch: Follows changes of the limits.
        channels: Where alerts go.
        ledger: The ledger.
        alert_delivery: Delivers alerts to channels.
        counting: Counts tokens.
        incoming: Commits calls.
        reservations: Decides whether calls may be sent.
        completion: Says where kernels belong.
        moves: Moves the histories of notebooks.
        runaways: The kernels that spend far more than usual.
        document: Composes the standing document.
        spools: Imports spools when there is a reason to.
        peers: The other services on this folder.
        upstream: The ledger of a hub, whose limits hold as well; None: there is no hub.
    """

    _: KW_ONLY
    stem: str
    storage: Storage
    owner: Owner
    rules: Rules
    limits: NotebookLimits
    problems: Problems
    log: logging.Logger
    signals: Signals
    background: Background
    rendezvous: OwnRendezvous
    gate: GateFile
    limits_watch: LimitsWatch
    channels: Channels
    ledger: LedgerAccess
    alert_delivery: AlertDelivery
    counting: Counting
    incoming: Ingest
    reservations: ReservationQueue
    kernel_runs: KernelRuns
    completion: Completion
    moves: NotebookMoves
    runaways: Runaways
    document: StandingDocument
    spools: ImportSchedule
    peers: Peers
    upstream: Upstream | None = None

    def __post_init__(self) -> None:
        """Prepare the thread and connect the parts."""
        self._secret = secrets.token_urlsafe(32)
        self._server = ServiceServer(self, self._secret)
        self._thread = LoopThread("llm-meter-service")
        self.signals.committed.connect(self._calls_committed)
        self.signals.ledger_lost.connect(self.spools.recover_ledger)
        self.signals.ledger_returned.connect(self.moves.attempt)
        self.signals.alerts_posted.connect(self._alerts_posted)
        if self.upstream is not None:
            self.upstream.attach(self)

    def start(self) -> None:
        """Start the thread; returns when taps can connect, or when the state says that they cannot."""
        self._thread.start(self._start_up)

    def stop(self) -> None:
        """Import the spools, withdraw the rendezvous and end the thread; once."""
        if not self._thread.is_alive:
            return
        try:
            self.submit(self._shut_down()).result(STOP_PATIENCE_S)
        except FutureTimeoutError:
            self.log.error(
                "LLM Meter: the service did not stop within %d s; calls stay in the spool.", STOP_PATIENCE_S
            )
        finally:
            self._thread.stop(STOP_PATIENCE_S)

    def submit(self, work: Coroutine[object, object, Result]) -> Future[Result]:
        """Run a coroutine of the service on its loop, from any other thread."""
        return self._thread.submit(work)

    async def announce_change(self) -> None:
        """Notify watchers and peers of a change that is not a call."""
        self.signals.standing_changed()
        self.peers.notify_soon()

    def announce_change_later(self, pause_s: float) -> None:
        """Notify the watchers after a pause; from any thread while the service runs."""
        self._thread.call_later(pause_s, self.signals.standing_changed)

    def kernel_ended(self, kernel_id: str) -> None:
        """Forget how a kernel ran; from any thread while the service runs."""
        self._thread.call_soon(lambda: self.runaways.forget(kernel_id))
        self._thread.call_soon(lambda: self.kernel_runs.forget(kernel_id))

    async def keep_place(self, kernel_id: str) -> None:
        """Keep in the ledger which notebook a kernel belongs to, for calls that come after its end; soon."""
        self.background.start(self._keep_place(kernel_id))

    async def _keep_place(self, kernel_id: str) -> None:
        places = await self.completion.kernel_places(kernel_id)
        if places.kernels:
            # A call of the kernel brings it again.
            with suppress(LedgerUnavailable):
                await self.ledger.use(lambda ledger: ledger.keep_places(places, datetime.now(timezone.utc)))

    async def move_notebooks(self, old: str, new: str) -> None:
        """Move the history of a notebook or folder that was moved; see `NotebookMoves`."""
        self.moves.move(old, new)

    async def request_run(self, kernel_id: str, run_id: str, cell_id: str) -> None:
        """Remember which cell a page has sent to a kernel; see `KernelRuns`."""
        self.kernel_runs.request(kernel_id, run_id, cell_id)

    def process_ended(self) -> None:
        """Import the spools of dead processes soon; from any thread while the service runs."""
        self._thread.call_soon(self.spools.import_dead_soon)

    async def reserve(self, request: IncomingRequest) -> Answer:
        """Decide whether a call may be sent; see `ReservationQueue.reserve`."""
        if self.upstream is None:
            return await self.reservations.reserve(request)
        return await self.upstream.reserve(request, self.reservations.reserve)

    async def renew(self, ids: Sequence[str]) -> Answer:
        """Renew the leases of calls in flight and of allotments; see `ReservationQueue.renew`."""
        answer = await self.reservations.renew(ids)
        if self.upstream is not None:
            answer["renewed"] = await self.upstream.renew(ids, answer["renewed"])
        return answer

    async def give_back(self, returned: Sequence[AllotmentReturn]) -> None:
        """Take back what a process does not need; see `ReservationQueue.give_back`."""
        if self.upstream is not None:
            returned = await self.upstream.give_back(returned)
        await self.reservations.give_back(returned)
        self.peers.notify_soon()

    async def accept_lines(self, body: bytes) -> Receipt:
        """Commit the lines of a tap; see `Ingest.accept_lines`."""
        receipt = await self.incoming.accept_lines(body)
        if self.upstream is not None and receipt.dropped:
            self.upstream.drop(receipt.dropped)
        return receipt

    def recalled(self, receipt: Receipt) -> list[str]:
        """The allotments of a tap's lines that another call waits for."""
        if self.upstream is None:
            return receipt.recalled
        used = [use.allotment_id for use in receipt.drawn]
        return sorted({*receipt.recalled, *self.upstream.recalled(used)})

    async def sum_usage(self, request: UsageRequest) -> dict[str, Any]:
        """Sum up some calls, or those of a kernel.

        Raises:
            LedgerUnavailable: The ledger cannot be used now.
        """
        kernel_id, since = request.kernel_id, request.since
        if kernel_id is None or since is None:
            usage = await self.ledger.use(lambda ledger: ledger.usage_of_calls(request.call_ids))
        else:
            usage = await self.ledger.use(lambda ledger: ledger.usage_of_kernel(kernel_id, since))
        return {"usage": usage}

    async def add_raise(self, request: RaiseRequest) -> Raise:
        """Add to a limit for a while.

        Raises:
            RaiseError: It is not valid.
            RaiseNotAllowed: This user may not.
            LedgerUnavailable: It was not kept.
        """
        limits, now = self.limits.current(), datetime.now(timezone.utc)
        raised = plan_raise(request, limits, self.rules, self.owner.user, now)
        await self.ledger.use(lambda ledger: ledger.add_raise(raised, limits, now))
        await self.announce_change()
        return raised

    async def claim_alert(self, alert_id: str, claimant: str) -> bool:
        """Give an alert or a runaway to the one tab that shows it; returns whether this claimant has it.

        Raises:
            UnknownAlert: No alert has this id.
            LedgerUnavailable: It cannot be used now.
        """
        is_claimed = self.runaways.claim(alert_id, claimant)
        if is_claimed is not None:
            return is_claimed
        now = datetime.now(timezone.utc)
        return await self.ledger.use(lambda ledger: ledger.claim_alert(alert_id, claimant, now))

    async def acknowledge_alert(self, alert_id: str) -> None:
        """Mark an alert or a runaway as seen, for every tab.

        Raises:
            UnknownAlert: No alert has this id.
            LedgerUnavailable: It cannot be used now.
        """
        if not self.runaways.acknowledge(alert_id):
            now = datetime.now(timezone.utc)
            await self.ledger.use(lambda ledger: ledger.acknowledge_alert(alert_id, now))
        await self.announce_change()

    async def standing(self) -> dict[str, object]:
        """Return the standing document without ``seq`` and ``call_ids``."""
        await self.limits.follow()
        await self.limits_watch.check()
        return await self.document.compose()

    async def query_ledger(self, question: Callable[[Ledger], Result]) -> Result:
        """Query the ledger in a thread of its own, with the moves of notebooks made until now.

        Raises:
            LedgerUnavailable: It cannot be used now.
        """
        await self.moves.wait()
        return await self.ledger.use(question)

    def peer_committed(self) -> None:
        """Notify the watchers: another service committed to the same ledger."""
        self.reservations.room_changed()
        self.signals.standing_changed()

    def tap_disconnected(self, spool: str) -> None:
        """Import the spool of a tap whose connection ended, if its process ended too."""
        self.spools.import_dead_soon(Path(spool).name)

    def _start_up(self) -> None:
        try:
            port = self._server.open()
            self.rendezvous.publish(port, self._secret, datetime.now(timezone.utc))
            self.gate.write()
        except OSError as error:
            self.problems.report(SERVER_PROBLEM, explain("server-not-started", error=str(error)))
        self.background.start(self._catch_up())
        self.background.start(self.limits_watch.run())
        self.alert_delivery.start()
        if self.upstream is not None:
            self.upstream.start()

    async def _catch_up(self) -> None:
        """Import what waited for a service, then decide on calls, sweep, and check the channels.

        Calls that are in a spool only may have outlived what was held for them.
        """
        await self.limits.follow()
        try:
            await self.spools.import_waiting()
        finally:
            self.reservations.open()
        await self.reservations.end_expired()
        await asyncio.to_thread(lambda: self.channels.check(self.limits.current()))

    async def _shut_down(self) -> None:
        self.gate.close()
        self.rendezvous.withdraw()
        await self._server.close()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.spools.import_all(with_living=True), IMPORT_PATIENCE_S)
        if self.upstream is not None:
            await self.upstream.stop()
        await self.moves.wait()
        await self.peers.drain()
        self.reservations.close()
        await self.alert_delivery.stop()
        await self.background.cancel()
        await asyncio.to_thread(self.counting.close)
        await asyncio.to_thread(self.ledger.close)

    def _alerts_posted(self) -> None:
        self._thread.call_soon(self.alert_delivery.wake)

    def _calls_committed(self, settled: Settled) -> None:
        self.runaways.check_calls(settled.written)
        self.reservations.room_changed()
        self.signals.changed.emit([*settled.new, *settled.upgraded, *settled.merged])
        self.peers.notify_soon()
