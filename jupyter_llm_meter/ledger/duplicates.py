"""Finds the calls of a batch that the ledger already has, under their own ids or under others.

Reads only. `witnesses.py` says which of the rows found are of one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from jupyter_llm_meter.ledger.rows import FIGURES, Row, to_us
from jupyter_llm_meter.ledger.schema import calls, merged_calls
from jupyter_llm_meter.ledger.witnesses import PROCESS_SOURCES, SHORTEST_ID
from llm_meter_tap.wire.record import CallRecord

_IDS_PER_QUERY = 500

# Written out, as a partial index is only used where the database sees its condition in the statement.
_IS_OUTPUT: ColumnElement[bool] = literal_column("source = 'output'")

# Building a statement takes longer than running it, so those of every call are built once.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_KERNELS: BindParameter[Any] = bindparam("kernels", expanding=True)
_BY_ID = select(calls).where(calls.c.call_id.in_(_IDS))
_BY_RESPONSE = select(calls).where(calls.c.response_id.in_(_IDS))
_MERGED = select(merged_calls.c.call_id, merged_calls.c.kept_id).where(merged_calls.c.call_id.in_(_IDS))
_OUTPUTS = select(calls).where(
    _IS_OUTPUT,
    calls.c.kernel_id.in_(_KERNELS),
    calls.c.started_at <= bindparam("last"),
    or_(calls.c.run_id.in_(bindparam("runs", expanding=True)), calls.c.reported_at >= bindparam("first")),
)
_CALLS = select(calls).where(
    calls.c.started_at >= bindparam("first"),
    calls.c.started_at <= bindparam("last"),
    calls.c.kernel_id.in_(_KERNELS),
    calls.c.source.in_(PROCESS_SOURCES),
)


def merged_ids(connection: Connection, call_ids: Iterable[str]) -> dict[str, str]:
    """The ids that were merged into other calls, each with the id of the call that is kept."""
    found: dict[str, str] = {}
    for ids in _parts(call_ids):
        found.update(connection.execute(_MERGED, {"ids": ids}).all())
    return found


def stored_rows(connection: Connection, call_ids: Iterable[str]) -> dict[str, Row]:
    """The rows of calls, by their ids."""
    rows: dict[str, Row] = {}
    for ids in _parts(call_ids):
        rows.update(_rows(connection, _BY_ID, {"ids": ids}))
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
        rows.update(_rows(connection, _BY_RESPONSE, {"ids": ids}))
    placed = [record for record in records if record.kernel_id is not None and record.basis in FIGURES]
    outputs = [record for record in placed if record.source == "output"]
    reported = [record for record in placed if record.source in PROCESS_SOURCES]
    if reported:
        rows.update(_rows(connection, _OUTPUTS, _range(reported)))
    if outputs:
        # The record of an output has the start of its run, in which the calls are.
        rows.update(_rows(connection, _CALLS, {**_range(outputs), "last": reported_at}))
    return rows


def _range(records: Sequence[CallRecord]) -> dict[str, Any]:
    """Where and when the calls of some records were made."""
    times = [to_us(record.started_at) for record in records]
    return {
        "kernels": list({record.kernel_id for record in records}),
        "runs": list({record.run_id for record in records if record.run_id is not None}),
        "first": min(times),
        "last": max(times),
    }


def _rows(connection: Connection, query: Select[Any], values: dict[str, Any]) -> dict[str, Row]:
    return {row["call_id"]: dict(row) for row in connection.execute(query, values).mappings()}


def _parts(ids: Iterable[str | None]) -> Iterable[Sequence[str]]:
    wanted = sorted({name for name in ids if name is not None})
    for first in range(0, len(wanted), _IDS_PER_QUERY):
        yield wanted[first : first + _IDS_PER_QUERY]
