"""How a late report of an archived call is known: by marks that stay in the ledger, eight bytes each.

A mark is the digest of what a report of the call names: its id; the provider's id of the response, with the
rank of the source, as records of one source are never one call (`witnesses`); and for what an output shows,
or for what one may show, kernel, run and tokens. A short id of a response comes again: tokens belong to its
mark. With a hundred million marks, not one late call in ten billion is taken for an archived one by chance.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from jupyter_llm_meter.ledger.archive.parts import archived_spans
from jupyter_llm_meter.ledger.rows import FIGURES, storable, to_us
from jupyter_llm_meter.ledger.schema import archive_marks
from jupyter_llm_meter.ledger.witnesses import PROCESS_SOURCES, SHORTEST_ID, UNIQUE_ID, rank
from llm_meter_tap.wire.record import CallRecord

_RANKS = tuple(sorted({rank(source) for source in ("tap", "manual", "import", "output")}))
_APART_US = 86_400_000_000
"""How far apart two sources may date the same call: an output has the time at which its run began."""


def marks_of(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The marks of calls, in their order.

    Args:
        rows: Rows of `calls`; `status`, `basis`, `source` and what the marks are made of.
    """
    return _packed({mark for row in rows for mark in (_of_id(row["call_id"]), *_left_by(row))})


def archived_ids(connection: Connection, records: Sequence[CallRecord]) -> set[str]:
    """The ids of those records whose calls are in the archive, under this id or as another source's report.

    Args:
        connection: A transaction on the ledger.
        records: Calls that arrive; mostly newer than all that is archived, which costs nothing.
    """
    spans = archived_spans(connection)
    if not spans:
        return set()
    found: set[str] = set()
    for part_id, first_at, last_at in spans:
        late = [
            each for each in records if first_at - _APART_US <= to_us(each.started_at) <= last_at + _APART_US
        ]
        if late:
            marks = _read(connection, part_id)
            found.update(each.call_id for each in late if any(_has(marks, mark) for mark in _named_by(each)))
    return found


def known_to_archive(connection: Connection, call_ids: Sequence[str]) -> set[str]:
    """Those of some ids whose calls are in the archive, whenever they began."""
    found: set[str] = set()
    for span in archived_spans(connection) if call_ids else ():
        marks = _read(connection, span.part_id)
        found.update(call_id for call_id in call_ids if _has(marks, _of_id(call_id)))
    return found


def _left_by(row: Mapping[str, Any]) -> Iterator[int]:
    """The marks of an archived call besides that of its id."""
    source, response_id = row["source"], row["response_id"]
    if row["status"] == "refused":
        return
    if response_id is not None and len(response_id) >= SHORTEST_ID:
        yield _of_response(response_id, rank(source), row)
    if _is_shown_by_run(row):
        yield _of_run("output" if source == "output" else "process", row)


def _named_by(record: CallRecord) -> Iterator[int]:
    """The marks by which an archived call may be the one that a record reports."""
    yield _of_id(record.call_id)
    row = vars(record)
    if record.status == "refused":
        return
    if record.response_id is not None and len(record.response_id) >= SHORTEST_ID:
        for other in _RANKS:
            if other != rank(record.source):
                yield _of_response(record.response_id, other, row)
    if _is_shown_by_run(row):
        yield _of_run("process" if record.source == "output" else "output", row)


def _is_shown_by_run(row: Mapping[str, Any]) -> bool:
    return (
        (row["source"] == "output" or row["source"] in PROCESS_SOURCES)
        and row["basis"] in FIGURES
        and None not in (row["kernel_id"], row["run_id"])
        and sum(_tokens(row)) > 0
    )


def _of_id(call_id: str) -> int:
    return _mark("id", call_id)


def _of_response(response_id: str, rank_of_source: int, row: Mapping[str, Any]) -> int:
    tokens = () if len(response_id) >= UNIQUE_ID else _tokens(row)
    return _mark("response", response_id, rank_of_source, *tokens)


def _of_run(side: str, row: Mapping[str, Any]) -> int:
    return _mark("run", side, row["kernel_id"], row["run_id"], *_tokens(row))


def _tokens(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["input_tokens"] or 0, row["output_tokens"] or 0


def _mark(*named: str | int) -> int:
    text = "\0".join(str(storable(each)) for each in named).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _packed(marks: Iterable[int]) -> bytes:
    return b"".join(mark.to_bytes(8, "big") for mark in sorted(marks))


def _read(connection: Connection, part_id: int) -> Sequence[int]:
    packed = connection.scalar(select(archive_marks.c.marks).where(archive_marks.c.part_id == part_id)) or b""
    marks = array("Q")
    marks.frombytes(packed)
    if sys.byteorder == "little":
        marks.byteswap()
    return marks


def _has(marks: Sequence[int], mark: int) -> bool:
    at = bisect_left(marks, mark)
    return at < len(marks) and marks[at] == mark
