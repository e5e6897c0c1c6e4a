"""Delivers the spool's lines to the service, off the user's thread.

A thread, started by the first line, delivers lines in batches, renews the reservations of calls under way and
publishes answers that stream in. The interpreter's exit waits at most two seconds, only for a service that
answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.delivery import kernel_message
from llm_meter_tap.delivery.backlog import Backlog, OutgoingLine
from llm_meter_tap.delivery.leases import Leases
from llm_meter_tap.delivery.progress import AnswersUnderWay
from llm_meter_tap.delivery.service_client import ServiceClient
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy
from llm_meter_tap.runtime.native import Empty, Event, SimpleQueue, Thread
from llm_meter_tap.system import Clock, Threads

if TYPE_CHECKING:
    from llm_meter_tap.delivery.held_limits import HeldLimits
    from llm_meter_tap.delivery.progress import Watched
    from llm_meter_tap.delivery.spool import Spool

# A line that comes so soon after a delivery is taken for one of a burst, seconds. Slower calls are delivered
# one by one, so that the gauge shows each of them at once.
_BURST_PACE_S = 0.1
_QUIET_S = 0.05
_LONGEST_BURST_S = 0.5
# A service that started after the last delivery knows nothing of this process, and would not see it end. That
# may last so long, seconds; a call that opens meanwhile costs no delivery of its own.
_OPENED_PAUSE_S = 30.0
_EXIT_S = 2.0
# How long a fork waits for lines under way, seconds.
_PAUSE_S = 0.25


class _Stop(NamedTuple):
    """Asks the thread to end after it has delivered what came before."""


class LineSender:
    """Delivers the lines of this process to the service.

    Args:
        folder: The private folder.
        spool: Counts what the service acknowledges.

    Attributes:
        leases: The reservations of calls under way.
        allotments: What this process holds of hard limits; None until it asks for a reservation.
    """

    allotments: HeldLimits | None = None

    def __init__(self, folder: str, spool: Spool) -> None:
        self.leases = Leases()
        self._answers = AnswersUnderWay()
        self._client = ServiceClient(folder)
        self._spool = spool
        self._backlog = Backlog(self._client, spool, self._note_answer)
        # SimpleQueue: its `put` may be re-entered, by a garbage collection that settles a call.
        self._inbox: SimpleQueue[OutgoingLine | Watched | Event | _Stop] = SimpleQueue()
        self._hurry: SimpleQueue[None] = SimpleQueue()
        self._is_closing = False
        self._is_ended = False
        self._thread: Thread | None = None
        self._lock = Threads.RLock()

    @property
    def spool_name(self) -> str:
        """The name by which the service knows this process."""
        return self._spool.name

    def queue_line(self, line: OutgoingLine, is_urgent: bool = False) -> None:
        """Queue a line; returns at once.

        Args:
            line: The line.
            is_urgent: Deliver it now: until the service has it, it holds a reservation that others may need.
        """
        self._inbox.put(line)
        if is_urgent:
            self._hurry.put(None)
        if self._thread is None:
            self._ensure_thread()

    def is_opened_due(self) -> bool:
        """Whether to queue what opens, too: the service has not heard of this process for a while."""
        return Clock.monotonic() - self._backlog.attempted_at >= _OPENED_PAUSE_S

    def watch(self, report: Watched) -> None:
        """Publish the progress of an answer while it streams in; returns at once."""
        self._inbox.put(report)
        self._ensure_thread()

    def flush(self, timeout_s: float = _EXIT_S) -> None:
        """Wait until every line is delivered or no service takes it, at most `timeout_s` seconds."""
        if self._thread is None and (self._backlog or not self._inbox.empty()):
            self._start()
        thread = self._thread
        if thread is None or not thread.is_alive:
            return
        done = Event()
        self._inbox.put(done)
        self._hurry.put(None)
        done.wait(timeout_s)

    def close(self) -> None:
        """Flush, then end the thread and the connection: a process may make another tap later."""
        self._is_closing = True
        self.flush()
        thread = self._thread
        if thread is None or thread.is_current or thread.join(_PAUSE_S):
            self._is_ended = True
            self._client.close()

    def abandon(self) -> None:
        """In a forked child: close this copy of the parent's connection, which stays the parent's."""
        self._client.abandon()

    def pause(self) -> None:
        """Deliver what came, then end the thread until there is more to do; waits a moment for that.

        Before a fork: from Python 3.12 on `os.fork` warns of threads, and a program without threads of its
        own is not to be warned of the tap's.
        """
        thread = self._thread
        if thread is None or not thread.is_alive or thread.is_current:
            return
        self._inbox.put(_Stop())
        self._hurry.put(None)
        if thread.join(_PAUSE_S):
            thread.vanish()

    def resume(self) -> None:
        """Start the thread again if a reservation or an answer under way needs it; a line starts it too."""
        if any(wait_s is not None for wait_s in self._waits_s()):
            self._ensure_thread()

    def _ensure_thread(self) -> None:
        if self._thread is None and not self._is_ended:
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            self._thread = Thread(self._run)

    def _run(self) -> None:
        is_stopped = False
        with PassingBy():
            while not self._is_ended and not is_stopped:
                is_stopped = bool(self._step())
        with self._lock:
            self._thread = None
            if not self._is_ended and not self._inbox.empty():
                self._start()  # a line came after the request to stop

    @faults.contained
    def _step(self) -> bool:
        """Do what is due; returns whether the thread is to end for now."""
        waiter = self._collect()
        try:
            due_in_s = self._backlog.due_in_s()
            if due_in_s is not None and (waiter is not None or due_in_s == 0.0):
                self._backlog.deliver()
            self._keep_limits()
            self._answers.publish_due()
        finally:
            if isinstance(waiter, Event):
                self._is_ended = self._is_closing
                waiter.set()
        return isinstance(waiter, _Stop)

    def _keep_limits(self) -> None:
        """Renew reservations and allotments, and give back what is not needed of these."""
        lost = self.leases.renew(self._client)
        if self.allotments is not None:
            self.allotments.lost(lost)
            self.allotments.give_back(self._client, is_all=self._is_closing)

    def _note_answer(self, call_ids: list[str], answer: dict[str, Any]) -> None:
        """Note what the service says of settled calls that were drawn from allotments."""
        if self.allotments is not None:
            drawn, recalled = answer.get("drawn") or (), answer.get("recalled") or ()
            self.allotments.delivered(call_ids, list(drawn), list(recalled))

    def _waits_s(self) -> list[float | None]:
        """Seconds until each kind of work is due; None where there is none."""
        allotments = self.allotments
        held_s = None if allotments is None else allotments.due_in_s()
        return [self.leases.due_in_s(), self._answers.due_in_s(), held_s]

    def _collect(self) -> Event | _Stop | None:
        """Handle what has come, waiting for it until the backlog is due; returns who waits for that."""
        waits_s = [wait_s for wait_s in (self._backlog.due_in_s(), *self._waits_s()) if wait_s is not None]
        timeout_s = min(waits_s, default=None)
        try:
            item = self._inbox.get(timeout=timeout_s)
            if Clock.monotonic() - self._backlog.attempted_at < _BURST_PACE_S:
                self._let_burst_pass()
            while not self._hurry.empty():
                self._hurry.get_nowait()
            while not isinstance(item, (Event, _Stop)):
                self._handle(item)
                item = self._inbox.get_nowait()
            return item
        except Empty:
            return None

    def _let_burst_pass(self) -> None:
        """Wait for a moment without new lines: work done between them takes the interpreter from the user.

        Not waiting on the queue meanwhile, for to be woken for each line costs the user's thread too.
        """
        until = Clock.monotonic() + _LONGEST_BURST_S
        before = -1
        while self._inbox.qsize() != before and Clock.monotonic() < until:
            before = self._inbox.qsize()
            try:
                self._hurry.get(timeout=_QUIET_S)
            except Empty:
                continue
            return

    def _handle(self, item: OutgoingLine | Watched) -> None:
        if not isinstance(item, OutgoingLine):
            self._answers.watch(item)
            return
        if item.record is not None and item.parent is not None:
            kernel_message.publish(item.record.to_wire(), item.parent)
        self._backlog.add(item)
