"""Selects calls: by time range, by exact values, by a text that they contain.

Sums, pages and exports use the same filters, so with the same filter they are about the same calls. The model
of a call is the one that answered, or the requested one if that is unknown, as in groups and limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, String, cast, func, or_
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS, calls

FILTER_COLUMNS = {**SUBJECT_COLUMNS, "cell": "cell_id"}
"""The column that a filter looks at, by the filter's name."""

SEARCHED_COLUMNS = (
    "model", "request_model", "provider_name", "notebook_path", "project", "cell_id", "user_id", "agent_name",
    "error_type",
)  # fmt: skip
"""Where a text is searched for."""

_ESCAPE = "\\"


@dataclass(frozen=True)
class Filter:
    """Which calls are selected.

    Attributes:
        start: First instant wanted; None: from the first call.
        end: First instant not wanted; None: to the last call.
        values: By the names of ``FILTER_COLUMNS``, the value that calls must have; None: that they have none.
        search: Text that one of ``SEARCHED_COLUMNS`` must contain, ignoring case; empty: any.
    """

    start: datetime | None = None
    end: datetime | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)
    search: str = ""

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The range in microseconds."""
        start, end = (None if at is None else to_us(at) for at in (self.start, self.end))
        return start, end

    @property
    def columns(self) -> list[tuple[str, str | None]]:
        """The columns that must have a value, with it."""
        return [(FILTER_COLUMNS[name], value) for name, value in self.values.items()]


ALL_CALLS = Filter()


def conditions(connection: Connection, which: Filter) -> list[ColumnElement[bool]]:
    """The conditions on `calls`."""
    start, end = which.bounds
    found = [calls.c[name] == value for name, value in which.columns]
    if start is not None:
        found.append(calls.c.started_at >= start)
    if end is not None:
        found.append(calls.c.started_at < end)
    if which.search:
        found.append(or_(*(_holds(connection, calls.c[name], which.search) for name in SEARCHED_COLUMNS)))
    return found


def _holds(connection: Connection, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    if connection.dialect.name != "sqlite":
        return column.icontains(text, autoescape=True)
    if text.isascii():
        # SQLite's LIKE folds the case of ASCII, and is several times as fast as a Python function.
        return column.like(f"%{_escaped(text)}%", escape=_ESCAPE)
    folded = cast(func.llm_meter_fold(column), String)
    return folded.like(f"%{_escaped(text.casefold())}%", escape=_ESCAPE)


def _escaped(text: str) -> str:
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return text
