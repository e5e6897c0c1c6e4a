"""One counter per limit, subject and window, always equal to the sum over the calls in it.

A window is counted from the ledger's history when a limit first needs it, so a new limit, or one whose zone
or reset hour changed, starts with what was already used; from then on each settled call adds to it in its own
transaction, whether or not the limit is in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ..core.limits import Limit
from ..core.windows import window_bounds
from .history import sums_by
from .rows import PICO, from_us, sums, to_us
from .schema import NO_END, SUBJECT_COLUMNS, SUMS, UNIT_SUMS, counted_windows, counters


class Window(NamedTuple):
    """One window of one limit, in microseconds; `end` is ``NO_END`` for a total."""

    limit_id: str
    start: int
    end: int

    @property
    def first_instant(self) -> datetime:
        """The window's start."""
        return from_us(self.start)

    @property
    def resets_at(self) -> datetime | None:
        """The first instant after the window; None when it never ends."""
        return None if self.end == NO_END else from_us(self.end)

    def key(self) -> dict[str, Any]:
        """The columns that name this window in a row."""
        return {"limit_id": self.limit_id, "window_start": self.start, "window_end": self.end}

    def matches(self, table: Table) -> tuple[Any, ...]:
        """The conditions that pick this window's rows of a table."""
        return (
            table.c.limit_id == self.limit_id,
            table.c.window_start == self.start,
            table.c.window_end == self.end,
        )


def current_window(limit: Limit, now: datetime) -> Window:
    """The window of a limit that holds an instant."""
    start, end = window_bounds(limit.window, now, limit.time_zone, limit.week_start, limit.reset_hour)
    return Window(limit.id, to_us(start), NO_END if end is None else to_us(end))


def used_amount(unit: str, used: int) -> Decimal:
    """A counter's figure in its limit's unit: dollars are counted in picodollars."""
    return Decimal(used) / PICO if unit == "USD" else Decimal(used)


def is_counted(connection: Connection, window: Window) -> bool:
    """Whether the window's counters exist."""
    query = select(counted_windows.c.limit_id).where(*window.matches(counted_windows))
    return connection.execute(query).first() is not None


def count_window(connection: Connection, limit: Limit, window: Window) -> bool:
    """Make a window's counters from the ledger's history, unless they exist; tells whether it made them."""
    if is_counted(connection, window):
        return False
    shape = {"scope": limit.scope, "value": limit.value, "unit": limit.unit}
    connection.execute(insert(counted_windows).values({**window.key(), **shape}))
    column = SUBJECT_COLUMNS[limit.scope]
    where = [] if limit.value is None else [(column, limit.value)]
    end = None if window.end == NO_END else window.end
    position = SUMS.index(UNIT_SUMS[limit.unit])
    by_subject = sums_by(connection, column, window.start, end, where)
    rows = [
        {**window.key(), "subject": subject, "used": figures[position]}
        for subject, figures in by_subject.items()
        if subject is not None
    ]
    if rows:
        connection.execute(insert(counters), rows)
    return True


def add_calls(
    connection: Connection, changes: Sequence[tuple[Mapping[str, Any], int]]
) -> set[tuple[Window, str]]:
    """Add calls to every counter they belong to, also to those of limits that are not in force now.

    Args:
        connection: The transaction that also writes the calls.
        changes: Rows of `calls`, each with 1 to add it or -1 to take it back.

    Returns:
        The window and subject of every counter that changed.
    """
    added: dict[tuple[Window, str], int] = {}
    for counted in _counted_windows(connection, changes):
        window = Window(counted["limit_id"], counted["window_start"], counted["window_end"])
        column, position = SUBJECT_COLUMNS[counted["scope"]], SUMS.index(UNIT_SUMS[counted["unit"]])
        for row, sign in changes:
            subject = row[column]
            is_meant = subject is not None and counted["value"] in (None, subject)
            if is_meant and window.start <= row["started_at"] < window.end:
                added[window, subject] = added.get((window, subject), 0) + sign * sums(row)[position]
    rows = [
        {**window.key(), "subject": subject, "used": used}
        for (window, subject), used in sorted(added.items())
    ]
    if rows:
        upsert_sums(connection, counters, ("used",), rows)
    return set(added)


def _counted_windows(
    connection: Connection, changes: Sequence[tuple[Mapping[str, Any], int]]
) -> list[Mapping[str, Any]]:
    """The counted windows that any of the calls can lie in."""
    times = [row["started_at"] for row, _sign in changes]
    if not times:
        return []
    query = select(counted_windows).where(
        counted_windows.c.window_end > min(times), counted_windows.c.window_start <= max(times)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def used_by_subject(
    connection: Connection, window: Window, subjects: Sequence[str] | None = None
) -> dict[str, int]:
    """The counters of a window, of all subjects or of some."""
    query = select(counters.c.subject, counters.c.used).where(*window.matches(counters))
    if subjects is not None:
        query = query.where(counters.c.subject.in_(subjects))
    return dict(connection.execute(query).all())


def upsert_sums(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows of sums, adding to those that exist."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: table.c[name] + statement.excluded[name] for name in names},
        ),
        list(rows),
    )
