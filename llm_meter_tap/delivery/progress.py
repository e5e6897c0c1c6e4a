"""Publishes the progress of answers that stream in.

In a kernel only, at most once a second, for a few answers at a time, on the sender's thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.delivery import kernel_message
from llm_meter_tap.system import Clock

if TYPE_CHECKING:
    import weakref
    from collections.abc import Callable

    Watched = weakref.WeakMethod[Callable[[], "AnswerUnderWay | None"]]

_PAUSE_S = 1.0
# A kernel's messages share a rate limit with the user's own output.
_MOST_PUBLISHED = 8
_NAMES = (
    "llm_meter.call.id", "llm_meter.call.started_at", "gen_ai.request.model", "llm_meter.cell.id",
    "llm_meter.run.id",
)  # fmt: skip


class AnswerUnderWay(NamedTuple):
    """An answer under way.

    Attributes:
        record: Gives what is known of the call, as on the wire.
        parent: The cell's `execute_request`.
        pieces: How many pieces of the answer have come.
    """

    record: Callable[[], dict[str, Any]]
    parent: dict[str, Any]
    pieces: int


class AnswersUnderWay:
    """The answers of this process that are under way."""

    def __init__(self) -> None:
        self._reports: list[Watched] = []
        self._due_at = 0.0

    def watch(self, report: Watched) -> None:
        """Publish the progress of an answer from now on.

        Args:
            report: Says how far the answer is; None once it has ended.
        """
        if not self._reports:
            self._due_at = Clock.monotonic() + _PAUSE_S
        self._reports.append(report)

    def due_in_s(self) -> float | None:
        """Seconds until the next publication; None while no answer is under way."""
        return max(0.0, self._due_at - Clock.monotonic()) if self._reports else None

    def publish_due(self) -> None:
        """Publish what is under way, if that is due."""
        if not self._reports or Clock.monotonic() < self._due_at:
            return
        under_way = [
            (report, stream) for report, stream in map(_reported, self._reports) if stream is not None
        ]
        self._reports = [report for report, _stream in under_way]
        self._due_at = Clock.monotonic() + _PAUSE_S
        for _report, stream in under_way[-_MOST_PUBLISHED:]:
            record = stream.record()
            known = {name: record[name] for name in _NAMES if name in record}
            kernel_message.publish_progress({**known, "pieces": stream.pieces}, stream.parent)


def _reported(report: Watched) -> tuple[Watched, AnswerUnderWay | None]:
    method = report()
    return report, None if method is None else method()
