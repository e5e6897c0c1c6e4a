"""The lines that the service has yet to take.

They are posted in batches. What the service does not acknowledge stays in the spool. A service that is away
is asked ever more rarely.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.delivery import kernel_message
from llm_meter_tap.delivery.notices import print_notices
from llm_meter_tap.runtime import faults
from llm_meter_tap.system import Clock
from llm_meter_tap.wire.spool_line import with_text

if TYPE_CHECKING:
    from llm_meter_tap.delivery.service_client import ServiceClient
    from llm_meter_tap.delivery.spool import Spool
    from llm_meter_tap.wire.record import CallRecord

_FIRST_RETRY_S = 0.5
_LAST_RETRY_S = 30.0
# While new lines come, a service that was away is tried at least this often.
_NEW_LINE_RETRY_S = 1.0
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

    def to_send(self) -> bytes:
        """The line with its text."""
        text = None if self.text is None else self.text()
        return self.encoded if text is None else with_text(self.encoded, text)

    def after_attempt(self) -> OutgoingLine:
        """The line as it is sent the next time."""
        attempts = self.attempts + 1
        text = self.text if attempts < _TEXT_ATTEMPTS else None
        return self._replace(attempts=attempts, text=text, on_notices=None)


class Backlog:
    """The lines to deliver; used by one thread.

    Args:
        client: Talks to the service.
        spool: Counts what the service acknowledges.
        on_answer: Called with the ids of the settled calls that were posted, and the service's answer.

    Attributes:
        attempted_at: When the service was last asked to take lines, by `Clock.monotonic`; minus infinity
            before.
    """

    def __init__(
        self, client: ServiceClient, spool: Spool, on_answer: Callable[[list[str], dict[str, Any]], object]
    ) -> None:
        self._on_answer = on_answer
        self.attempted_at = float("-inf")
        self._client = client
        self._spool = spool
        self._lines: deque[OutgoingLine] = deque()
        self._due_at = 0.0
        self._retry_s = _FIRST_RETRY_S

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: OutgoingLine) -> None:
        """Add a line, unless there are too many."""
        if self._retry_s > _FIRST_RETRY_S:
            self._due_at = min(self._due_at, self.attempted_at + _NEW_LINE_RETRY_S)
        if len(self._lines) < _LARGEST_BACKLOG:
            self._lines.append(line)

    def due_in_s(self) -> float | None:
        """Seconds until the lines are to be delivered; None when there are none."""
        return max(0.0, self._due_at - Clock.monotonic()) if self._lines else None

    def deliver(self) -> None:
        """Post the lines, as far as a service takes them."""
        self.attempted_at = Clock.monotonic()
        while self._lines:
            batch = [self._lines.popleft() for _ in range(min(_BATCH, len(self._lines)))]
            left = self._post(batch)
            if left:
                self._postpone(left)
                return
        self._retry_s = _FIRST_RETRY_S

    def _post(self, batch: list[OutgoingLine]) -> list[OutgoingLine]:
        """Post lines to the service; returns those that no service took."""
        settled = {line.call_id for line in batch if line.event == "settled"}
        lines = [line.to_send() for line in batch if line.event != "opened" or line.call_id not in settled]
        headers = {"Content-Type": "application/jsonl", "X-LLM-Meter-Spool": self._spool.name}
        answer = self._client.post("/v1/lines", b"".join(lines), headers)
        if answer is None:
            return batch
        status, content = answer
        if status == 400 and "acknowledged" not in content and len(batch) > 1:
            # One line cannot be read, and the answer does not say which: send each alone.
            return [left for line in batch for left in self._post([line])]
        self._settle_answer(batch, content)
        return []

    def _settle_answer(self, batch: list[OutgoingLine], content: dict[str, Any]) -> None:
        acknowledged = set(content.get("acknowledged") or ())
        taken = [line for line in batch if line.call_id in acknowledged]
        self._on_answer([line.call_id for line in batch if line.event == "settled"], content)
        self._spool.acknowledge(sum(line.is_spooled and line.event != "opened" for line in taken))
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
        self._lines.extendleft(line.after_attempt() for line in reversed(lines))
        self._due_at = Clock.monotonic() + self._retry_s
        self._retry_s = min(2 * self._retry_s, _LAST_RETRY_S)
