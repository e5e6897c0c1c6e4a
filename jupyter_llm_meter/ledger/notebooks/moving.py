"""Moves the history of a notebook or folder to its new path: calls, sums, counters, alerts, raises, kernels.

All of it in the caller's transaction, so that no call is missing or counted twice at any moment. Only what
one user's lab made is moved: in a shared ledger another user may have a notebook of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, select, update
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.core.paths import moved
from jupyter_llm_meter.ledger.counters import Window, upsert_sums
from jupyter_llm_meter.ledger.history import sums_by
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.notebooks.moves import write_move
from jupyter_llm_meter.ledger.notebooks.owners import OWNERS, Paths, move_owners, parts
from jupyter_llm_meter.ledger.outbox import move_notebooks_of_deliveries
from jupyter_llm_meter.ledger.rows import Row, storable, to_us
from jupyter_llm_meter.ledger.schema import (
    NO_END,
    SUBJECT_COLUMNS,
    SUMS,
    UNIT_SUMS,
    alerts,
    counted_windows,
    counters,
    kernels,
    raises,
    reservations,
    series,
)

SCOPE = "notebook"
_COLUMN = SUBJECT_COLUMNS[SCOPE]
_KEY = ("limit_id", "window_start", "window_end")


def move_history(connection: Connection, user_id: str, old: str, new: str, now: datetime) -> Paths:
    """Move a notebook, or all that is below a folder, and remember the move.

    Args:
        connection: A writing transaction.
        user_id: Whose lab it is in.
        old: Where it was, under the lab's root.
        new: Where it is.
        now: When it was moved.

    Returns:
        The notebooks of which something was known, each with its new path.
    """
    old, new = storable(old), storable(new)
    recall_of(connection).change(connection)
    write_move(connection, user_id, old, new, to_us(now))
    paths = _notebooks(connection, user_id, old, new)
    if paths:
        shared = _shared(connection, user_id, list(paths))
        _move_counters(connection, user_id, paths, shared)
        for owners in OWNERS:
            move_owners(connection, owners, user_id, paths)
        _move_limits(connection, user_id, paths, shared, now)
        _move_column(connection, kernels, "notebook_path", paths, kernels.c.user_id == user_id)
    return paths


def _notebooks(connection: Connection, user_id: str, old: str, new: str) -> Paths:
    """The notebooks that move: every call belongs to a series; of some only a kernel or a limit is known."""
    # SQLite's LIKE ignores case.
    sources = (
        (series.c.notebook_path, series.c.user_id == user_id),
        (kernels.c.notebook_path, kernels.c.user_id == user_id),
        (raises.c.subject, (raises.c.user_id == user_id) & _is_on_notebook(raises)),
        (reservations.c.subject, _is_on_notebook(reservations)),
    )
    found: dict[str, str] = {}
    for column, condition in sources:
        is_below = (column == old) | (func.substr(column, 1, len(old) + 1) == f"{old}/")
        for path in connection.scalars(select(column).where(condition, is_below).distinct()):
            found[path] = moved(path, old, new) or path
    return found


def _is_on_notebook(table: Table) -> ColumnElement[bool]:
    limit_id: ColumnElement[str] = table.c.limit_id
    return limit_id.startswith(f"{SCOPE}/") | limit_id.startswith(f"{SCOPE}=")


def _move_counters(connection: Connection, user_id: str, paths: Paths, shared: AbstractSet[str]) -> None:
    """Take what this user used from the counters of the old paths, and add it to those of the new ones."""
    changes: list[Row] = []
    for row in _counted(connection, paths):
        path, window = row["subject"], Window(row["limit_id"], row["window_start"], row["window_end"])
        used = row["used"]
        if path in shared:
            used = _own(connection, window, user_id, row["unit"], [path]).get(path, 0)
            changes.append({**window.key(), "subject": path, "used": -used})
        if row["value"] is None:
            changes.append({**window.key(), "subject": paths[path], "used": used})
    for row in _windows_of(connection, list(paths.values())):
        window, old = (
            Window(row["limit_id"], row["window_start"], row["window_end"]),
            _old(paths, row["value"]),
        )
        for used in _own(connection, window, user_id, row["unit"], [old]).values():
            changes.append({**window.key(), "subject": row["value"], "used": used})
    for part in parts([path for path in paths if path not in shared]):
        notebooks = select(counted_windows.c.limit_id).where(counted_windows.c.scope == SCOPE)
        gone = (counters.c.subject.in_(part), counters.c.limit_id.in_(notebooks))
        connection.execute(delete(counters).where(*gone))
    if changes:
        upsert_sums(connection, counters, ("used",), changes)


def _counted(connection: Connection, paths: Paths) -> Iterator[Row]:
    """The counters of limits on notebooks, with their windows."""
    columns = [counted_windows.c[name] for name in _KEY]
    same = [counters.c[name] == counted_windows.c[name] for name in _KEY]
    query = select(
        *columns, counted_windows.c.value, counted_windows.c.unit, counters.c.subject, counters.c.used
    )
    query = query.select_from(counters.join(counted_windows, and_(*same)))
    for part in parts(list(paths)):
        meant = (counted_windows.c.scope == SCOPE, counters.c.subject.in_(part))
        yield from [dict(row) for row in connection.execute(query.where(*meant)).mappings()]


def _windows_of(connection: Connection, paths: Sequence[str]) -> Iterator[Row]:
    """The windows of limits on one notebook each."""
    for part in parts(paths):
        query = select(counted_windows).where(
            counted_windows.c.scope == SCOPE, counted_windows.c.value.in_(part)
        )
        yield from [dict(row) for row in connection.execute(query).mappings()]


def _old(paths: Paths, new: str) -> str:
    return next(old for old, target in paths.items() if target == new)


def _own(
    connection: Connection, window: Window, user_id: str, unit: str, paths: Iterable[str]
) -> dict[str, int]:
    end = None if window.end == NO_END else window.end
    by_path = sums_by(connection, _COLUMN, window.start, end, [("user_id", user_id)])
    position = SUMS.index(UNIT_SUMS[unit])
    return {path: by_path[path][position] for path in paths if path in by_path}


def _shared(connection: Connection, user_id: str, paths: Sequence[str]) -> set[str]:
    """Those of the paths at which other users have calls too."""
    found: set[str] = set()
    for part in parts(paths):
        others = (series.c.user_id != user_id) | series.c.user_id.is_(None)
        query = select(series.c.notebook_path).where(series.c.notebook_path.in_(part), others)
        found.update(connection.scalars(query.distinct()))
    return found


def _move_limits(
    connection: Connection, user_id: str, paths: Paths, shared: AbstractSet[str], now: datetime
) -> None:
    """Move alerts, raises and reservations of calls in flight of limits on notebooks."""
    own = {old: new for old, new in paths.items() if old not in shared}
    for table, meant in ((alerts, own), (raises, paths), (reservations, own)):
        conditions = (raises.c.user_id == user_id,) if table is raises else ()
        for limit_id, subject in _limits_on(connection, table, list(meant), conditions):
            _move_subject(connection, table, limit_id, (subject, meant[subject]), conditions, now)
    _move_column(connection, alerts, "top_notebook", own)
    move_notebooks_of_deliveries(connection, own)


def _limits_on(
    connection: Connection, table: Table, paths: Sequence[str], conditions: Sequence[Any]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in parts(paths):
        query = select(table.c.limit_id, table.c.subject).where(
            table.c.subject.in_(part), _is_on_notebook(table)
        )
        found += [(row[0], row[1]) for row in connection.execute(query.where(*conditions).distinct())]
    return found


def _move_subject(
    connection: Connection,
    table: Table,
    limit_id: str,
    paths: tuple[str, str],
    conditions: Sequence[Any],
    now: datetime,
) -> None:
    old, new = paths
    named = f"{SCOPE}={old}/"
    new_id = f"{SCOPE}={new}/{limit_id[len(named) :]}" if limit_id.startswith(named) else limit_id
    is_meant = (table.c.limit_id == limit_id, table.c.subject == old, *conditions)
    values = {"limit_id": new_id, "subject": new}
    if table is not alerts:
        connection.execute(update(table).where(*is_meant).values(values))
        return
    other = alerts.alias()
    same = ("window_start", "window_end", "kind", "threshold", "amount")
    is_raised = (
        select(other.c.id)
        .where(other.c.limit_id == new_id, other.c.subject == new)
        .where(*(other.c[name] == alerts.c[name] for name in same))
        .exists()
    )
    connection.execute(update(alerts).where(*is_meant, ~is_raised).values(values))
    # A warning that the new path already had needs no second one.
    is_open = alerts.c.acknowledged_at.is_(None)
    connection.execute(update(alerts).where(*is_meant, is_open).values(acknowledged_at=to_us(now)))


def _move_column(
    connection: Connection, table: Table, name: str, paths: Paths, *conditions: ColumnElement[bool]
) -> None:
    if paths:
        statement = update(table).where(table.c[name] == bindparam("old"), *conditions)
        values = [{"old": old, "new": new} for old, new in paths.items()]
        connection.execute(statement.values({name: bindparam("new")}), values)
