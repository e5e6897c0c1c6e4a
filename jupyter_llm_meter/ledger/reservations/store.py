"""The rows of reservations: leases that hold a call's worst case, or an allotment, against limits.

A reservation counts in the window in which its call began, which is where the call will count. It holds while
its lease does: a row past its lease counts for nothing, and so does one whose lease ends later than two
leases from now, because then a clock was set back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, and_, bindparam, delete, func, not_, select, update

from jupyter_llm_meter.core.reservation import LEASE, RUN
from jupyter_llm_meter.ledger.counters import Window, upsert_sums
from jupyter_llm_meter.ledger.rows import UNPRICED_TOKENS, Row, counted_figure, to_us
from jupyter_llm_meter.ledger.schema import NO_END, counters, reservations
from jupyter_llm_meter.ledger.sql import Insert, Sql

LEASE_US = LEASE // timedelta(microseconds=1)
_LAPSED = 0
_MOST_AT_ONCE = 500
_CAP_KEPT = timedelta(days=1)
"""How long the row of a cap waits, past its lease, for its call to settle and be counted."""


class HeldAmount(NamedTuple):
    """A live reservation, or what a process holds for calls to come (`is_allotment`)."""

    call_id: str
    limit_id: str
    subject: str
    started_at: int
    amount: int
    is_soft: bool
    is_allotment: bool


_LIVE = and_(
    reservations.c.lease_ends_at > bindparam("lease_after", type_=BigInteger),
    reservations.c.lease_ends_at <= bindparam("lease_until", type_=BigInteger),
)
_CALL = reservations.c.call_id.in_(bindparam("call_ids", expanding=True))

# Putting a statement together takes longer than running it: what every call asks is put together once.
ALL_HELD = select(*(reservations.c[name] for name in HeldAmount._fields)).where(_LIVE)
FEW_HELD = Sql(
    f"SELECT {', '.join(HeldAmount._fields)} FROM reservations"
    " WHERE limit_id IN (?*) AND subject IN (?*) AND lease_ends_at > ? AND lease_ends_at <= ?"
)
_ROWS_OF = Sql(
    "SELECT call_id, limit_id, subject, is_allotment, recalled_at FROM reservations WHERE call_id IN (?*)"
)
_END = Sql("DELETE FROM reservations WHERE call_id IN (?*)")
_REDUCE = Sql(
    "UPDATE reservations SET amount = CASE WHEN amount > ? THEN amount - ? ELSE 0 END"
    " WHERE call_id = ? AND limit_id = ?"
)
DELETE = delete(reservations).where(_CALL)
_COLUMNS = tuple(column.name for column in reservations.columns if column.name != "recalled_at")
# A request that comes again may find what it held before: past its lease, or by another subject.
INSERT = Insert(
    reservations,
    _COLUMNS,
    "ON CONFLICT (call_id, limit_id) DO UPDATE SET recalled_at = NULL, "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[2:]),
)
ROW = itemgetter(*_COLUMNS)


class _HeldRow(NamedTuple):
    call_id: str
    limit_id: str
    subject: str
    is_allotment: bool
    recalled_at: int | None


Drawn = Mapping[str, Sequence[tuple[Row, int]]]
"""By allotment, rows of calls that were drawn from it, each with 1 where the batch adds it, else with -1."""

NOTHING_DRAWN: Drawn = MappingProxyType({})


class Swept(NamedTuple):
    """How many reservations a sweep ended, and how many still hold."""

    ended: int
    left: int


def renew(connection: Connection, call_ids: Sequence[str], now: datetime) -> list[str]:
    """Renew the leases of calls in flight; returns the ids of the calls that still have reservations."""
    bounds = {**lease_bounds(now), "call_ids": list(call_ids)}
    is_theirs = and_(_CALL, _LIVE)
    renewed = sorted(set(connection.scalars(select(reservations.c.call_id).where(is_theirs), bounds)))
    if renewed:
        lease = update(reservations).where(is_theirs).values(lease_ends_at=to_us(now) + LEASE_US)
        connection.execute(lease, bounds)
    return renewed


def end_reservations(
    connection: Connection, call_ids: Collection[str], new: Mapping[str, Row], drawn: Drawn = NOTHING_DRAWN
) -> list[str]:
    """End the reservations of calls that settled or were never sent; a second time changes nothing.

    Besides `allotments.py` the only place where a reservation ends before its lease does. Calls that are new
    count on the caps of their runs; what calls used of allotments is taken from these.

    Args:
        connection: The transaction that writes the calls.
        call_ids: All calls of the batch, known ones and those never sent included.
        new: The rows of the calls that the ledger did not know.
        drawn: By allotment, the changes that this batch makes to calls that were drawn from it.

    Returns:
        Those of the allotments that another call waits for.
    """
    wanted = [*sorted(call_ids), *sorted(drawn)]
    parts = [wanted[first : first + _MOST_AT_ONCE] for first in range(0, len(wanted), _MOST_AT_ONCE)]
    held = [_HeldRow(*row) for part in parts for row in _ROWS_OF.all(connection, part)]
    if not held:
        return []
    used: dict[tuple[str, str], int] = {}
    for call_id, limit_id, subject, is_allotment, _recalled_at in held:
        changes = drawn.get(call_id, ()) if is_allotment else ((new.get(call_id), 1),)
        counted_rows = [(row, sign) for row, sign in changes if row is not None]
        if counted_rows and limit_id.startswith(f"{RUN}="):
            stem, _, unit = limit_id.rpartition("/")
            for counted in (unit, UNPRICED_TOKENS) if unit == "USD" else (unit,):
                key = f"{stem}/{counted}", subject
                used[key] = used.get(key, 0) + sum(
                    s * counted_figure(row, counted) for row, s in counted_rows
                )
    rows = [
        {**cap_window(limit_id).key(), "subject": subject, "used": figure}
        for (limit_id, subject), figure in sorted(used.items())
    ]
    if rows:
        upsert_sums(connection, counters, ("used",), rows)
    allotted = [row for row in held if row.is_allotment]
    reduce_allotments(connection, [(row.call_id, row.limit_id) for row in allotted], drawn)
    ended = sorted({row.call_id for row in held if not row.is_allotment})
    for first in range(0, len(ended), _MOST_AT_ONCE):
        _END.run(connection, ended[first : first + _MOST_AT_ONCE])
    return sorted({row.call_id for row in allotted if row.recalled_at is not None})


def reduce_allotments(connection: Connection, held: Sequence[tuple[str, str]], drawn: Drawn) -> None:
    """Take what calls used from the allotments that they were drawn from; never below nothing.

    Args:
        connection: The transaction that writes the calls.
        held: The allotments' rows, as allotment and limit.
        drawn: See `end_reservations`.
    """
    for allotment_id, limit_id in sorted(held):
        unit = unit_of(limit_id)
        used = sum(sign * counted_figure(row, unit) for row, sign in drawn.get(allotment_id, ()))
        if used:
            _REDUCE.run(connection, used, used, allotment_id, limit_id)


def unit_of(limit_id: str) -> str:
    """The unit that a limit's id names."""
    return limit_id.removesuffix("/own").rpartition("/")[2]


