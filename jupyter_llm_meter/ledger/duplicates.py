"""Finds what the ledger already holds of a batch's calls, under their own ids and under others'.

Reads only. `witnesses.py` says which of the rows found are of one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.locks import is_shared, lock_names
from jupyter_llm_meter.ledger.rows import FIGURES, STORED, Row, row_of, to_us
from jupyter_llm_meter.ledger.sql import Sql
from jupyter_llm_meter.ledger.witnesses import PROCESS_SOURCES, SHORTEST_ID
from llm_meter_tap.wire.record import CallRecord

_IDS_PER_QUERY = 500

_SELECT = f"SELECT {', '.join(STORED)} FROM calls WHERE"
_BY_ID = Sql(f"{_SELECT} call_id IN (?*)")
_BY_RESPONSE = Sql(f"{_SELECT} response_id IN (?*)")
_MERGED = Sql("SELECT call_id, kept_id FROM merged_calls WHERE call_id IN (?*)")

# Written out, as a partial index is only used where the database sees its condition in the statement.
_OUTPUTS = Sql(
    f"{_SELECT} source = 'output' AND kernel_id IN (?*) AND started_at <= ?"
    " AND (run_id IN (?*) OR reported_at >= ?)"
)
_CALLS = Sql(f"{_SELECT} started_at >= ? AND started_at <= ? AND kernel_id IN (?*) AND source IN (?*)")


def lock_calls(connection: Connection, records: Sequence[CallRecord], dropped: Sequence[str]) -> None:
    """Lock calls by all names under which another transaction could write them.

    Processes report calls of one kernel at the same time; an output of the kernel may show any of them.

    Raises:
        NotAlone: They are too many.
    """
    if not is_shared(connection):
        return
    names = [*(f"call {record.call_id}" for record in records), *(f"call {call_id}" for call_id in dropped)]
    names += [f"response {record.response_id}" for record in records if record.response_id is not None]
    placed = [record for record in records if record.kernel_id is not None and record.basis in FIGURES]
    shows = {f"kernel {record.kernel_id}" for record in placed if record.source == "output"}
    shown = {f"kernel {record.kernel_id}" for record in placed}
    lock_names(connection, [*names, *shows], shown - shows)


def merged_ids(connection: Connection, call_ids: Iterable[str]) -> dict[str, str]:
    """The ids that were merged into other calls, each with the id of the call that is kept."""
    found: dict[str, str] = {}
    for ids in _parts(call_ids):
        found.update(_MERGED.all(connection, ids))
    return found


def stored_rows(connection: Connection, call_ids: Iterable[str]) -> dict[str, Row]:
    """The rows of calls, by their ids."""
    rows: dict[str, Row] = {}
    for ids in _parts(call_ids):
        rows.update(_rows(_BY_ID.all(connection, ids)))
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
        rows.update(_rows(_BY_RESPONSE.all(connection, ids)))
    placed = [record for record in records if record.kernel_id is not None and record.basis in FIGURES]
    outputs = [record for record in placed if record.source == "output"]
    reported = [record for record in placed if record.source in PROCESS_SOURCES]
    if reported:
        first, last, kernels = _range(reported)
        # No run has an empty name: a list has to hold something.
        runs = sorted({record.run_id for record in reported if record.run_id is not None}) or [""]
        rows.update(_rows(_OUTPUTS.all(connection, kernels, last, runs, first)))
    if outputs:
        # The record of an output has the start of its run, in which the calls are.
        first, _last, kernels = _range(outputs)
        rows.update(_rows(_CALLS.all(connection, first, reported_at, kernels, PROCESS_SOURCES)))
    return rows


def _range(records: Sequence[CallRecord]) -> tuple[int, int, list[str]]:
    """When the first and the last of some calls began, in microseconds, and their kernels."""
    times = [to_us(record.started_at) for record in records]
    return min(times), max(times), sorted({record.kernel_id or "" for record in records})


def _rows(found: Iterable[Sequence[Any]]) -> dict[str, Row]:
    return {row["call_id"]: row for row in map(row_of, found)}


def _parts(ids: Iterable[str | None]) -> Iterable[Sequence[str]]:
    wanted = sorted({name for name in ids if name is not None})
    for first in range(0, len(wanted), _IDS_PER_QUERY):
        yield wanted[first : first + _IDS_PER_QUERY]
