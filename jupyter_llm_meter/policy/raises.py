"""Raising a limit for a while: who may, and what a raise must hold (docs/reference/protocol.md, "Raises")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Raise, new_raise_id
from jupyter_llm_meter.policy.errors import RaiseError, RaiseNotAllowed
from jupyter_llm_meter.policy.rules import Rules


@dataclass(frozen=True)
class RaiseRequest:
    """A raise that a user asks for; without `expires_at` it ends with the limit's window."""

    limit_id: str
    subject: str
    amount: Decimal
    reason: str
    expires_at: datetime | None


def plan_raise(
    request: RaiseRequest, limits: Sequence[Limit], rules: Rules, user: str, now: datetime
) -> Raise:
    """Make the raise that a user asks for.

    Args:
        request: The raise.
        limits: The limits in force.
        rules: Who may raise which limits.
        user: Who asks for it.
        now: The moment from which it holds.

    Raises:
        RaiseError: It names no limit in force, or cannot hold.
        RaiseNotAllowed: The user may not.
    """
    limit = next((limit for limit in limits if limit.id == request.limit_id), None)
    if limit is None:
        raise RaiseError("raise-unknown-limit", given=repr(request.limit_id))
    if not rules.may_raise(limit):
        raise RaiseNotAllowed("raise-not-allowed", limit=limit.id, raises=rules.raises)
    if limit.value not in (None, request.subject):
        raise RaiseError("raise-subject", given=repr(request.subject), value=str(limit.value))
    return Raise(
        id=new_raise_id(),
        limit_id=limit.id,
        subject=request.subject,
        amount=request.amount,
        unit=limit.unit,
        reason=request.reason,
        user=user,
        raised_at=now,
        expires_at=_end(limit, request.expires_at, now),
    )


def _end(limit: Limit, asked_for: datetime | None, now: datetime) -> datetime:
    if asked_for is not None:
        if asked_for <= now:
            raise RaiseError("raise-past")
        return asked_for
    _start, end = window_bounds(limit.window, now, limit.time_zone, limit.week_start, limit.reset_hour)
    if end is None:
        raise RaiseError("raise-no-end")
    return end
