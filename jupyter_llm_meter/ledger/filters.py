"""Selects calls: by time range, by exact values, by a text that they contain.

Sums, pages and exports use the same filters, so with the same filter they are about the same calls. The model
of a call is the one that answered, or the requested one if that is unknown, as in groups and limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, String, cast, false, func, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import (
    KIND_COLUMNS,
    SERIES_COLUMNS,
    SUBJECT_COLUMNS,
    calls,
    kinds,
    places,
    series,
)

FILTER_COLUMNS = {**SUBJECT_COLUMNS, "cell": "cell_id", "program": "program_name"}
"""The column that a filter looks at, by the filter's name."""

SEARCHED_COLUMNS = (
    "model", "request_model", "provider_name", "notebook_path", "project", "cell_id", "user_id", "agent_name",
    "program_name", "error_type",
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


def conditions(
    connection: Connection, which: Filter, *, without_index: bool = False
) -> list[ColumnElement[bool]]:
    """What holds in `calls` for those that are meant.

    Args:
        connection: A transaction on the ledger.
        which: The calls that are meant.
        without_index: The database is to go through the calls in the order that is asked for, and not by an
            index on what holds.
    """
    start, end = which.bounds
    at, series_id, place_id = (
        _unindexed(name) if without_index else calls.c[name]
        for name in ("started_at", "series_id", "place_id")
    )
    found: list[ColumnElement[bool]] = []
    of_series = [(name, value) for name, value in which.columns if name in SERIES_COLUMNS]
    of_places = [(name, value) for name, value in which.columns if name not in SERIES_COLUMNS]
    for number, table, named in ((series_id, series, of_series), (place_id, places, of_places)):
        if named:
            found.append(
                number.in_(select(table.c.id).where(*(table.c[name] == value for name, value in named)))
            )
    if start is not None:
        found.append(at >= start)
    if end is not None:
        found.append(at < end)
    if which.search:
        found.append(_has_text(connection, which.search))
    return found


def _unindexed(name: str) -> ColumnElement[Any]:
    """A column of `calls` in a form that no database looks up in an index."""
    return literal_column(f"(calls.{name} + 0)", BigInteger())


def _has_text(connection: Connection, text: str) -> ColumnElement[bool]:
    """Whether a call refers to a row that holds a text; nothing does where no row holds it."""
    found = []
    for number, table, names in _SEARCHED:
        holding = select(table.c.id).where(or_(*(_holds(connection, table.c[name], text) for name in names)))
        if connection.execute(holding.limit(1)).first() is not None:
            found.append(_unindexed(number).in_(holding))
    return or_(false(), *found)


_SEARCHED = (
    ("series_id", series, tuple(name for name in SEARCHED_COLUMNS if name in SERIES_COLUMNS)),
    ("kind_id", kinds, tuple(name for name in SEARCHED_COLUMNS if name in KIND_COLUMNS)),
    ("place_id", places, ("cell_id",)),
)


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
