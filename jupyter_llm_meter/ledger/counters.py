"""One counter per limit, subject and window, always equal to the sum over the calls in it.

A window is counted from the ledger's history when a limit first needs it, so a new limit, or one whose zone
or reset hour changed, starts with what was already used; from then on each settled call adds to it in its own
transaction, whether or not the limit is in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, bindparam, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger.history import sums_by, unpriced_tokens_by
from jupyter_llm_meter.ledger.rows import PICO, UNPRICED_TOKENS, counted_figure, from_us, to_us
from jupyter_llm_meter.ledger.schema import (
    NO_END,
    SUBJECT_COLUMNS,
    SUMS,
    UNIT_SUMS,
    counted_windows,
    counters,
)

_FEW = 100
"""Up to this many windows are selected by name, more by their bounds alone."""

# Building a statement takes longer than running it, so those of every call are built once.
_FEW_COUNTERS = select(counters).where(
    counters.c.limit_id.in_(bindparam("limit_ids", expanding=True)),
    counters.c.window_start.in_(bindparam("starts", expanding=True)),
    counters.c.window_end.in_(bindparam("ends", expanding=True)),
    counters.c.subject.in_(bindparam("subjects", expanding=True)),
)


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


def current_windows(limits: Sequence[Limit], now: datetime) -> list[tuple[Limit, Window]]:
    """Each limit with its window that holds an instant; those of one calendar are worked out once."""
    bounds: dict[tuple[str, str, str, int], Window] = {}
    found = []
    for limit in limits:
        calendar = (limit.window, limit.time_zone, limit.week_start, limit.reset_hour)
        known = bounds.get(calendar)
        if known is None:
            known = bounds[calendar] = current_window(limit, now)
        found.append((limit, known._replace(limit_id=limit.id)))
    return found


def uncounted(connection: Connection, windows: Sequence[tuple[Limit, Window]]) -> list[tuple[Limit, Window]]:
    """Those of the windows whose counters do not exist yet."""
    if not windows:
        return []
    columns = (counted_windows.c.limit_id, counted_windows.c.window_start, counted_windows.c.window_end)
    query = select(*columns).where(*_any_of(counted_windows, [window for _limit, window in windows]))
    counted = {Window(*row) for row in connection.execute(query)}
    return [(limit, window) for limit, window in windows if window not in counted]


def count_windows(
    connection: Connection, windows: Sequence[tuple[Limit, Window]]
) -> list[tuple[Limit, Window]]:
    """Make windows' counters from the ledger's history, unless they exist; returns those that were made."""
    made = uncounted(connection, windows)
    histories: dict[tuple[str, int, int, int], dict[str | None, int]] = {}
    rows = []
    for limit, window in made:
        for subject, used in _history(connection, limit, window, len(made), histories).items():
            if subject is not None and limit.value in (None, subject):
                rows.append({**window.key(), "subject": subject, "used": used})
    if made:
        shapes = [
            {**window.key(), "scope": limit.scope, "value": limit.value, "unit": limit.unit}
            for limit, window in made
        ]
        connection.execute(insert(counted_windows), shapes)
    if rows:
        connection.execute(insert(counters), rows)
    return made


def _history(
    connection: Connection,
    limit: Limit,
    window: Window,
    count: int,
    known: dict[tuple[str, int, int, int], dict[str | None, int]],
) -> dict[str | None, int]:
    """What subjects used of a limit's unit in a window; read once for many limits of one scope."""
    column = SUBJECT_COLUMNS[limit.scope]
    end = None if window.end == NO_END else window.end
    if limit.unit == UNPRICED_TOKENS:
        where = [] if limit.value is None else [(column, limit.value)]
        return unpriced_tokens_by(connection, column, window.start, end, where)
    position = SUMS.index(UNIT_SUMS[limit.unit])
    if limit.value is not None and count <= _FEW:
        sums_of_one = sums_by(connection, column, window.start, end, [(column, limit.value)])
        return {subject: figures[position] for subject, figures in sums_of_one.items()}
    key = (column, window.start, window.end, position)
    if key not in known:
        by_subject = sums_by(connection, column, window.start, end)
        known[key] = {subject: figures[position] for subject, figures in by_subject.items()}
    return known[key]


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
        column, unit = SUBJECT_COLUMNS[counted["scope"]], counted["unit"]
        for row, sign in changes:
            subject = row[column]
            is_meant = subject is not None and counted["value"] in (None, subject)
            if is_meant and window.start <= row["started_at"] < window.end:
                added[window, subject] = added.get((window, subject), 0) + sign * counted_figure(row, unit)
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
        counted_windows.c.window_end > min(times),
        counted_windows.c.window_start <= max(times),
        or_(*(_holds_for(scope, column, changes) for scope, column in SUBJECT_COLUMNS.items())),
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _holds_for(
    scope: str, column: str, changes: Sequence[tuple[Mapping[str, Any], int]]
) -> ColumnElement[bool]:
    named = {row[column] for row, _sign in changes} - {None}
    value = counted_windows.c.value
    return and_(counted_windows.c.scope == scope, or_(value.is_(None), value.in_(named)))


def used_by_window(
    connection: Connection, windows: Sequence[Window], subjects: Collection[str] | None = None
) -> dict[Window, dict[str, int]]:
    """The counters of windows, of all subjects or of some; a window without any is left out."""
    wanted = set(windows)
    found: dict[Window, dict[str, int]] = {}
    if not wanted:
        return found
    for limit_id, start, end, subject, used in _counter_rows(connection, windows, subjects):
        window = Window(limit_id, start, end)
        if window in wanted:
            found.setdefault(window, {})[subject] = used
    return found


def _counter_rows(
    connection: Connection, windows: Sequence[Window], subjects: Collection[str] | None
) -> Iterable[Any]:
    if subjects is None or len(windows) > _FEW:
        query = select(counters).where(*_any_of(counters, windows))
        if subjects is not None:
            query = query.where(counters.c.subject.in_(subjects))
        return connection.execute(query)
    limit_ids, starts, ends = ({window[part] for window in windows} for part in range(3))
    names = {"limit_ids": list(limit_ids), "starts": list(starts), "ends": list(ends)}
    return connection.execute(_FEW_COUNTERS, {**names, "subjects": list(subjects)})


def _any_of(table: Table, windows: Sequence[Window]) -> tuple[ColumnElement[bool], ...]:
    """A condition that holds for all of the windows, and for few others."""
    starts, ends = {window.start for window in windows}, {window.end for window in windows}
    conditions = (table.c.window_start.in_(starts), table.c.window_end.in_(ends))
    if len(windows) > _FEW:
        return conditions
    return (*conditions, table.c.limit_id.in_({window.limit_id for window in windows}))


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
