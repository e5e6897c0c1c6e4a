"""Sums by group, split and cut to the largest ones: what REST `usage` and the report show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from jupyter_llm_meter.ledger.archive.parts import ArchiveNote, last_archived, note_of
from jupyter_llm_meter.ledger.filters import ALL_CALLS, Filter
from jupyter_llm_meter.ledger.history import (
    Sums,
    added,
    calls_looked_at,
    largest,
    sums_by_columns,
    sums_by_time,
)
from jupyter_llm_meter.ledger.queries import sums_row
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS, SUMS, series

SPLIT_COLUMNS = {
    **SUBJECT_COLUMNS,
    "cell": "cell_id",
    "operation": "operation_name",
    "agent": "agent_name",
    "program": "program_name",
}
"""The column of a group, by the group's name; sums can be split by these as well."""

GROUP_TIMES: dict[str, Callable[[datetime], str]] = {
    "hour": lambda at: f"{at.date().isoformat()}T{at:%H}:00:00{at:%z}",
    "day": lambda at: at.date().isoformat(),
    "week": lambda at: (at.date() - timedelta(days=at.weekday())).isoformat(),
    "month": lambda at: at.date().isoformat()[: len("2026-11")],
}
"""How a local time is named by the group it belongs to; a week by its Monday."""

GROUPS = ("none", *SPLIT_COLUMNS, *GROUP_TIMES)
"""What `usage_rows` can group by."""

_FIGURES = (
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
    "unpriced_calls",
    "missing_calls",
)
_MOST_IDS = 500
_TOKENS, _CALLS = SUMS.index("tokens"), SUMS.index("calls")


class _Key(NamedTuple):
    """What a row stands for; `notebook` distinguishes cells with the same id."""

    group: str | None = None
    notebook: str | None = None
    split: str | None = None
    is_rest: bool = False


