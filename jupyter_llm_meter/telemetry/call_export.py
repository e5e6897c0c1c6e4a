"""Sends settled calls to a collector from a thread of its own, without keeping a call or the service waiting.

Calls wait in memory, at most `MOST_WAITING`; when more come, the oldest are dropped and counted. A call is
sent again until the collector has accepted it. What still waits when the service stops is sent once more, and
else lost: the ledger has it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError  # another class until Python 3.11
from contextlib import suppress
from dataclasses import asdict, dataclass
from threading import Condition
from time import monotonic
from typing import Protocol

from jupyter_llm_meter.runtime.background import start_thread
from jupyter_llm_meter.telemetry.settings import OtlpSettings, shown_endpoint
from llm_meter_tap.wire.record import CallRecord

MOST_WAITING = 10_000
MOST_AT_ONCE = 500
METRICS_EVERY_S = 60.0
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
GATHER_S = 1.0
"""How long a call waits for others that are sent with it."""
STOP_PATIENCE_S = 2.0
GIVEN_UP_AFTER_S = 86400.0
"""How long the same calls are sent again: a collector may be there and refuse them for what they are."""
THREAD = "llm-meter-otlp"


class Sender(Protocol):
    """Sends calls; `sdk.OtlpSender` is one."""

    def count(self, record: CallRecord) -> None:
        """Add a call to the metrics."""

    def send_spans(self, records: Sequence[CallRecord]) -> bool:
        """Send calls; returns whether they were accepted."""

    def send_metrics(self) -> bool:
        """Send the metrics; returns whether they were accepted."""

    def close(self) -> None:
        """End what is being sent."""


@dataclass(frozen=True)
class ExportState:
    """How the export goes, since the service started.

    Attributes:
        endpoint: The collector, without a password.
        sent: Calls that it has accepted.
        waiting: Calls that wait.
        dropped: Calls that it will never get.
        is_failing: Whether it did not accept what was sent last.
        is_missing: Whether OpenTelemetry is not installed, so that nothing is sent.
    """

    endpoint: str
    sent: int = 0
    waiting: int = 0
    dropped: int = 0
    is_failing: bool = False
    is_missing: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return it for the doctor."""
        return asdict(self)


