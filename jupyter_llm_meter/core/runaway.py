"""Detects a loop that calls far more than the user usually does, long before a limit is near.

Keeps the calls of each kernel's last minute and compares them with the user's habit. A kernel that was
reported is reported again only after ten calm minutes. No clock: the caller passes the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

MINUTE = timedelta(minutes=1)
CALM = timedelta(minutes=10)
"""How long a kernel must stay below before its runaway is over and it can be reported again."""

LEAST_CALLS = 60
"""Up to this many calls per minute are never reported."""

LEAST_COST = Decimal(1)
"""Up to this many dollars per minute are never reported."""

TIMES_USUAL = 5
FEWEST_MINUTES = 30
"""With fewer minutes with calls, there is no habit yet."""

_HIGH_SHARE = 95


@dataclass(frozen=True)
class Habit:
    """What is usual: the 95th percentile over the minutes in which this user called at all.

    Attributes:
        calls_per_minute: None while too little is known.
        cost_per_minute: Dollars; None while too little is known.
    """

    calls_per_minute: int | None = None
    cost_per_minute: Decimal | None = None

    @classmethod
    def of(cls, minutes: Sequence[tuple[int, Decimal]]) -> Habit:
        """Calculate the habit from minutes, each with its calls and dollars."""
        if len(minutes) < FEWEST_MINUTES:
            return cls()
        place = (len(minutes) - 1) * _HIGH_SHARE // 100
        return cls(sorted(calls for calls, _ in minutes)[place], sorted(cost for _, cost in minutes)[place])

    @property
    def most_calls(self) -> int:
        """Calls a minute above which a kernel has run away."""
        return max(LEAST_CALLS, TIMES_USUAL * (self.calls_per_minute or 0))

    @property
    def most_cost(self) -> Decimal:
        """Dollars a minute above which a kernel has run away."""
        return max(LEAST_COST, TIMES_USUAL * (self.cost_per_minute or Decimal(0)))


@dataclass(frozen=True)
class Runaway:
    """A kernel that calls far more than its user is used to.

    Attributes:
        kernel_id: The kernel.
        raised_at: When it was seen.
        calls_per_minute: Its calls in the minute before.
        cost_per_minute: Their dollars.
        habit: What is usual.
        notebook_path: Its notebook, where known.
    """

    kernel_id: str
    raised_at: datetime
    calls_per_minute: int
    cost_per_minute: Decimal
    habit: Habit
    notebook_path: str | None = None


@dataclass
class _Kernel:
    seen: deque[tuple[datetime, Decimal]] = field(default_factory=deque)
    spent: Decimal = Decimal(0)
    above_at: datetime | None = None

    def add_call(self, at: datetime, cost: Decimal) -> tuple[int, Decimal]:
        """Add a call; returns the calls and dollars of the minute until then."""
        self.seen.append((at, cost))
        self.spent += cost
        while self.seen[0][0] <= at - MINUTE:
            self.spent -= self.seen.popleft()[1]
        return len(self.seen), self.spent


class RunawayGuard:
    """Watches calls as they finish; for one thread."""

    def __init__(self) -> None:
        self._kernels: dict[str, _Kernel] = {}

    def add_call(
        self,
        kernel_id: str,
        at: datetime,
        cost: Decimal | None,
        habit: Habit,
        notebook_path: str | None = None,
    ) -> Runaway | None:
        """Add a finished call.

        Args:
            kernel_id: Who made it.
            at: When it came in.
            cost: Its dollars, where known.
            habit: What is usual for the kernel's user.
            notebook_path: The kernel's notebook, where known.

        Returns:
            The runaway that this call reveals; None when there is none, or it was reported before.
        """
        kernel = self._kernels.setdefault(kernel_id, _Kernel())
        calls, spent = kernel.add_call(at, cost or Decimal(0))
        if calls <= habit.most_calls and spent <= habit.most_cost:
            return None
        is_known = kernel.above_at is not None and at - kernel.above_at < CALM
        kernel.above_at = at
        if is_known:
            return None
        return Runaway(kernel_id, at, calls, spent, habit, notebook_path)

    def is_over(self, kernel_id: str, now: datetime) -> bool:
        """Whether a kernel that was reported has been calm since."""
        kernel = self._kernels.get(kernel_id)
        return kernel is None or kernel.above_at is None or now - kernel.above_at >= CALM

    def forget(self, kernel_id: str) -> None:
        """Forget a kernel that ended."""
        self._kernels.pop(kernel_id, None)
