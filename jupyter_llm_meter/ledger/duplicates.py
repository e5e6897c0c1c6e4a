"""Finds what the ledger already holds of a batch's calls, under their own ids and under others'.

Reads only. `witnesses.py` says which of the rows found are of one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.rows import FIGURES, Row, to_us
from jupyter_llm_meter.ledger.schema import calls, merged_calls
from jupyter_llm_meter.ledger.witnesses import PROCESS_SOURCES, SHORTEST_ID
from llm_meter_tap.wire.record import CallRecord

_IDS_PER_QUERY = 500

# Written out, as a partial index is only used where the database sees its condition in the statement.
_IS_OUTPUT: ColumnElement[bool] = literal_column("source = 'output'")


def merged_ids(connection: Connection, call_ids: Iterable[str]) -> dict[str, str]:
    """The ids that were merged into other calls, each with the id of the call that is kept."""
    found: dict[str, str] = {}
    for ids in _parts(call_ids):
        query = select(merged_calls.c.call_id, merged_calls.c.kept_id).where(merged_calls.c.call_id.in_(ids))
        found.update(connection.execute(query).all())
    return found


def stored_rows(connection: Connection, call_ids: Iterable[str]) -> dict[str, Row]:
    """The rows of calls, by their ids."""
    rows: dict[str, Row] = {}
    for ids in _parts(call_ids):
        rows.update(_rows(connection, select(calls).where(calls.c.call_id.in_(ids))))
    return rows


def possible_duplicates(
    connection: Connection, records: Sequence[CallRecord], reported_at: int
) -> dict[str, Row]:
    """The rows that may be of the same calls as some records, by their ids.

    Args:
        connection: A transaction on the ledger.
        records: Calls that arrive.
        reported_at: When they arrive, in microseconds.
    """
    rows: dict[str, Row] = {}
    for ids in _parts(
        record.response_id for record in records if len(record.response_id or "") >= SHORTEST_ID
    ):
        rows.update(_rows(connection, select(calls).where(calls.c.response_id.in_(ids))))
    placed = [record for record in records if record.kernel_id is not None and record.basis in FIGURES]
    for query in (
        _outputs_beside([record for record in placed if record.source in PROCESS_SOURCES]),
        _calls_beside([record for record in placed if record.source == "output"], reported_at),
    ):
        if query is not None:
            rows.update(_rows(connection, query))
    return rows


def _outputs_beside(records: Sequence[CallRecord]) -> Select[Any] | None:
    """What outputs showed in the runs of calls that their processes report."""
    if not records:
        return None
    times = [to_us(record.started_at) for record in records]
    runs = {record.run_id for record in records if record.run_id is not None}
    is_around = and_(calls.c.started_at <= max(times), calls.c.reported_at >= min(times))
    return select(calls).where(
        _IS_OUTPUT,
        calls.c.kernel_id.in_({record.kernel_id for record in records}),
        or_(calls.c.run_id.in_(runs), is_around) if runs else is_around,
    )


def _calls_beside(records: Sequence[CallRecord], reported_at: int) -> Select[Any] | None:
    """What processes reported in the runs of which outputs show calls."""
    if not records:
        return None
    return select(calls).where(
        calls.c.started_at >= min(to_us(record.started_at) for record in records),
        calls.c.started_at <= reported_at,
        calls.c.kernel_id.in_({record.kernel_id for record in records}),
        calls.c.source.in_(PROCESS_SOURCES),
    )


def _rows(connection: Connection, query: Select[Any]) -> dict[str, Row]:
    return {row["call_id"]: dict(row) for row in connection.execute(query).mappings()}


def _parts(ids: Iterable[str | None]) -> Iterable[Sequence[str]]:
    wanted = sorted({name for name in ids if name is not None})
    for first in range(0, len(wanted), _IDS_PER_QUERY):
        yield wanted[first : first + _IDS_PER_QUERY]
