"""The service: one thread, one loop, everything that has to go on while the program around it is busy.

Owns starting and stopping, and what follows from what: a commit is told to peers and watchers, a tap that
left has its spool imported, a ledger that was away is followed by an import of everything that waited.
Coroutine methods run on the service's loop; from any other thread they are called through ``submit``. What
the service sends itself is no call of anybody's: the tap of the process stands aside for it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class until Python 3.11
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

from jupyter_llm_meter.alerts.channels import Channels
from jupyter_llm_meter.alerts.delivery import Courier
from jupyter_llm_meter.core.prices import price
from jupyter_llm_meter.ledger import Ledger, Outbox, Part, Raise, Seen, Settled
from jupyter_llm_meter.ledger.access import LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.ledger.settling import Pricer
from jupyter_llm_meter.policy.raises import RaiseRequest, plan_raise
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.context import Kernels, Limits, NoKernels
from jupyter_llm_meter.service.counting import Counting
from jupyter_llm_meter.service.folder import Place
from jupyter_llm_meter.service.gate import Gate
from jupyter_llm_meter.service.ingest import Ingest, Receipt
from jupyter_llm_meter.service.limits_watch import LimitsWatch
from jupyter_llm_meter.service.notices import notice
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.peers import Peers
from jupyter_llm_meter.service.rendezvous import OwnRendezvous, new_stem
from jupyter_llm_meter.service.reservation_request import IncomingRequest, UsageRequest
from jupyter_llm_meter.service.reserving import Reserving
from jupyter_llm_meter.service.runaways import Runaways
from jupyter_llm_meter.service.server import ServiceServer
from jupyter_llm_meter.service.spool_import import SpoolImport
from jupyter_llm_meter.service.standing import StandingDocument
from jupyter_llm_meter.tokenizers import Count
from llm_meter_tap.runtime.guard import PassingBy
from llm_meter_tap.wire import file_lock
from llm_meter_tap.wire.record import CallRecord

LISTENER_PROBLEM = "listener"
STOP_PATIENCE_S = 15.0
IMPORT_PATIENCE_S = 5.0
"""Nobody who stops a server waits longer for its spools: what is left in them the next service takes in."""
# A dying process closes its socket a moment before the kernel drops the lock of its spool.
DEATH_PAUSES_S = (0.0, 0.2, 1.0, 5.0)

Result = TypeVar("Result")
Watcher = Callable[[Sequence[str]], None]


class Service:
    """Metering for the processes started from here.

    Args:
        place: Private folder and ledger.
        limits: The limits in force.
        owner: Whose calls they are when a record does not say.
        problems: What is wrong now.
        time_zone: IANA zone of the days and months of the summary.
        log: The service's log.
        kernels: The lab around it, if there is one.
        notify: Takes the notices of crossed thresholds instead of the taps.
        pricer: Finds the cost of calls.
        rules: How hard limits are kept.
        channels: Where alerts go; None: nowhere.
        link: Address of the lab, for the alerts.
    """

    def __init__(
        self,
        place: Place,
        limits: Limits,
        owner: Owner,
        problems: Problems,
        time_zone: str,
        log: logging.Logger,
        kernels: Kernels | None = None,
        notify: Callable[[str], None] | None = None,
        pricer: Pricer = price,
        rules: Rules | None = None,
        channels: Channels | None = None,
        link: str | None = None,
    ) -> None:
        kernels = kernels or NoKernels()
        self.stem = new_stem()
        self.place = place
        self.background = Background(log)
        self._log = log
        self._notify = notify
        self._watchers: list[Watcher] = []
        self._secret = secrets.token_urlsafe(32)
        self._rendezvous = OwnRendezvous(place.folder, self.stem)
        self._problems = problems
        self._limits = limits
        self._rules = rules = rules or Rules()
        self._owner = owner
        self._gate = Gate(place.folder, self.stem, rules, problems)
        self._limits_watch = LimitsWatch(limits, self._gate, self.tell_watchers)
        channels = self._channels = channels or Channels({}, problems)
        outbox = Outbox(channels.names_for, self._alerts_posted)
        self._ledger = LedgerAccess(
            place.ledger_url, place.folder, problems, self._ledger_went_away, pricer, outbox
        )
        self._courier = Courier(
            channels,
            self._ledger,
            problems,
            self.background,
            self.tell_watchers,
            link,
            lambda limit_id, subject: self._document.expected_use(limit_id, subject),
        )
        self._counting = Counting(problems)
        self._ingest = Ingest(self._ledger, limits, kernels, self._counting, owner, self._committed)
        self._reserving = Reserving(
            self._ledger,
            limits,
            self._ingest.placed,
            self._counting,
            rules,
            self.background,
            self.tell_watchers,
        )
        self.runaways = Runaways(self._ledger, self.background)
        self._document = StandingDocument(
            self._ledger,
            limits,
            kernels,
            problems,
            owner.user,
            time_zone,
            self._reserving.entry,
            self.runaways.to_wire,
            channels.check,
        )
        self._spools = SpoolImport(place.folder, self._ingest.take_records, problems)
        self._peers = Peers(place.folder, self.stem, self.background, log)
        self._recovery: asyncio.Task[None] | None = None
        self._ready = Event()
        self._thread = Thread(target=self._run, name="llm-meter-service", daemon=True)
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        """Start the thread; returns when taps can connect, or when the state says that they cannot."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Take in what is in the spools, withdraw the rendezvous and end the thread; once."""
        if not self._thread.is_alive():
            return
        try:
            self.submit(self._shut_down()).result(STOP_PATIENCE_S)
        except FutureTimeoutError:
            self._log.error(
                "LLM Meter: the service did not stop in %d s; calls stay in the spool.", STOP_PATIENCE_S
            )
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_PATIENCE_S)

    def submit(self, work: Coroutine[object, object, Result]) -> Future[Result]:
        """Run a coroutine of the service on its loop, from any other thread."""
        with PassingBy():
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def watch(self, watcher: Watcher) -> None:
        """Have a function called on the service's loop when the standing changed, with new calls' ids."""
        self._watchers.append(watcher)

    def tell_watchers(self, call_ids: Sequence[str] = ()) -> None:
        """Call the watchers; for changes that are no commit of ours. On the service's loop."""
        for watcher in self._watchers:
            watcher(call_ids)

    async def changed(self) -> None:
        """Tell watchers and peers of a change that is no call."""
        self.tell_watchers()
        self._peers.poke_soon()

    def tell_soon(self, pause_s: float) -> None:
        """Tell the watchers after a while; from any thread while the service runs."""
        self._call_soon(lambda: self._loop.call_later(pause_s, self.tell_watchers))

    def kernel_ended(self, kernel_id: str) -> None:
        """Forget how a kernel ran; from any thread while the service runs."""
        self._call_soon(lambda: self.runaways.forget(kernel_id))

    def process_ended(self) -> None:
        """Import what dead processes left, soon; from any thread while the service runs."""
        self._call_soon(lambda: self.background.start(self._collect_dead(None)))

    async def accept_lines(self, body: bytes) -> Receipt:
        """Take spool lines into the ledger.

        Raises:
            LedgerUnavailable: Nothing was kept.
        """
        receipt = await self._ingest.take_lines(body)
        if self._notify is not None:
            receipt.notices = []
        return receipt

    async def settle_calls(self, records: Sequence[CallRecord]) -> None:
        """Take calls into the ledger that no tap sent: theirs is the user of this service.

        Raises:
            LedgerUnavailable: Nothing was kept.
        """
        await self._ingest.take_records(records)

    async def take_over(self, parts: Sequence[Part], seen: Sequence[Seen]) -> dict[str, int]:
        """Take over what pages counted without this service, each part once; see `Ingest.take_over`."""
        return await self._ingest.take_over(parts, seen)

    async def count(self, text: str, model: str | None = None, tokenizer: str | None = None) -> Count:
        """Count tokens, see `jupyter_llm_meter.tokenizers.count`."""
        return await self._counting.count(text, model, tokenizer)

    async def reserve(self, request: IncomingRequest) -> dict[str, Any]:
        """Decide whether a call may be sent; see `Reserving.ask`."""
        return await self._reserving.ask(request)

    async def renew(self, call_ids: Sequence[str]) -> dict[str, Any]:
        """Begin the leases of calls in flight anew; see `Reserving.renew`."""
        return await self._reserving.renew(call_ids)

    async def sum_usage(self, request: UsageRequest) -> dict[str, Any]:
        """Sum up some calls, or a kernel's.

        Raises:
            LedgerUnavailable: The ledger cannot be used now.
        """
        kernel_id, since = request.kernel_id, request.since
        if kernel_id is None or since is None:
            usage = await self._ledger.use(lambda ledger: ledger.usage_of_calls(request.call_ids))
        else:
            usage = await self._ledger.use(lambda ledger: ledger.usage_of_kernel(kernel_id, since))
        return {"usage": usage}

    async def add_raise(self, request: RaiseRequest) -> Raise:
        """Add to a limit for a while.

        Raises:
            RaiseError: It makes no sense.
            RaiseNotAllowed: This user may not.
            LedgerUnavailable: It was not kept.
        """
        limits, now = self._limits.current(), datetime.now(timezone.utc)
        raised = plan_raise(request, limits, self._rules, self._owner.user, now)
        await self._ledger.use(lambda ledger: ledger.add_raise(raised, limits, now))
        await self.changed()
        return raised

    async def claim_alert(self, alert_id: str, claimant: str) -> bool:
        """Give an alert or a runaway to the one tab that shows it; tells whether this claimant has it.

        Raises:
            UnknownAlert: No alert has this id.
            LedgerUnavailable: It cannot be used now.
        """
        is_claimed = self.runaways.claim(alert_id, claimant)
        if is_claimed is not None:
            return is_claimed
        now = datetime.now(timezone.utc)
        return await self._ledger.use(lambda ledger: ledger.claim_alert(alert_id, claimant, now))

    async def acknowledge_alert(self, alert_id: str) -> None:
        """Mark an alert or a runaway as seen, for every tab.

        Raises:
            UnknownAlert: No alert has this id.
            LedgerUnavailable: It cannot be used now.
        """
        if not self.runaways.acknowledge(alert_id):
            now = datetime.now(timezone.utc)
            await self._ledger.use(lambda ledger: ledger.acknowledge_alert(alert_id, now))
        await self.changed()

    async def standing(self) -> dict[str, object]:
        """Return the standing document without ``seq`` and ``call_ids``."""
        await self._limits_watch.look()
        return await self._document.compose()

    async def query_ledger(self, question: Callable[[Ledger], Result]) -> Result:
        """Query the ledger in a thread of its own.

        Raises:
            LedgerUnavailable: It cannot be used now.
        """
        return await self._ledger.use(question)

    async def import_spools(self, *, with_living: bool) -> None:
        """Take in the spools; calls wait there when the ledger is away."""
        # An absent ledger is in the state, and the import is done again when it is back.
        with suppress(LedgerUnavailable):
            await self._spools.run(with_living=with_living)

    def peer_committed(self) -> None:
        """Notify the watchers: another service committed to the same ledger."""
        self.tell_watchers()

    def tap_disconnected(self, spool: str) -> None:
        """Import the spool of a tap whose connection ended, if its process ended too."""
        self.background.start(self._collect_dead(self.place.folder / "spool" / Path(spool).name))

    def _call_soon(self, work: Callable[[], object]) -> None:
        with PassingBy():
            self._loop.call_soon_threadsafe(work)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with PassingBy():
            self._loop.call_soon(self._start_up)
            self._loop.run_forever()
        self._loop.close()

    def _start_up(self) -> None:
        self._server = ServiceServer(self, self._secret)
        try:
            port = self._server.open()
            self._rendezvous.publish(port, self._secret, datetime.now(timezone.utc))
            self._gate.raise_up()
        except OSError as error:
            self._problems.report(
                LISTENER_PROBLEM,
                f"No listener could be opened ({error}); calls are counted when their "
                "process ends. Restart the server.",
            )
        self._ready.set()
        self.background.start(self._begin())
        self.background.start(self._limits_watch.run())
        self._courier.start()

    async def _begin(self) -> None:
        await asyncio.to_thread(lambda: self._channels.check(self._limits.current()))
        await self._reserving.sweep()
        with suppress(LedgerUnavailable):
            await self._ledger.check()
            await self._spools.run(with_living=True)

    def _ledger_went_away(self) -> None:
        if self._recovery is None or self._recovery.done():
            self._recovery = self.background.start(self._recover())
            self.tell_watchers()

    async def _recover(self) -> None:
        is_back = False
        while not is_back:
            await asyncio.sleep(self._ledger.retry_in_s)
            with suppress(LedgerUnavailable):
                await self._spools.run(with_living=True)
                await self._ledger.check()
                is_back = True
        self.tell_watchers()

    async def _shut_down(self) -> None:
        self._gate.close()
        self._rendezvous.withdraw()
        await self._server.close()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.import_spools(with_living=True), IMPORT_PATIENCE_S)
        await self._peers.drain()
        self._reserving.close()
        await self._courier.stop()
        await self.background.cancel()
        await asyncio.to_thread(self._counting.close)
        await asyncio.to_thread(self._ledger.close)

    def _alerts_posted(self) -> None:
        self._call_soon(self._courier.posted)

    def _committed(self, settled: Settled) -> None:
        if self._notify is not None:
            for alert in settled.crossed:
                if not alert.is_refusal:
                    self._notify(notice(alert))
        self.runaways.look(settled.written)
        self.tell_watchers([*settled.new, *settled.upgraded])
        self._peers.poke_soon()

    async def _collect_dead(self, spool: Path | None) -> None:
        for pause_s in DEATH_PAUSES_S:
            await asyncio.sleep(pause_s)
            if spool is None or not file_lock.is_held(str(spool)):
                await self.import_spools(with_living=False)
                return
