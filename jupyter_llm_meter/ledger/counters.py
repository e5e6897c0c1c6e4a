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

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger.history import sums_by, unpriced_tokens_by
from jupyter_llm_meter.ledger.locks import is_shared
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.rows import PICO, UNPRICED_TOKENS, counted_figure, from_us, to_us
from jupyter_llm_meter.ledger.schema import (
    NO_END,
    SUBJECT_COLUMNS,
    SUMS,
    UNIT_SUMS,
    counted_windows,
    counters,
)
from jupyter_llm_meter.ledger.sql import Insert, Inserts, Sql
from jupyter_llm_meter.ledger.windows_of_calls import windows_of

_FEW = 100
"""Up to this many windows are selected by name, more by their bounds alone."""

_COUNTER_COLUMNS = "limit_id, window_start, window_end, subject, used"
_FEW_COUNTERS = Sql(
    f"SELECT {_COUNTER_COLUMNS} FROM counters WHERE limit_id IN (?*)"
    " AND window_start IN (?*) AND window_end IN (?*) AND subject IN (?*)"
)
_ADD = Insert(
    counters,
    ("limit_id", "window_start", "window_end", "subject", "used"),
    "ON CONFLICT (limit_id, window_start, window_end, subject)"
    " DO UPDATE SET used = counters.used + excluded.used",
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
    calendar = (limit.window, limit.time_zone, limit.week_start, limit.reset_hour)
    at, (start, end) = to_us(now), _latest.get(calendar, (0, 0))
    if not start <= at < end:
        first, after = window_bounds(limit.window, now, limit.time_zone, limit.week_start, limit.reset_hour)
        start, end = to_us(first), NO_END if after is None else to_us(after)
        _latest[calendar] = start, end
    return Window(limit.id, start, end)


_latest: dict[tuple[str, str, str, int], tuple[int, int]] = {}
"""The bounds found last, by calendar: there are few, and windows of one calendar don't overlap."""


def used_amount(unit: str, used: int) -> Decimal:
    """A counter's figure in its limit's unit: dollars are counted in picodollars."""
    return Decimal(used) / PICO if unit == "USD" else Decimal(used)


def current_windows(limits: Sequence[Limit], now: datetime) -> list[tuple[Limit, Window]]:
    """Each limit with its window that holds an instant."""
    return [(limit, current_window(limit, now)) for limit in limits]


def uncounted(connection: Connection, windows: Sequence[tuple[Limit, Window]]) -> list[tuple[Limit, Window]]:
    """Those of the windows whose counters do not exist yet."""
    recall = recall_of(connection)
    asked = [each for each in windows if each[1] not in recall.known.counted]
    if not asked:
        return []
    columns = (counted_windows.c.limit_id, counted_windows.c.window_start, counted_windows.c.window_end)
    query = select(*columns).where(*_any_of(counted_windows, [window for _limit, window in asked]))
    counted = {Window(*row) for row in connection.execute(query)}
    recall.learned.counted.update((window, True) for _limit, window in asked if window in counted)
    return [(limit, window) for limit, window in asked if window not in counted]


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
        recall_of(connection).change(connection)
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


class Step(NamedTuple):
    """What a transaction did to a counter: what it added, and what is used now, in the counter's unit."""

    added: int
    used: int


def add_calls(
    connection: Connection, changes: Sequence[tuple[Mapping[str, Any], int]], inserts: Inserts
) -> dict[tuple[Window, str], Step]:
    """Add calls to every counter they belong to, also to those of limits that are not in force now.

    Runs the other inserts of the transaction too.

    Args:
        connection: The transaction that also writes the calls.
        changes: Rows of `calls`, each with 1 to add it or -1 to take it back.
        inserts: What else the transaction inserts.

    Returns:
        The window and subject of every counter that changed, with how it did.
    """
    windows = windows_of(connection, changes)
    added: dict[tuple[Window, str], int] = {}
    for row, sign in changes:
        at = row["started_at"]
        for scope, column in SUBJECT_COLUMNS.items():
            subject = row[column]
            for counted in windows.get((scope, subject), ()):
                if counted.start <= at < counted.end:
                    key = Window(counted.limit_id, counted.start, counted.end), subject
                    added[key] = added.get(key, 0) + sign * counted_figure(row, counted.unit)
    inserts.add(_ADD, [(*key[0], key[1], figure) for key, figure in sorted(added.items())])
    returned = inserts.run(connection, _COUNTER_COLUMNS if added else "")
    if returned is None:
        changed = {window for window, _subject in added}
        used = used_by_window(connection, list(changed), {subject for _window, subject in added})
    else:
        used = _by_window(returned)
    return {key: Step(figure, used[key[0]][key[1]]) for key, figure in added.items()}


def lock_counters(connection: Connection, keys: Iterable[tuple[Window, str]]) -> None:
    """Keep counters as they are until the transaction ends; they are made, at zero, where there are none.

    Args:
        connection: A writing transaction; one that is alone has no need of it.
        keys: Windows and subjects, in an order that all transactions keep.
    """
    rows = [(*window, subject, 0) for window, subject in keys] if is_shared(connection) else []
    if rows:
        _ADD.run(connection, rows)


def used_by_window(
    connection: Connection, windows: Sequence[Window], subjects: Collection[str] | None = None
) -> dict[Window, dict[str, int]]:
    """The counters of windows, of all subjects or of some; a window without any is left out."""
    wanted = set(windows)
    found = _by_window(_counter_rows(connection, windows, subjects) if wanted else [])
    return {window: used for window, used in found.items() if window in wanted}


def _by_window(rows: Iterable[Any]) -> dict[Window, dict[str, int]]:
    """What rows of counters say, by window and subject."""
    found: dict[Window, dict[str, int]] = {}
    for limit_id, start, end, subject, used in rows:
        found.setdefault(Window(limit_id, start, end), {})[subject] = used
    return found


def _counter_rows(
    connection: Connection, windows: Sequence[Window], subjects: Collection[str] | None
) -> Iterable[Any]:
    if subjects is None or len(windows) > _FEW:
        query = select(counters).where(*_any_of(counters, windows))
        if subjects is not None:
            query = query.where(counters.c.subject.in_(subjects))
        return connection.execute(query)
    if not subjects:
        return []
    limit_ids, starts, ends = (sorted({window[part] for window in windows}) for part in range(3))
    return _FEW_COUNTERS.all(connection, limit_ids, starts, ends, sorted(subjects))


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
