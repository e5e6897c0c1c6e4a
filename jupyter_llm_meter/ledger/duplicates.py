"""Finds the calls of a batch that the ledger already has, under their own ids or under others.

Reads only. `witnesses.py` says which of the rows found are of one call.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.call_schema import RESPONSE_PART
from jupyter_llm_meter.ledger.locks import is_shared, lock_names
from jupyter_llm_meter.ledger.rows import FIGURES, STORED, Row, row_of, stored_id, to_us
from jupyter_llm_meter.ledger.sql import Sql
from jupyter_llm_meter.ledger.witnesses import PLACED_SOURCES, PROCESS_SOURCES, SHORTEST_ID
from llm_meter_tap.wire.record import CallRecord

_IDS_PER_QUERY = 500
_QUESTIONS_PER_QUERY = 5  # databases bound the values of one query
_Question = tuple[str, tuple[Any, ...]]

_SELECT = f"SELECT {', '.join(STORED)} FROM calls"
_OF_ROWS = Sql(f"{_SELECT} WHERE id IN (?*)")
_OF_IDS = "SELECT id, NULL, NULL FROM call_rows WHERE call_id IN (?*)"
_OF_MERGED = "SELECT NULL, call_id, kept_id FROM merged_calls WHERE call_id IN (?*)"
# A condition that a partial index has is written out.
_OF_RESPONSES = (
    "SELECT id, NULL, NULL FROM call_rows WHERE response_id IS NOT NULL"
    f" AND {RESPONSE_PART} IN (?*) AND response_id IN (?*)"
)
_OF_OUTPUTS = (
    "SELECT id, NULL, NULL FROM call_rows WHERE reported_at IS NOT NULL AND started_at <= ?"
    " AND series_id IN (SELECT id FROM series WHERE kernel_id IN (?*))"
    " AND (run_id IN (?*) OR reported_at >= ?)"
)
_OF_PROCESSES = (
    "SELECT id, NULL, NULL FROM call_rows WHERE started_at >= ? AND started_at <= ?"
    " AND series_id IN (SELECT id FROM series WHERE kernel_id IN (?*))"
    " AND kind_id IN (SELECT id FROM kinds WHERE source IN (?*))"
)


@dataclass(frozen=True)
class KnownCalls:
    """What the ledger has of the calls of some records.

    Attributes:
        kept_by: Ids that were merged into other calls, each with the id of the call that is kept.
        rows: The rows of calls that are of the same calls or may be, by their ids.
    """

    kept_by: dict[str, str]
    rows: dict[str, Row]


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


def known_calls(connection: Connection, records: Sequence[CallRecord], reported_at: int) -> KnownCalls:
    """Find what the ledger has of the calls of some records, mostly with one query.

    Args:
        connection: A transaction on the ledger.
        records: Calls that arrive.
        reported_at: When they arrive, in microseconds.
    """
    questions: list[_Question] = []
    for ids in _parts(record.call_id for record in records):
        questions.append((_OF_MERGED, (ids,)))
        questions.append((_OF_IDS, ([stored_id(connection, call_id) for call_id in ids],)))
    for ids in _parts(
        record.response_id for record in records if len(record.response_id or "") >= SHORTEST_ID
    ):
        questions.append((_OF_RESPONSES, ([response_id[4:18] for response_id in ids], ids)))
    questions += _of_kernels(records, reported_at)
    numbers, kept_by = _asked(connection, questions)
    rows = _rows(connection, numbers)
    if kept_by:
        rows |= stored_rows(connection, kept_by.values())
    return KnownCalls(kept_by, rows)


def stored_rows(connection: Connection, call_ids: Iterable[str]) -> dict[str, Row]:
    """The rows of calls, by their ids."""
    parts = [[stored_id(connection, call_id) for call_id in ids] for ids in _parts(call_ids)]
    numbers, _kept_by = _asked(connection, [(_OF_IDS, (part,)) for part in parts])
    return _rows(connection, numbers)


def _of_kernels(records: Sequence[CallRecord], reported_at: int) -> list[_Question]:
    """The questions for calls that the outputs of a kernel may show, and for outputs that may show calls."""
    placed = [record for record in records if record.kernel_id is not None and record.basis in FIGURES]
    outputs = [record for record in placed if record.source == "output"]
    reported = [record for record in placed if record.source in PROCESS_SOURCES]
    questions: list[_Question] = []
    if reported:
        first, last, kernels = _range(reported)
        # No run has an empty name: a list has to hold something.
        runs = sorted({record.run_id for record in reported if record.run_id is not None}) or [""]
        questions.append((_OF_OUTPUTS, (last, kernels, runs, first)))
    if outputs:
        # The record of an output has the start of its run, in which the calls are.
        first, _last, kernels = _range(outputs)
        questions.append((_OF_PROCESSES, (first, reported_at, kernels, PLACED_SOURCES)))
    return questions


def _asked(connection: Connection, questions: Sequence[_Question]) -> tuple[set[int], dict[str, str]]:
    """Numbers of rows, and merged ids with those that are kept; a few questions make one query."""
    numbers: set[int] = set()
    kept_by: dict[str, str] = {}
    for first in range(0, len(questions), _QUESTIONS_PER_QUERY):
        some = questions[first : first + _QUESTIONS_PER_QUERY]
        query = _union(tuple(text for text, _theirs in some))
        for number, call_id, kept_id in query.all(
            connection, *(each for _text, values in some for each in values)
        ):
            if number is None:
                kept_by[call_id] = kept_id
            else:
                numbers.add(number)
    return numbers, kept_by


@functools.lru_cache(maxsize=64)
def _union(texts: tuple[str, ...]) -> Sql:
    return Sql(" UNION ALL ".join(texts))


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
