"""Delivers the spool's lines to the service, off the user's thread.

A thread, started by the first line, delivers lines in batches, renews the reservations of calls under way and
publishes answers that stream in. What the service has not acknowledged stays in the spool. A service that is
away is asked ever more rarely, and interpreter exit waits at most two seconds, only for one that answers.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.delivery import kernel_message
from llm_meter_tap.delivery.leases import Leases
from llm_meter_tap.delivery.progress import AnswersUnderWay
from llm_meter_tap.delivery.service_client import ServiceClient
from llm_meter_tap.delivery.spool import Spool
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy
from llm_meter_tap.runtime.native import Empty, Event, SimpleQueue, Thread
from llm_meter_tap.system import Clock, Threads
from llm_meter_tap.wire.spool_line import with_text

if TYPE_CHECKING:
    from llm_meter_tap.delivery.progress import Watched
    from llm_meter_tap.limits.allotments import Allotments
    from llm_meter_tap.wire.record import CallRecord

_QUIET_S = 0.05
_LONGEST_BURST_S = 0.5
_FIRST_RETRY_S = 0.5
_LAST_RETRY_S = 30.0
# While new lines come, a service that was away is tried at least this often.
_NEW_LINE_RETRY_S = 1.0
_EXIT_S = 2.0
# How long a fork waits for lines under way, seconds.
_PAUSE_S = 0.25
_BATCH = 200
# A busy service may answer too late for the first attempt; one that is away must not fill the memory.
_TEXT_ATTEMPTS = 3
# Lines beyond it are on disk only, for the service to import when this process is gone.
_LARGEST_BACKLOG = 20_000


class OutgoingLine(NamedTuple):
    """One spool line on its way to the service.

    Attributes:
        event: `opened`, `settled` or `dropped`.
        call_id: The call it is about.
        encoded: The line itself.
        is_spooled: Whether it is on disk too.
        record: The record of a settled line, for the kernel message.
        text: Gives `input`, `output` and `framing` to be counted by the service, when the line is about to be
            sent; what it holds is in memory only, gone after `_TEXT_ATTEMPTS`.
        parent: The cell's parent message, where the kernel message belongs.
        on_notices: Gets the service's notices, or None when no service took the line; None prints them.
        attempts: How often it was sent and not taken.
    """

    event: str
    call_id: str
    encoded: bytes
    is_spooled: bool
    record: CallRecord | None = None
    text: Callable[[], dict[str, Any] | None] | None = None
    parent: dict[str, Any] | None = None
    on_notices: Callable[[list[str] | None], None] | None = None
    attempts: int = 0


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

    allotments: Allotments | None = None

    def __init__(self, folder: str, spool: Spool) -> None:
        self.leases = Leases()
        self._answers = AnswersUnderWay()
        self._spool = spool
        self._client = ServiceClient(folder)
        # SimpleQueue: its `put` may be re-entered, by a garbage collection that settles a call.
        self._inbox: SimpleQueue[OutgoingLine | Watched | Event | _Stop] = SimpleQueue()
        self._backlog: deque[OutgoingLine] = deque()
        self._hurry: SimpleQueue[None] = SimpleQueue()
        self._is_closing = False
        self._is_ended = False
        self._thread: Thread | None = None
        self._lock = Threads.RLock()
        self._due_at = 0.0
        self._attempted_at = 0.0
        self._retry_s = _FIRST_RETRY_S

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
        self._ensure_thread()

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
            if self._backlog and (waiter is not None or Clock.monotonic() >= self._due_at):
                self._deliver()
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

    def _waits_s(self) -> list[float | None]:
        """Seconds until each kind of work is due; None where there is none."""
        allotments = self.allotments
        held_s = None if allotments is None else allotments.due_in_s()
        return [self.leases.due_in_s(), self._answers.due_in_s(), held_s]

    def _collect(self) -> Event | _Stop | None:
        """Handle what has come, waiting for it until the backlog is due; returns who waits for that."""
        due_s = max(0.0, self._due_at - Clock.monotonic()) if self._backlog else None
        waits_s = [wait_s for wait_s in (due_s, *self._waits_s()) if wait_s is not None]
        timeout_s = min(waits_s, default=None)
        try:
            item = self._inbox.get(timeout=timeout_s)
            if self._attempted_at:
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

    def _handle(self, line: OutgoingLine | Watched) -> None:
        if not isinstance(line, OutgoingLine):
            self._answers.watch(line)
            return
        if line.record is not None and line.parent is not None:
            kernel_message.publish(line.record.to_wire(), line.parent)
        if self._is_away():
            self._due_at = min(self._due_at, self._attempted_at + _NEW_LINE_RETRY_S)
        if len(self._backlog) < _LARGEST_BACKLOG:
            self._backlog.append(line)

    def _is_away(self) -> bool:
        return self._retry_s > _FIRST_RETRY_S

    def _deliver(self) -> None:
        self._attempted_at = Clock.monotonic()
        while self._backlog:
            batch = [self._backlog.popleft() for _ in range(min(_BATCH, len(self._backlog)))]
            left = self._post_lines(batch)
            if left:
                self._postpone(left)
                return
        self._retry_s = _FIRST_RETRY_S

    def _post_lines(self, batch: list[OutgoingLine]) -> list[OutgoingLine]:
        """Post lines to the service; returns those that no service took."""
        settled = {line.call_id for line in batch if line.event == "settled"}
        lines = [_encoded(line) for line in batch if line.event != "opened" or line.call_id not in settled]
        headers = {"Content-Type": "application/jsonl", "X-LLM-Meter-Spool": self._spool.name}
        answer = self._client.post("/v1/lines", b"".join(lines), headers)
        if answer is None:
            return batch
        status, content = answer
        if status == 400 and "acknowledged" not in content and len(batch) > 1:
            # One line cannot be read, and the answer does not say which: send each alone.
            return [left for line in batch for left in self._post_lines([line])]
        self._settle_answer(batch, content)
        return []

    def _settle_answer(self, batch: list[OutgoingLine], content: dict[str, Any]) -> None:
        acknowledged = set(content.get("acknowledged") or ())
        taken = [line for line in batch if line.call_id in acknowledged]
        if self.allotments is not None:
            settled = [line.call_id for line in batch if line.event == "settled"]
            drawn, recalled = content.get("drawn") or (), content.get("recalled") or ()
            self.allotments.delivered(settled, list(drawn), list(recalled))
        self._spool.acknowledge(sum(line.is_spooled for line in taken))
        if len(taken) < len(batch):
            faults.count("a line that the service refused", ValueError())
        notices = [str(notice) for notice in content.get("notices") or ()]
        callbacks = [line.on_notices for line in batch if line.on_notices]
        for on_notices in callbacks:
            on_notices(notices)
        if not callbacks and not kernel_message.is_kernel():
            print_notices(notices)

    def _postpone(self, lines: list[OutgoingLine]) -> None:
        for line in lines:
            if line.on_notices:
                line.on_notices(None)
        self._backlog.extendleft(_after_attempt(line) for line in reversed(lines))
        self._due_at = Clock.monotonic() + self._retry_s
        self._retry_s = min(2 * self._retry_s, _LAST_RETRY_S)


def _after_attempt(line: OutgoingLine) -> OutgoingLine:
    attempts = line.attempts + 1
    text = line.text if attempts < _TEXT_ATTEMPTS else None
    return line._replace(attempts=attempts, text=text, on_notices=None)


def _encoded(line: OutgoingLine) -> bytes:
    text = None if line.text is None else line.text()
    return line.encoded if text is None else with_text(line.encoded, text)


def print_notices(notices: list[str]) -> None:
    """Print crossed thresholds to stderr, one a line."""
    for notice in notices:
        sys.stderr.write(f"LLM Meter: {notice}\n")
