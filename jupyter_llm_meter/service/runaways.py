"""The runaways of a service: kernels that make far more calls than their user usually does.

Habits are read from the ledger once an hour. Everything else is in memory: a restarted service has no
runaways, and services do not share them. Methods run on the service's loop.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from jupyter_llm_meter.core.runaway import MINUTE, Habit, Runaway, RunawayGuard
from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger import LedgerAccess, LedgerUnavailable
from jupyter_llm_meter.runtime.background import Background
from llm_meter_tap.wire.record import CallRecord

HABIT_SPAN = timedelta(days=14)
HABIT_AGE = timedelta(hours=1)
CLAIM_LAPSES_AFTER = timedelta(minutes=10)


@dataclass
class _Reported:
    runaway: Runaway
    claimed_by: str | None = None
    claimed_at: datetime | None = None


class Runaways:
    """Watches the calls that are committed.

    Args:
        ledger: Holds the habits.
        background: Runs the reading of habits.
        clock: Returns the time, aware.
    """

    def __init__(
        self,
        ledger: LedgerAccess,
        background: Background,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._ledger = ledger
        self._background = background
        self._clock = clock
        self._guard = RunawayGuard()
        self._habits: dict[str, tuple[Habit, datetime]] = {}
        self._reported: dict[str, _Reported] = {}

    def check_calls(self, records: Sequence[CallRecord]) -> None:
        """Check calls that were just committed for the first time.

        Calls that waited in a spool are not news: the last minute is that of when they were made.
        """
        now = self._clock()
        for record in records:
            if record.kernel_id is None or record.status == "refused" or not _is_news(record, now):
                continue
            habit = self._habit(record.user_id or "", now)
            found = self._guard.add_call(
                record.kernel_id, now, record.cost_amount, habit, record.notebook_path
            )
            if found is not None:
                self._reported[uuid.uuid4().hex] = _Reported(found)

    def to_wire(self) -> list[dict[str, object]]:
        """The member ``runaways`` of the standing document."""
        now = self._clock()
        for name in [name for name, reported in self._reported.items() if self._is_over(reported, now)]:
            del self._reported[name]
        return [_entry(name, reported.runaway) for name, reported in self._reported.items()]

    def claim(self, name: str, claimant: str) -> bool | None:
        """Give a runaway to the one tab that shows it; None when it is unknown."""
        reported = self._reported.get(name)
        if reported is None:
            return None
        now = self._clock()
        is_free = reported.claimed_at is None or now - reported.claimed_at >= CLAIM_LAPSES_AFTER
        if not is_free and reported.claimed_by != claimant:
            return False
        reported.claimed_by, reported.claimed_at = claimant, now
        return True

    def acknowledge(self, name: str) -> bool:
        """Remove a runaway; returns whether there was one."""
        return self._reported.pop(name, None) is not None

    def forget(self, kernel_id: str) -> None:
        """Forget a kernel that ended."""
        self._guard.forget(kernel_id)
        self._reported = {
            name: reported
            for name, reported in self._reported.items()
            if reported.runaway.kernel_id != kernel_id
        }

    def _is_over(self, reported: _Reported, now: datetime) -> bool:
        return self._guard.is_over(reported.runaway.kernel_id, now)

    def _habit(self, user: str, now: datetime) -> Habit:
        """Return a habit as far as it is known; reads it again when it is old."""
        habit, read_at = self._habits.get(user, (Habit(), None))
        if read_at is None or now - read_at >= HABIT_AGE:
            self._habits[user] = (habit, now)
            self._background.start(self._read_habit(user, now))
        return habit

    async def _read_habit(self, user: str, now: datetime) -> None:
        try:
            minutes = await self._ledger.use(lambda ledger: ledger.busy_minutes(user, now - HABIT_SPAN))
        except LedgerUnavailable:
            return  # the service's state says so; the habit is asked for again in an hour
        self._habits[user] = (Habit.of(minutes), now)


def _is_news(record: CallRecord, now: datetime) -> bool:
    ended_at = record.started_at + timedelta(seconds=record.duration_s or 0)
    return now - ended_at < MINUTE


def _entry(name: str, runaway: Runaway) -> dict[str, object]:
    usual_cost = runaway.habit.cost_per_minute
    entry: dict[str, object | None] = {
        "id": name,
        "kernel_id": runaway.kernel_id,
        "notebook_path": runaway.notebook_path,
        "calls_per_minute": runaway.calls_per_minute,
        "usual_calls_per_minute": runaway.habit.calls_per_minute,
        "cost_per_minute": format_decimal(runaway.cost_per_minute),
        "usual_cost_per_minute": None if usual_cost is None else format_decimal(usual_cost),
        "raised_at": format_time(runaway.raised_at),
    }
    return {key: value for key, value in entry.items() if value is not None}