def usage_rows(
    connection: Connection,
    group_by: str,
    which: Filter = ALL_CALLS,
    time_zone: str = "UTC",
    split_by: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Sums by group, as REST `usage` gives them.

    Times are grouped by the local calendar of `time_zone` and come in order; other groups come by tokens,
    most first, and so do the splits of a group. A row without ``group`` is what has none, one without
    ``split`` likewise; one without ``cost`` had no priced call.

    Args:
        connection: A transaction on the ledger.
        group_by: One of ``GROUPS``.
        which: The calls that are meant; it has no `search`, which sums do not know.
        time_zone: IANA name.
        split_by: One of ``SPLIT_COLUMNS`` besides `group_by`, into whose values every group is split.
        limit: Keep so many groups with the most tokens, of times that are split so many splits, and sum the
            others up in rows with ``is_rest``; None: keep all.

    Raises:
        ValueError: `group_by` or `split_by` is not allowed.
    """
    if group_by not in GROUPS:
        raise ValueError(f"group_by is {group_by!r}; allowed are {', '.join(GROUPS)}")
    if split_by is not None and (split_by not in SPLIT_COLUMNS or split_by == group_by):
        allowed = ", ".join(name for name in SPLIT_COLUMNS if name != group_by)
        raise ValueError(f"split_by is {split_by!r}; allowed are {allowed}")
    if limit is not None and split_by is None and group_by in SPLIT_COLUMNS:
        totals = _largest_groups(connection, group_by, which, limit)
        return [_row(key, figures) for key, figures in _in_order(totals, False)]
    totals = _totals(connection, group_by, which, time_zone, split_by)
    if limit is not None:
        is_of_splits = group_by in GROUP_TIMES and split_by is not None
        totals = _largest(totals, limit, _split_of if is_of_splits else _group_of)
    return [_row(key, figures) for key, figures in _in_order(totals, group_by in GROUP_TIMES)]


def archive_note(
    connection: Connection,
    group_by: str,
    which: Filter = ALL_CALLS,
    time_zone: str = "UTC",
    split_by: str | None = None,
) -> ArchiveNote | None:
    """What of the calls of `usage_rows` is in the archive, and whether the rows leave some of it out."""
    if last_archived(connection) is None:
        return None
    columns = [] if split_by is None else [SPLIT_COLUMNS[split_by]]
    by_time = None
    if group_by in GROUP_TIMES:
        by_time = ("hour" if group_by == "hour" else "day", ZoneInfo(time_zone))
    else:
        columns = [*_columns(group_by), *columns]
    looked_at = calls_looked_at(connection, columns, which.columns, which.bounds, by_time)
    return note_of(connection, which.bounds, looked_at)


def name_kernels(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add `name` to rows of kernels that have one: the notebook of the kernel's calls, else their program."""
    ids = [row["group"] for row in rows if "group" in row]
    named = func.max(func.coalesce(series.c.notebook_path, series.c.program_name))
    query = select(series.c.kernel_id, named).group_by(series.c.kernel_id)
    names = {
        kernel_id: name
        for start in range(0, len(ids), _MOST_IDS)
        for kernel_id, name in connection.execute(
            query.where(series.c.kernel_id.in_(ids[start : start + _MOST_IDS]))
        )
    }
    return [row | {"name": name} if (name := names.get(row.get("group"))) else row for row in rows]


def _totals(
    connection: Connection, group_by: str, which: Filter, time_zone: str, split_by: str | None
) -> dict[_Key, Sums]:
    split_columns = [] if split_by is None else [SPLIT_COLUMNS[split_by]]
    if group_by in GROUP_TIMES:
        name = GROUP_TIMES[group_by]
        unit = "hour" if group_by == "hour" else "day"
        zone = ZoneInfo(time_zone)
        found_times = sums_by_time(connection, unit, zone, split_columns, *which.bounds, which.columns)
        return _summed(
            (_Key(name(at), split=values[0] if values else None), figures)
            for at, values, figures in found_times
        )
    columns = _columns(group_by)
    found = sums_by_columns(connection, [*columns, *split_columns], *which.bounds, which.columns)
    return _summed(
        (_key(values[: len(columns)])._replace(split=values[-1] if split_columns else None), figures)
        for values, figures in found.items()
    )


def _largest_groups(connection: Connection, group_by: str, which: Filter, limit: int) -> dict[_Key, Sums]:
    """The groups with the most tokens, and the rest as one."""
    found = largest(connection, _columns(group_by), *which.bounds, which.columns, limit)
    totals = {_key(values): figures for values, figures in found.groups.items()}
    if found.rest[_CALLS]:
        totals[_Key(is_rest=True)] = found.rest
    return totals


def _columns(group_by: str) -> list[str]:
    if group_by == "none":
        return []
    if group_by == "cell":
        return ["cell_id", "notebook_path"]
    return [SPLIT_COLUMNS[group_by]]


def _key(values: tuple[Any, ...]) -> _Key:
    """The key of the row that groups of these values belong to."""
    return _Key(*values) if values and values[0] is not None else _Key()


def _group_of(key: _Key) -> _Key:
    return key._replace(split=None, is_rest=key.is_rest and key.group is None)


def _split_of(key: _Key) -> _Key:
    return _Key(split=key.split)


def _largest(totals: Mapping[_Key, Sums], limit: int, part: Callable[[_Key], _Key]) -> dict[_Key, Sums]:
    """Keep the largest parts and sum the others up."""
    sizes = _summed((part(key), figures) for key, figures in totals.items())
    kept = set(sorted(sizes, key=lambda key: _rank(key, sizes[key]))[:limit])

    def place(key: _Key) -> _Key:
        if part(key) in kept:
            return key
        return (
            _Key(group=key.group, is_rest=True) if part is _split_of else _Key(split=key.split, is_rest=True)
        )

    return _summed((place(key), figures) for key, figures in totals.items())


def _in_order(totals: Mapping[_Key, Sums], is_of_times: bool) -> list[tuple[_Key, Sums]]:
    """Groups by their size, or as they come when they are times; what is left over comes last."""
    sizes = _summed((_group_of(key), figures) for key, figures in totals.items())

    def rank(group: _Key) -> tuple[Any, ...]:
        return (group.is_rest,) if is_of_times else _rank(group, sizes[group])

    positions = {group: number for number, group in enumerate(sorted(sizes, key=rank))}
    return sorted(totals.items(), key=lambda item: (positions[_group_of(item[0])], _rank(*item)))


def _rank(key: _Key, figures: Sums) -> tuple[Any, ...]:
    names = (key.group or "", key.notebook or "", key.split or "")
    return key.is_rest, -figures[_TOKENS], -figures[_CALLS], names


def _summed(items: Iterable[tuple[_Key, Sums]]) -> dict[_Key, Sums]:
    totals: dict[_Key, Sums] = {}
    for key, figures in items:
        totals[key] = added(totals.get(key), figures)
    return totals


def _row(key: _Key, figures: Sums) -> dict[str, Any]:
    named = {"group": key.group, "notebook": key.notebook, "split": key.split, "is_rest": key.is_rest or None}
    return {name: value for name, value in named.items() if value is not None} | sums_row(figures, _FIGURES)
