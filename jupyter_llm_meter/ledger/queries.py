"""Questions to the ledger: calls by the page, sums by group, standings.

Reads only. Ranges are half-open, ``start <= started_at < end``; a missing bound is open.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select, tuple_

from llm_meter_tap.call_record import CallRecord

from ..core.limits import Limit
from ..core.standing import Standing, format_decimal
from .counters import current_window, used_amount, used_by_subject
from .errors import BadCursor
from .history import Sums, sums_by
from .rows import Row, from_pico, from_us, to_record, to_us
from .schema import SUBJECT_COLUMNS, SUMS, calls

GROUP_COLUMNS: dict[str, str | None] = {
    "none": None,
    **SUBJECT_COLUMNS,
    "cell": "cell_id",
    "operation": "operation_name",
    "agent": "agent_name",
}
GROUP_TIMES = {"hour": "%Y-%m-%dT%H:00:00%z", "day": "%Y-%m-%d", "month": "%Y-%m"}
GROUPS = (*GROUP_COLUMNS, *GROUP_TIMES)
"""What `usage` can group by."""

_RECORDS_PER_QUERY = 500
_IDS_PER_QUERY = 500
_USAGE_FIGURES = (
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
    "unpriced_calls",
    "missing_calls",
)
_SUMMARY_FIGURES = ("calls", "input_tokens", "output_tokens", "unpriced_calls", "missing_calls")


class Page(NamedTuple):
    """Some calls, newest first.

    Attributes:
        calls: The records.
        next_cursor: Where to go on; None after the last.
    """

    calls: list[CallRecord]
    next_cursor: str | None


def page_of_calls(
    connection: Connection,
    limit: int,
    cursor: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    model: str | None = None,
    notebook: str | None = None,
) -> Page:
    """Calls by the page, newest first.

    Args:
        connection: A transaction on the ledger.
        limit: The most calls to return.
        cursor: The `next_cursor` of the page before.
        start: First instant wanted.
        end: First instant not wanted.
        model: Only calls that asked for this model or were answered by it.
        notebook: Only calls of the notebook at this path.

    Raises:
        BadCursor: The cursor is none of ours.
    """
    query = select(calls).order_by(calls.c.started_at.desc(), calls.c.call_id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(tuple_(calls.c.started_at, calls.c.call_id) < tuple_(*_read_cursor(cursor)))
    if start is not None:
        query = query.where(calls.c.started_at >= to_us(start))
    if end is not None:
        query = query.where(calls.c.started_at < to_us(end))
    if model is not None:
        query = query.where(or_(calls.c.model == model, calls.c.request_model == model))
    if notebook is not None:
        query = query.where(calls.c.notebook_path == notebook)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    is_last = len(rows) <= limit
    shown = rows[:limit]
    return Page([to_record(row) for row in shown], None if is_last else _cursor(shown[-1]))


def known_ids(connection: Connection, call_ids: Sequence[str]) -> set[str]:
    """Those of the ids whose calls are in the ledger."""
    known: set[str] = set()
    for first in range(0, len(call_ids), _IDS_PER_QUERY):
        query = select(calls.c.call_id).where(calls.c.call_id.in_(call_ids[first : first + _IDS_PER_QUERY]))
        known.update(connection.scalars(query))
    return known


def records_after(
    connection: Connection, after: tuple[int, str] | None, start: datetime | None, end: datetime | None
) -> list[Row]:
    """The next rows of calls, oldest first, after a (started_at, call_id)."""
    query = select(calls).order_by(calls.c.started_at, calls.c.call_id).limit(_RECORDS_PER_QUERY)
    if after is not None:
        query = query.where(tuple_(calls.c.started_at, calls.c.call_id) > tuple_(*after))
    elif start is not None:
        query = query.where(calls.c.started_at >= to_us(start))
    if end is not None:
        query = query.where(calls.c.started_at < to_us(end))
    return [dict(row) for row in connection.execute(query).mappings()]


def usage_rows(
    connection: Connection,
    group_by: str,
    start: datetime | None = None,
    end: datetime | None = None,
    time_zone: str = "UTC",
) -> list[dict[str, Any]]:
    """Sums by group, as REST `usage` gives them.

    Times are grouped by the local calendar of `time_zone` and come in order; other groups come by tokens,
    most first. A row without ``group`` is what has none; one without ``cost`` had no priced call.

    Raises:
        ValueError: `group_by` is not one of ``GROUPS``.
    """
    if group_by not in GROUPS:
        raise ValueError(f"group_by is {group_by!r}; allowed are {', '.join(GROUPS)}")
    bounds = (None if start is None else to_us(start), None if end is None else to_us(end))
    if group_by in GROUP_TIMES:
        quarters = sums_by(connection, "started_at", *bounds)
        by_time = _by_local_time(quarters, GROUP_TIMES[group_by], ZoneInfo(time_zone))
        return [_usage_row(group, figures) for group, figures in by_time.items()]
    by_name = sums_by(connection, GROUP_COLUMNS[group_by], *bounds)
    tokens, count = SUMS.index("tokens"), SUMS.index("calls")
    ordered = sorted(by_name.items(), key=lambda item: (-item[1][tokens], -item[1][count], item[0] or ""))
    return [_usage_row(group, figures) for group, figures in ordered]


def summary(connection: Connection, start: datetime, end: datetime | None) -> dict[str, Any]:
    """The sums of a range, as ``today`` and ``month`` of the standing document give them."""
    figures = sums_by(connection, None, to_us(start), None if end is None else to_us(end))
    return _row(figures.get(None, (0,) * len(SUMS)), _SUMMARY_FIGURES)


def standings(
    connection: Connection, limits: Sequence[Limit], now: datetime, subjects: Mapping[str, str]
) -> list[Standing]:
    """Where every limit is in its current window, whose counters must exist.

    Args:
        connection: A transaction on the ledger.
        limits: The limits in force.
        now: The instant that picks the windows.
        subjects: By scope, a subject to show even if it used nothing.
    """
    found = []
    for limit in limits:
        window = current_window(limit, now)
        used = used_by_subject(connection, window)
        expected = limit.value if limit.value is not None else subjects.get(limit.scope)
        if expected is not None:
            used.setdefault(expected, 0)
        found += [
            Standing(limit, subject, window.first_instant, window.resets_at, used_amount(limit.unit, amount))
            for subject, amount in sorted(used.items())
        ]
    return found


def _by_local_time(quarters: Mapping[int, Sums], form: str, zone: ZoneInfo) -> dict[str, Sums]:
    totals: dict[str, Sums] = {}
    for start, figures in sorted(quarters.items()):
        group = from_us(start).astimezone(zone).strftime(form)
        known = totals.get(group)
        totals[group] = figures if known is None else tuple(map(sum, zip(known, figures, strict=True)))
    return totals


def _usage_row(group: Any, figures: Sums) -> dict[str, Any]:
    return ({} if group is None else {"group": group}) | _row(figures, _USAGE_FIGURES)


def _row(figures: Sums, names: Sequence[str]) -> dict[str, Any]:
    values = dict(zip(SUMS, figures, strict=True))
    row: dict[str, Any] = {name: values[name] for name in names}
    if values["priced_calls"]:
        row["cost"] = format_decimal(from_pico(values["cost_pico"]))
    return row


def _cursor(row: Mapping[str, Any]) -> str:
    place = json.dumps([row["started_at"], row["call_id"]])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, str]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        started_at, call_id = place
    except (binascii.Error, ValueError, TypeError):
        started_at, call_id = None, None
    if type(started_at) is not int or not isinstance(call_id, str):
        raise BadCursor(
            f"cursor {cursor!r} is none of this ledger; leave it out to start with the newest call"
        )
    return started_at, call_id
