"""Publishes finished calls on the kernel's IOPub channel, for the page and the server.

A message is a `comm_msg` for a comm that is never opened: JupyterLab and nbclient ignore it without
complaint, it is not saved into the notebook, and a server can subscribe to its topic. Messages are
numbered, so that a reader notices a lost one. The data has no key `state`, by which nbclient recognises
widgets. A forked child publishes nothing: the socket belongs to the kernel.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from llm_meter_tap.provenance.context import running_kernel
from llm_meter_tap.runtime import faults
from llm_meter_tap.system import Clock, Process, Threads

COMM_ID = "llm-meter"
# This many calls may be lost in a row and still be known by their ids.
_MOST_RECENT = 32
# A reader that came late learns of the tap after this long, seconds, and at once when there are new calls.
_ANNOUNCEMENT_PAUSE_S = 30.0
_TOTALS = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
}


class _Published:
    """What this kernel has published so far."""

    def __init__(self) -> None:
        self.lock = Threads.RLock()
        self.announced_at = float("-inf")
        self.announced_seq = 0
        self._tap = Process.random(4).hex()
        self.seq = 0
        self._recent: deque[str] = deque(maxlen=_MOST_RECENT)
        self._totals = dict.fromkeys(_TOTALS, 0)

    def state(self) -> dict[str, Any]:
        return {
            "version": 1,
            "tap": self._tap,
            "seq": self.seq,
            "recent": list(self._recent),
            "totals": self._totals,
        }

    def under_way(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {"version": 1, "tap": self._tap, "under_way": answer}

    def with_call(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the data for one more call; `recent` and `totals` are those before it."""
        before = self.state()
        self.seq += 1
        self._recent.append(record["llm_meter.call.id"])
        self._totals = {
            name: total + (record.get(_TOTALS[name]) or 0) for name, total in self._totals.items()
        }
        return {**before, "seq": self.seq, "record": record}


_published = _Published()


def is_kernel() -> bool:
    """Whether this process is an IPython kernel."""
    return _kernel() is not None


def _kernel() -> Any | None:
    kernel = running_kernel()
    session = getattr(kernel, "session", None)
    # jupyter_client's Session notes the process that made it.
    return kernel if session is not None and session.pid == Process.pid() else None


@faults.contained
def publish(record: dict[str, Any], parent: dict[str, Any]) -> None:
    """Publish one record, in its wire form, under the cell that made the call.

    Args:
        record: The public record.
        parent: The cell's `execute_request`.
    """
    kernel = _kernel()
    if kernel is None:
        return
    with _published.lock:
        _send(kernel, _published.with_call(record), parent)


@faults.contained
def publish_progress(answer: dict[str, Any], parent: dict[str, Any]) -> None:
    """Publish how far an answer that streams in has come; it is not a call yet and has no number.

    Args:
        answer: As in docs/reference/protocol.md.
        parent: The cell's `execute_request`.
    """
    kernel = _kernel()
    if kernel is not None:
        with _published.lock:
            _send(kernel, _published.under_way(answer), parent)


@faults.contained
def publish_start() -> None:
    """Start the numbers of a new kernel, and publish that the tap is alive in it.

    The program that starts a kernel may not listen yet, so its first cell publishes it again.
    """
    global _published
    _published = _Published()
    kernel = _kernel()
    if kernel is not None:
        _send(kernel, _published.state(), None)


@faults.contained
def publish_totals(parent: dict[str, Any] | None, is_due: bool = False) -> None:
    """Publish that the tap is alive and its numbers so far, at most every 30 s unless there are new calls.

    Args:
        parent: The request under which it is published; None before the first one.
        is_due: Say it even so.
    """
    kernel = _kernel()
    if kernel is None:
        return
    with _published.lock:
        now = Clock.monotonic()
        is_news = _published.seq != _published.announced_seq
        if is_due or is_news or now - _published.announced_at >= _ANNOUNCEMENT_PAUSE_S:
            _published.announced_at, _published.announced_seq = now, _published.seq
            _send(kernel, _published.state(), parent)


def _send(kernel: Any, data: dict[str, Any], parent: dict[str, Any] | None) -> None:
    content = {"comm_id": COMM_ID, "data": data}
    kernel.session.send(kernel.iopub_socket, "comm_msg", content, parent=parent, ident=COMM_ID.encode())
