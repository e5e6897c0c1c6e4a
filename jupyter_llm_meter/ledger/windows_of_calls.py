"""Which counted windows calls can lie in; remembered, as every call asks for the same ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.memory import CountedWindow, recall_of
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS
from jupyter_llm_meter.ledger.sql import Sql

_BEFORE = timedelta(days=2) // timedelta(microseconds=1)
"""How far back from the first call of a process its windows are remembered, in microseconds."""

_WINDOWS = Sql(
    "SELECT limit_id, window_start, window_end, scope, value, unit FROM counted_windows"
    " WHERE window_end > ? AND (value IS NULL OR value IN (?*))"
)


def windows_of(
    connection: Connection, changes: Sequence[tuple[Mapping[str, Any], int]]
) -> Mapping[tuple[str, str], list[CountedWindow]]:
    """The counted windows that any of the calls can lie in, by scope and subject."""
    subjects = {(scope, row[column]) for row, _sign in changes for scope, column in SUBJECT_COLUMNS.items()}
    asked = {each for each in subjects if each[1] is not None}
    if not asked:
        return {}
    recall = recall_of(connection)
    first = min(row["started_at"] for row, _sign in changes)
    floor = first - _BEFORE if recall.known.floor is None else recall.known.floor
    if first < floor:
        return _read_windows(connection, asked, first)
    known = recall.known.windows
    if recall.known.floor is None or not all(each in known for each in asked):
        recall.learned.floor = floor
        recall.learned.windows = _read_windows(connection, asked, floor)
        return recall.learned.windows
    return known


def _read_windows(
    connection: Connection, asked: Collection[tuple[str, str]], after: int
) -> dict[tuple[str, str], list[CountedWindow]]:
    """Those that end after an instant."""
    found: dict[tuple[str, str], list[CountedWindow]] = {each: [] for each in asked}
    by_scope: dict[str, list[CountedWindow]] = {}
    for row in _WINDOWS.all(connection, after, sorted({subject for _scope, subject in asked})):
        window = CountedWindow(*row)
        if window.value is None:
            by_scope.setdefault(window.scope, []).append(window)
        elif (window.scope, window.value) in found:
            found[window.scope, window.value].append(window)
    for scope, subject in asked:
        found[scope, subject] += by_scope.get(scope, [])
    return found
