"""The tap of this process: one spool, one sender, one fingerprint key, made at the first call.

A forked child gets its own tap; the exit of the interpreter closes it. There is no tap if the environment
does not ask for one.
"""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from llm_meter_tap import startup
from llm_meter_tap.delivery.backlog import OutgoingLine
from llm_meter_tap.delivery.sender import LineSender
from llm_meter_tap.delivery.spool import Spool
from llm_meter_tap.limits.gate import GateWatch
from llm_meter_tap.runtime import faults
from llm_meter_tap.system import Process, Threads
from llm_meter_tap.wire.fingerprint import fingerprint
from llm_meter_tap.wire.private_folder import fingerprint_key, make_folder
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.spool_line import constant_members, dropped_line, opened_line, settled_line

if TYPE_CHECKING:
    from llm_meter_tap.limits.reservation import ReservationClient

_ID_BYTES = 16
_IDS_AT_A_TIME = 64

_current: Tap | None = None
# Taps of the processes this one was forked from: kept, because what they hold may be locked for good.
_inherited: list[Tap] = []
_making = Threads.RLock()


class Tap:
    """Writes the events of calls to the spool and passes them on.

    Args:
        folder: The private folder (LLM_METER_DIR).
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.spool = Spool(folder)
        self.sender = LineSender(folder, self.spool)
        self.gate_watch = GateWatch(folder)
        self._reservation_client: ReservationClient | None = None
        # Weak references to the calls that have not settled. A call removes itself. When the interpreter
        # exits, `released()` of each is called. A WeakSet costs more than writing both lines of a call.
        self.under_way: set[weakref.ref[Any]] = set()
        self._key: bytes | None = None
        self._ids: deque[str] = deque()

    @faults.contained
    def prepare(self) -> None:
        """Make what every call needs of the private folder, so that the first call does not wait for it."""
        make_folder(self.folder, "spool")
        self._key = fingerprint_key(self.folder)

    def new_call_id(self) -> str:
        """Return a random id; what the system gives at a time is enough for several."""
        ids = self._ids
        try:
            return ids.pop()
        except IndexError:
            digits = Process.random(_ID_BYTES * _IDS_AT_A_TIME).hex()
            ids.extend(digits[at : at + 2 * _ID_BYTES] for at in range(0, len(digits), 2 * _ID_BYTES))
            return Process.random(_ID_BYTES).hex()

    @faults.contained
    def fingerprint(self, headers: Mapping[str, str], query: str) -> str | None:
        """Fingerprint a request's API key; None without a key, or where the folder cannot be used."""
        if self._key is None:
            self._key = fingerprint_key(self.folder)
        return fingerprint(headers, query, self._key)

    def reservation_client(self) -> ReservationClient:
        """Return the client for reservations; its code is loaded only where a limit can refuse a call."""
        if self._reservation_client is None:
            from llm_meter_tap.limits.reservation import ReservationClient

            with _making:
                if self._reservation_client is None:
                    self._reservation_client = ReservationClient(self.folder, self.sender, self.write_dropped)
        return self._reservation_client

    def write_opened(self, record: CallRecord, place: str | None = None) -> str:
        """Write what is known when the request leaves; returns what `constant_members` says of it."""
        constant = constant_members(record, place)
        call_id, line = record.call_id, opened_line(record, constant)
        is_spooled = self.spool.append("opened", call_id, line)
        if self.sender.is_opened_due() or not is_spooled:
            self.sender.queue_line(OutgoingLine("opened", call_id, line, is_spooled))
        return constant

    def write_settled(
        self,
        record: CallRecord,
        text: Callable[[], dict[str, Any] | None] | None = None,
        parent: dict[str, Any] | None = None,
        on_notices: Callable[[list[str] | None], None] | None = None,
        constant: str | None = None,
        rest: dict[str, Any] | None = None,
    ) -> None:
        """Write a whole record.

        Args:
            record: The record.
            text: See `OutgoingLine.text`.
            parent: The cell's parent message.
            on_notices: See `OutgoingLine.on_notices`.
            constant: What `write_opened` returned for this record, unless that has changed since.
            rest: See `settled_line`.
        """
        if record.allotment_id is not None and self.sender.allotments is not None:
            self.sender.allotments.ended(record)
        line, call_id, sender = settled_line(record, constant, rest), record.call_id, self.sender
        is_spooled = self.spool.append("settled", call_id, line)
        sender.queue_line(
            OutgoingLine("settled", call_id, line, is_spooled, record, text, parent, on_notices),
            sender.leases.release(call_id),
        )

    def write_dropped(self, call_id: str) -> None:
        """Write that nothing of a call reached the network."""
        if self.sender.allotments is not None:
            self.sender.allotments.dropped(call_id)
        line = dropped_line(call_id)
        is_spooled = self.spool.append("dropped", call_id, line)
        is_urgent = self.sender.leases.release(call_id)
        self.sender.queue_line(OutgoingLine("dropped", call_id, line, is_spooled), is_urgent)

    def pause(self) -> None:
        """Before a fork: end the threads of the tap that have nothing to do."""
        self.sender.pause()

    def resume(self) -> None:
        """After a fork, in the parent: start the threads again that have something to do."""
        self.sender.resume()

    def close(self) -> None:
        """Settle what is under way as aborted, deliver what can be delivered, leave the rest to the spool."""
        for reference in list(self.under_way):
            call = reference()
            if call is not None:
                call.released()
        self.sender.close()
        if self._reservation_client is not None:
            self._reservation_client.close()
        self.spool.close()

    def abandon(self) -> None:
        """In a forked child: release what is the parent's."""
        self.sender.abandon()
        if self._reservation_client is not None:
            self._reservation_client.abandon()
        self.spool.abandon()


def current() -> Tap | None:
    """Return this process's tap; None where the environment does not ask for one."""
    return _current if _current is not None else _make()


def _make() -> Tap | None:
    global _current
    with _making:
        chosen = startup.folder()
        if _current is None and chosen is not None and startup.is_wanted():
            _current = Tap(chosen)
            _close_with_worker(_current)
        return _current


def _close_with_worker(tap: Tap) -> None:
    """A worker of `multiprocessing` ends by `os._exit`: no atexit, only the finalizers of its own library."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if util is not None and multiprocessing is not None and multiprocessing.parent_process() is not None:
        util.Finalize(None, tap.close, exitpriority=-100)


@faults.contained
def close_tap() -> None:
    """Close this process's tap, as at its exit; a later call makes another."""
    global _current
    if _current is not None:
        _current.close()
        _current = None


def _after_fork_in_child() -> None:
    global _current, _making
    _making = Threads.RLock()
    if _current is not None:
        _inherited.append(_current)
        faults.contained(_current.abandon)()
        _current = None


@faults.contained
def _before_fork() -> None:
    if _current is not None:
        _current.pause()


@faults.contained
def _after_fork_in_parent() -> None:
    if _current is not None:
        _current.resume()


atexit.register(close_tap)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
    if sys.version_info >= (3, 12):
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent)
