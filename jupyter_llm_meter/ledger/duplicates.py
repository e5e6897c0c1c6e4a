"""Finds the calls of a batch that the ledger already has, under their own ids or under others.

Reads only. `witnesses.py` says which of the rows found are of one call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.call_schema import RESPONSE_PART
from jupyter_llm_meter.ledger.locks import is_shared, lock_names
from jupyter_llm_meter.ledger.rows import FIGURES, STORED, Row, row_of, stored_id, to_us
from jupyter_llm_meter.ledger.sql import Sql
from jupyter_llm_meter.ledger.witnesses import PROCESS_SOURCES, SHORTEST_ID
from llm_meter_tap.wire.record import CallRecord

_IDS_PER_QUERY = 500

_SELECT = f"SELECT {', '.join(STORED)} FROM calls"
_MERGED = Sql("SELECT call_id, kept_id FROM merged_calls WHERE call_id IN (?*)")
_OF_ROWS = Sql(f"{_SELECT} WHERE id IN (?*)")
_OF_IDS = Sql("SELECT id FROM call_rows WHERE call_id IN (?*)")
_OF_RESPONSES = Sql(
    "SELECT id FROM call_rows WHERE response_id IS NOT NULL"
    f" AND {RESPONSE_PART} IN (?*) AND response_id IN (?*)"
)
# A condition that a partial index has is written out.
_OF_OUTPUTS = Sql(
    "SELECT id FROM call_rows WHERE reported_at IS NOT NULL AND started_at <= ?"
    " AND series_id IN (SELECT id FROM series WHERE kernel_id IN (?*))"
    " AND (run_id IN (?*) OR reported_at >= ?)"
)
_OF_PROCESSES = Sql(
    "SELECT id FROM call_rows WHERE started_at >= ? AND started_at <= ?"
    " AND series_id IN (SELECT id FROM series WHERE kernel_id IN (?*))"
    " AND kind_id IN (SELECT id FROM kinds WHERE source IN (?*))"
)


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
    numbers: set[int] = set()
    for ids in _parts(call_ids):
        stored = [stored_id(connection, call_id) for call_id in ids]
        numbers.update(number for (number,) in _OF_IDS.all(connection, stored))
    return _rows(connection, numbers)


def possible_duplicates(
    connection: Connection, records: Sequence[CallRecord], reported_at: int
) -> dict[str, Row]:
    """The rows that may be of the same calls as some records, by their ids.

    Args:
        connection: A transaction on the ledger.
        records: Calls that arrive.
        reported_at: When they arrive, in microseconds.
    """
    numbers: set[int] = set()
    for ids in _parts(
        record.response_id for record in records if len(record.response_id or "") >= SHORTEST_ID
    ):
        parts = [response_id[4:18] for response_id in ids]
        numbers.update(number for (number,) in _OF_RESPONSES.all(connection, parts, ids))
    placed = [record for record in records if record.kernel_id is not None and record.basis in FIGURES]
    outputs = [record for record in placed if record.source == "output"]
    reported = [record for record in placed if record.source in PROCESS_SOURCES]
    if reported:
        first, last, kernels = _range(reported)
        # No run has an empty name: a list has to hold something.
        runs = sorted({record.run_id for record in reported if record.run_id is not None}) or [""]
        numbers.update(number for (number,) in _OF_OUTPUTS.all(connection, last, kernels, runs, first))
    if outputs:
        # The record of an output has the start of its run, in which the calls are.
        first, _last, kernels = _range(outputs)
        found = _OF_PROCESSES.all(connection, first, reported_at, kernels, PROCESS_SOURCES)
        numbers.update(number for (number,) in found)
    return _rows(connection, numbers)


def _range(records: Sequence[CallRecord]) -> tuple[int, int, list[str]]:
    """When the first and the last of some calls began, in microseconds, and their kernels."""
    times = [to_us(record.started_at) for record in records]
    return min(times), max(times), sorted({record.kernel_id or "" for record in records})


def _rows(connection: Connection, numbers: Collection[int]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    wanted = sorted(numbers)
    for first in range(0, len(wanted), _IDS_PER_QUERY):
        part = wanted[first : first + _IDS_PER_QUERY]
        rows.update((row["call_id"], row) for row in map(row_of, _OF_ROWS.all(connection, part)))
    return rows


def _parts(ids: Iterable[str | None]) -> Iterable[Sequence[str]]:
    wanted = sorted({name for name in ids if name is not None})
    for first in range(0, len(wanted), _IDS_PER_QUERY):
        yield wanted[first : first + _IDS_PER_QUERY]
