"""Reservations: the worst case of calls in flight, held against limits as leases.

Owns the decision whether calls may be sent, made under the ledger's write lock, so that two never count on
the same room. A reservation counts in the window in which its call began, which is where the call will count,
whatever becomes of the limit meanwhile. It holds while its lease does: one past its lease counts for nothing,
and so does one whose lease ends later than two leases from now, because then a clock was set back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, and_, bindparam, delete, func, insert, not_, select, update

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import LEASE, RUN, Claim, first_refusal
from jupyter_llm_meter.core.standing import Standing
from jupyter_llm_meter.ledger.counters import Window, count_windows, upsert_sums, used_amount, used_by_window
from jupyter_llm_meter.ledger.raising import raised_at
from jupyter_llm_meter.ledger.rows import Row, sums, to_us
from jupyter_llm_meter.ledger.schema import NO_END, SUMS, UNIT_SUMS, counters, reservations

_LEASE_US = LEASE // timedelta(microseconds=1)
_LAPSED = 0
_CAP_KEPT = timedelta(days=1)
"""How long the row of a cap waits, past its lease, for its call to settle and be counted."""


class Want(NamedTuple):
    """What a call needs of one limit; `amount` as counters count it."""

    limit: Limit
    window: Window
    subject: str
    needed: Decimal
    amount: int
    is_soft: bool


class Wish(NamedTuple):
    """A call that wants to be sent, with all that it needs."""

    call_id: str
    started_at: int
    wants: Sequence[Want]


class Held(NamedTuple):
    """A live reservation."""

    call_id: str
    limit_id: str
    subject: str
    started_at: int
    amount: int
    is_soft: bool


_LIVE = and_(
    reservations.c.lease_ends_at > bindparam("lease_after", type_=BigInteger),
    reservations.c.lease_ends_at <= bindparam("lease_until", type_=BigInteger),
)
_CALL = reservations.c.call_id.in_(bindparam("call_ids", expanding=True))

# Putting a statement together takes longer than running it: what every call asks is put together once.
_ALL_HELD = select(*(reservations.c[name] for name in Held._fields)).where(_LIVE)
_FEW_HELD = _ALL_HELD.where(
    reservations.c.limit_id.in_(bindparam("limit_ids", expanding=True)),
    reservations.c.subject.in_(bindparam("subjects", expanding=True)),
)
_HOLDERS = select(reservations.c.call_id, reservations.c.limit_id, reservations.c.subject).where(_CALL)
_DELETE = delete(reservations).where(_CALL)
_INSERT = insert(reservations)


class Swept(NamedTuple):
    """What a sweep did: how many reservations it ended, and how many hold."""

    ended: int
    left: int


def reserve(
    connection: Connection, wishes: Sequence[Wish], uncounted: Sequence[tuple[Limit, Window]], now: datetime
) -> list[Claim | None]:
    """Decide on calls one after another, and hold what those that may be sent need.

    Args:
        connection: A writing transaction.
        wishes: The calls; one that asked before is decided anew.
        uncounted: Limits whose windows may have no counters yet.
        now: When the leases begin.

    Returns:
        For each call None, or the limit that it would break.
    """
    count_windows(connection, uncounted)
    room = _Room(connection, wishes, now)
    decided: dict[str, Claim | None] = {}
    rows = []
    for wish in wishes:
        if wish.call_id not in decided:
            decided[wish.call_id] = first_refusal([room.claim(want) for want in wish.wants])
            if decided[wish.call_id] is None:
                room.take(wish.wants)
                rows += _rows(wish, now)
    if room.asked_before:
        connection.execute(_DELETE, {"call_ids": list(room.asked_before)})
    if rows:
        connection.execute(_INSERT, rows)
    return [decided[wish.call_id] for wish in wishes]


def renew(connection: Connection, call_ids: Sequence[str], now: datetime) -> list[str]:
    """Begin the leases of calls in flight anew; returns the calls that still held something."""
    bounds = {**_lease_bounds(now), "call_ids": list(call_ids)}
    is_theirs = and_(_CALL, _LIVE)
    renewed = sorted(set(connection.scalars(select(reservations.c.call_id).where(is_theirs), bounds)))
    if renewed:
        lease = update(reservations).where(is_theirs).values(lease_ends_at=to_us(now) + _LEASE_US)
        connection.execute(lease, bounds)
    return renewed


def release(connection: Connection, call_ids: Sequence[str]) -> None:
    """Give back what calls held that were never sent; a second time changes nothing."""
    if call_ids:
        connection.execute(_DELETE, {"call_ids": list(call_ids)})


def end_reservations(connection: Connection, call_ids: Collection[str], new: Mapping[str, Row]) -> None:
    """Delete what settled calls held, and count those that are new on the caps of their runs.

    Args:
        connection: The transaction that writes the calls.
        call_ids: All calls of the batch, known ones too.
        new: The rows of those that the ledger had not known.
    """
    theirs = {"call_ids": list(call_ids)}
    held = connection.execute(_HOLDERS, theirs).all()
    if not held:
        return
    used: dict[tuple[str, str], int] = {}
    for call_id, limit_id, subject in held:
        if call_id in new and limit_id.startswith(f"{RUN}="):
            figure = sums(new[call_id])[SUMS.index(UNIT_SUMS[limit_id.rpartition("/")[2]])]
            used[limit_id, subject] = used.get((limit_id, subject), 0) + figure
    rows = [
        {**cap_window(limit_id).key(), "subject": subject, "used": figure}
        for (limit_id, subject), figure in sorted(used.items())
    ]
    if rows:
        upsert_sums(connection, counters, ("used",), rows)
    connection.execute(_DELETE, theirs)


def sweep(connection: Connection, now: datetime) -> Swept:
    """Remove what is past its lease, so that no clock can bring it back.

    The rows of caps stay, as lapsed, until their calls settle: a call counts on its run however late it ends.
    """
    is_cap = reservations.c.limit_id.startswith(f"{RUN}=", autoescape=True)
    is_old = reservations.c.started_at < to_us(now - _CAP_KEPT)
    lapsed, bounds = not_(_LIVE), _lease_bounds(now)
    is_new = reservations.c.lease_ends_at != _LAPSED
    ended = connection.execute(delete(reservations).where(lapsed, not_(is_cap) | is_old), bounds).rowcount
    caps = update(reservations).where(lapsed, is_new).values(lease_ends_at=_LAPSED)
    ended += connection.execute(caps, bounds).rowcount
    return Swept(ended, connection.scalar(select(func.count()).where(is_new)) or 0)


def held(connection: Connection, now: datetime) -> list[Held]:
    """All live reservations."""
    return [Held(*row) for row in connection.execute(_ALL_HELD, _lease_bounds(now))]


def _lease_bounds(now: datetime) -> dict[str, int]:
    return {"lease_after": to_us(now), "lease_until": to_us(now) + 2 * _LEASE_US}


def cap_window(limit_id: str) -> Window:
    """The one window of a cap on a run."""
    return Window(limit_id, 0, NO_END)


class Reserved:
    """Sums of live reservations by window and subject.

    Args:
        rows: The reservations.
        windows: The windows to sum for.
    """

    def __init__(self, rows: Iterable[Held], windows: Iterable[Window]) -> None:
        by_limit: dict[str, set[Window]] = {}
        for window in windows:
            by_limit.setdefault(window.limit_id, set()).add(window)
        self.sums: dict[tuple[Window, str], tuple[int, int]] = {}
        for row in rows:
            for window in by_limit.get(row.limit_id, ()):
                if window.start <= row.started_at < window.end:
                    self.add(window, row.subject, row.amount, is_soft=row.is_soft)

    def add(self, window: Window, subject: str, amount: int, *, is_soft: bool) -> None:
        """Add a reservation."""
        total, soft = self.of(window, subject)
        self.sums[window, subject] = (total + amount, soft + (amount if is_soft else 0))

    def of(self, window: Window, subject: str) -> tuple[int, int]:
        """What is reserved, and the soft part of it."""
        return self.sums.get((window, subject), (0, 0))


class _Room:
    """What is left of the limits that a batch of calls comes under."""

    def __init__(self, connection: Connection, wishes: Sequence[Wish], now: datetime) -> None:
        wants = [want for wish in wishes for want in wish.wants]
        windows = list({want.window: None for want in wants})
        subjects = {want.subject for want in wants}
        ids = {wish.call_id for wish in wishes}
        named = {"limit_ids": list({window.limit_id for window in windows}), "subjects": list(subjects)}
        rows = [Held(*row) for row in connection.execute(_FEW_HELD, {**named, **_lease_bounds(now)})]
        self.asked_before = {row.call_id for row in rows} & ids
        self._used = used_by_window(connection, windows, subjects)
        self._reserved = Reserved((row for row in rows if row.call_id not in ids), windows)
        self._raised = raised_at(connection, now)

    def claim(self, want: Want) -> Claim:
        """What a call needs of a limit beside where that is now."""
        limit, window, subject = want.limit, want.window, want.subject
        reserved, soft = self._reserved.of(window, subject)
        standing = Standing(
            limit,
            subject,
            window.first_instant,
            window.resets_at,
            used_amount(limit.unit, self._used.get(window, {}).get(subject, 0)),
            used_amount(limit.unit, reserved),
            used_amount(limit.unit, soft),
            self._raised.get((limit.id, subject), Decimal(0)),
        )
        return Claim(standing, want.needed)

    def take(self, wants: Sequence[Want]) -> None:
        """Hold what a call needs for the calls that are decided on after it."""
        for want in wants:
            self._reserved.add(want.window, want.subject, want.amount, is_soft=want.is_soft)


def _rows(wish: Wish, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "call_id": wish.call_id,
            "limit_id": want.limit.id,
            "subject": want.subject,
            "started_at": wish.started_at,
            "amount": want.amount,
            "is_soft": want.is_soft,
            "lease_ends_at": to_us(now) + _LEASE_US,
        }
        for want in wish.wants
    ]