class CallExport:
    """Exports the calls of one service; `add` is called from one thread.

    Args:
        endpoint: The collector, without a password.
        sender: Sends calls; None: there is no OpenTelemetry, so nothing is kept.
        log: The service's log.
        gather_s: How long a call waits for others.
        pause_s: The first pause after a failure; each next one is twice as long.
    """

    def __init__(
        self,
        endpoint: str,
        sender: Sender | None,
        log: logging.Logger,
        gather_s: float = GATHER_S,
        pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._endpoint = endpoint
        self._sender = sender
        self._log = log
        self._gather_s = gather_s
        self._first_pause_s = pause_s
        self._changed = Condition()
        self._waiting: deque[CallRecord] = deque()
        self._sent = self._dropped = 0
        self._is_failing = self._is_stopping = False
        self._has_metrics = True
        self._metrics_at = monotonic() + METRICS_EVERY_S
        self._failed_since: float | None = None
        self._thread: Future[None] | None = None

    def start(self) -> None:
        """Start the thread."""
        if self._sender is not None:
            self._thread = start_thread(self._run, THREAD)

    def add(self, records: Sequence[CallRecord]) -> None:
        """Take over calls that were settled; returns at once."""
        if self._sender is None:
            return
        for record in records:
            self._sender.count(record)
        with self._changed:
            self._waiting.extend(records)
            self._drop(len(self._waiting) - MOST_WAITING)
            self._changed.notify_all()

    def state(self) -> ExportState:
        """How it goes; from any thread."""
        with self._changed:
            return ExportState(
                self._endpoint,
                self._sent,
                len(self._waiting),
                self._dropped,
                self._is_failing,
                self._sender is None,
            )

    def stop(self) -> None:
        """Send what waits, once, and end; waits for a short while."""
        if self._sender is None or self._thread is None:
            return
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        with suppress(FutureTimeoutError):
            self._thread.result(STOP_PATIENCE_S)
        self._sender.close()
        left = self.state().waiting
        if left:
            self._log.warning(
                "LLM Meter: %d calls were not exported to %s; the ledger has them.", left, self._endpoint
            )

    def _run(self) -> None:
        pause_s = 0.0
        while True:
            self._wait(pause_s)
            is_good = self._send_calls()
            self._send_metrics()
            self._note(is_good and self._has_metrics)
            pause_s = 0.0 if is_good else min(max(2 * pause_s, self._first_pause_s), LONGEST_PAUSE_S)
            if self._is_stopping and (not is_good or not self._waiting):
                return

    def _wait(self, pause_s: float) -> None:
        """Wait until there is something to send, and for others that come with it; or for a pause to end."""
        with self._changed:
            if pause_s:
                self._changed.wait_for(lambda: self._is_stopping, pause_s)
                return
            left = max(0.0, self._metrics_at - monotonic())
            if self._changed.wait_for(lambda: bool(self._waiting) or self._is_stopping, left):
                self._changed.wait_for(
                    lambda: len(self._waiting) >= MOST_AT_ONCE or self._is_stopping, self._gather_s
                )

    def _send_calls(self) -> bool:
        """Send the calls that have waited longest; returns whether they were accepted, or there were none."""
        batch = self._next_batch()
        if not batch or self._is_accepted(lambda sender: sender.send_spans(batch)):
            self._remove(batch)
            self._failed_since = None
            return True
        if self._failed_since is None:
            self._failed_since = monotonic()
        if monotonic() - self._failed_since > GIVEN_UP_AFTER_S:
            self._failed_since = None
            with self._changed:
                self._drop(min(len(batch), len(self._waiting)))
        return False

    def _send_metrics(self) -> None:
        """Send the metrics when it is time; a collector that takes none does not keep calls waiting."""
        if monotonic() >= self._metrics_at or self._is_stopping:
            self._metrics_at = monotonic() + METRICS_EVERY_S
            self._has_metrics = self._is_accepted(lambda sender: sender.send_metrics())

    def _next_batch(self) -> list[CallRecord]:
        with self._changed:
            return [self._waiting[at] for at in range(min(MOST_AT_ONCE, len(self._waiting)))]

    def _is_accepted(self, send: Callable[[Sender], bool]) -> bool:
        assert self._sender is not None  # without one there is no thread
        try:
            return send(self._sender)
        except Exception:  # noqa: BLE001 - whatever an exporter raises, calls are kept and sent again
            self._log.exception("LLM Meter: exporting calls to %s failed", self._endpoint)
            return False

    def _remove(self, batch: Sequence[CallRecord]) -> None:
        """Take off what was sent; what came too many meanwhile has pushed out some of it."""
        sent = {id(record) for record in batch}
        with self._changed:
            while self._waiting and id(self._waiting[0]) in sent:
                self._waiting.popleft()
            self._sent += len(batch)

    def _drop(self, count: int) -> None:
        for _ in range(max(0, count)):
            self._waiting.popleft()
            self._dropped += 1

    def _note(self, is_good: bool) -> None:
        """Log when the collector goes away and when it is back, once each."""
        with self._changed:
            was_failing, self._is_failing = self._is_failing, not is_good
        if self._is_failing and not was_failing:
            self._log.error(
                "LLM Meter: %s does not accept calls; they wait and are sent again.", self._endpoint
            )
        elif was_failing and is_good:
            self._log.info("LLM Meter: %s accepts calls again.", self._endpoint)


def open_export(settings: OtlpSettings | None, log: logging.Logger) -> CallExport | None:
    """Make the export that the settings ask for; it is not started.

    Args:
        settings: What was set; None: nothing is exported.
        log: The service's log.
    """
    if settings is None:
        return None
    endpoint = shown_endpoint(settings.endpoint)
    try:
        from jupyter_llm_meter.telemetry.sdk import OtlpSender
    except ImportError as error:
        log.error(
            "LLM Meter: c.LLMMeter.otlp_endpoint is set, but OpenTelemetry is not there (%s); calls are not "
            "exported. Run `pip install jupyter-llm-meter[otlp]` and restart this server.",
            error,
        )
        return CallExport(endpoint, None, log)
    return CallExport(endpoint, OtlpSender(settings), log)
