"""Adding to a limit for a while: who may, and what a raise has to say (docs/architecture.md, "A raise")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Raise
from jupyter_llm_meter.ledger.raising import new_raise_id
from jupyter_llm_meter.policy.rules import Rules


class RaiseError(ValueError):
    """A raise that makes no sense; names the field and what is allowed."""


class RaiseRefused(Exception):
    """A raise that this user may not make."""


@dataclass(frozen=True)
class RaiseWish:
    """A raise that somebody wants; `expires_at` None: the end of the limit's window."""

    limit_id: str
    subject: str
    amount: Decimal
    reason: str
    expires_at: datetime | None


def plan_raise(wish: RaiseWish, limits: Sequence[Limit], rules: Rules, user: str, now: datetime) -> Raise:
    """Make the raise that somebody wants.

    Args:
        wish: What is wanted.
        limits: The limits in force.
        rules: Who may.
        user: Who wants it.
        now: Since when it holds.

    Raises:
        RaiseError: It names no limit in force, or cannot hold.
        RaiseRefused: The user may not.
    """
    limit = next((limit for limit in limits if limit.id == wish.limit_id), None)
    if limit is None:
        raise RaiseError(f"limit_id is {wish.limit_id!r}; it must be the id of a limit in force.")
    if not rules.may_raise(limit):
        raise RaiseRefused(
            f"The limit {limit.id} can be raised by the administrator only "
            f"(c.LLMMeter.raises is {rules.raises})."
        )
    if limit.value not in (None, wish.subject):
        raise RaiseError(f"subject is {wish.subject!r}; this limit is for {limit.value} alone.")
    return Raise(
        id=new_raise_id(),
        limit_id=limit.id,
        subject=wish.subject,
        amount=wish.amount,
        unit=limit.unit,
        reason=wish.reason,
        user=user,
        raised_at=now,
        expires_at=_end(limit, wish.expires_at, now),
    )


def _end(limit: Limit, wanted: datetime | None, now: datetime) -> datetime:
    if wanted is not None:
        if wanted <= now:
            raise RaiseError("expires_at is over; it must be a time to come.")
        return wanted
    _start, end = window_bounds(limit.window, now, limit.time_zone, limit.week_start, limit.reset_hour)
    if end is None:
        raise RaiseError("expires_at is missing; a limit that never starts anew needs one.")
    return end