def sweep(connection: Connection, now: datetime) -> Swept:
    """Remove what is past its lease, so that no clock can bring it back.

    The rows of caps stay, as lapsed, until their calls settle: a call counts on its run however late it ends.
    """
    is_cap = reservations.c.limit_id.startswith(f"{RUN}=", autoescape=True)
    is_old = reservations.c.started_at < to_us(now - _CAP_KEPT)
    lapsed, bounds = not_(_LIVE), lease_bounds(now)
    is_new = reservations.c.lease_ends_at != _LAPSED
    ended = connection.execute(delete(reservations).where(lapsed, not_(is_cap) | is_old), bounds).rowcount
    caps = update(reservations).where(lapsed, is_new).values(lease_ends_at=_LAPSED)
    ended += connection.execute(caps, bounds).rowcount
    return Swept(ended, connection.scalar(select(func.count()).where(is_new)) or 0)


def held(connection: Connection, now: datetime) -> list[HeldAmount]:
    """All live reservations."""
    return [HeldAmount(*row) for row in connection.execute(ALL_HELD, lease_bounds(now))]


def lease_bounds(now: datetime) -> dict[str, int]:
    return {"lease_after": to_us(now), "lease_until": to_us(now) + 2 * LEASE_US}


def cap_window(limit_id: str) -> Window:
    """The one window of a cap on a run."""
    return Window(limit_id, 0, NO_END)


class ReservedSums:
    """Sums of live reservations by window and subject.

    Args:
        rows: The reservations.
        windows: The windows to sum for.

    Attributes:
        sums: All of it, and the part of it that may be exceeded.
        allotted: The part of it that processes hold for calls to come.
    """

    def __init__(self, rows: Iterable[HeldAmount], windows: Iterable[Window]) -> None:
        by_limit: dict[str, set[Window]] = {}
        for window in windows:
            by_limit.setdefault(window.limit_id, set()).add(window)
        self.sums: dict[tuple[Window, str], tuple[int, int]] = {}
        self.allotted: dict[tuple[Window, str], int] = {}
        for row in rows:
            for window in by_limit.get(row.limit_id, ()):
                if window.start <= row.started_at < window.end:
                    add = self.allot if row.is_allotment else self.add
                    add(window, row.subject, row.amount, is_soft=row.is_soft)

    def allot(self, window: Window, subject: str, amount: int, *, is_soft: bool) -> None:
        """Add what a process holds for calls to come."""
        self.add(window, subject, amount, is_soft=is_soft)
        self.allotted[window, subject] = self.allotted.get((window, subject), 0) + amount

    def add(self, window: Window, subject: str, amount: int, *, is_soft: bool) -> None:
        """Add a reservation."""
        total, soft = self.of(window, subject)
        self.sums[window, subject] = (total + amount, soft + (amount if is_soft else 0))

    def of(self, window: Window, subject: str) -> tuple[int, int]:
        """What is reserved, and the soft part of it."""
        return self.sums.get((window, subject), (0, 0))
