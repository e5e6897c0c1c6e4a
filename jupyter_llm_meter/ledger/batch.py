"""The changes that a batch of records makes to the rows of calls.

Every record becomes a new row, changes a row or changes nothing. The rows are worked out first, in memory,
and written afterwards, so that every sum can change by the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, insert, update

from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.ledger.archive.marks import archived_ids
from jupyter_llm_meter.ledger.call_rows import write_calls
from jupyter_llm_meter.ledger.duplicates import known_calls
from jupyter_llm_meter.ledger.locks import require_alone
from jupyter_llm_meter.ledger.rows import FIGURES, Row, completed, sound, stored_id, to_record, to_row
from jupyter_llm_meter.ledger.schema import merged_calls
from jupyter_llm_meter.ledger.sql import Inserts, Sql
from jupyter_llm_meter.ledger.witnesses import is_same_response, is_shown, merged, rank
from llm_meter_tap.wire.record import CallRecord

_DELETE = Sql("DELETE FROM call_rows WHERE call_id = ?")

Pricer = Callable[[CallRecord], "Cost | None"]
Change = tuple[Row, int]
Trait = tuple[str, "str | None"]


@dataclass(frozen=True)
class DrawnUse:
    """What a call used that was drawn from an allotment.

    Attributes:
        call_id: The call, by the id under which it arrived.
        allotment_id: The allotment.
        used: By unit, as counters count it: tokens, calls, picodollars.
    """

    call_id: str
    allotment_id: str
    used: Mapping[str, int]


@dataclass(frozen=True)
class Settled:
    """What became of a batch of records.

    Attributes:
        new: Ids of calls that are new to the ledger.
        written: These calls as they arrived, priced.
        known: Ids that changed nothing.
        upgraded: Ids of calls with figures that were missing before, or with more facts from another source.
        merged: Ids that are other names of calls of the ledger from now on.
        crossed: The alerts raised by the batch.
        drawn: What the calls used that were drawn from allotments, known ones too.
        recalled: Those of the allotments that another call waits for.
    """

    new: list[str] = field(default_factory=list)
    written: list[CallRecord] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    upgraded: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    crossed: list[Alert] = field(default_factory=list)
    drawn: list[DrawnUse] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)


def priced(record: CallRecord, pricer: Pricer) -> CallRecord:
    """A record with its cost, where it came without one and the pricer knows it."""
    cost = pricer(record) if record.cost_amount is None else None
    if cost is None:
        return record
    with_cost = copy(record)
    with_cost.cost_amount, with_cost.cost_currency = cost.amount, cost.currency
    with_cost.cost_source = cost.source
    return sound(with_cost)


class Batch:
    """The rows that a batch of records touches, before and after.

    Args:
        connection: A writing transaction; nothing is written before `write`.
        records: Calls, `sound` and priced.
        pricer: Asked again where records that come together give model and figures.
        reported_at: When the records arrive, in microseconds.

    Attributes:
        rows: The rows afterwards, by id.
        settled: What became of the records; `crossed` is empty.
    """

    def __init__(
        self, connection: Connection, records: Sequence[CallRecord], pricer: Pricer, reported_at: int
    ) -> None:
        self._pricer = pricer
        self._reported_at = reported_at
        known = known_calls(connection, records, reported_at)
        self._kept_by, self._stored = known.kept_by, known.rows
        self._archived = archived_ids(connection, records)
        if self._kept_by or self._stored.keys() - {record.call_id for record in records}:
            # Calls under other ids than those that are locked.
            require_alone(connection)
        self.rows = dict(self._stored)
        self._by_trait: dict[Trait, list[str]] = {}
        for call_id, row in self.rows.items():
            self._index(call_id, row)
        self.settled = Settled()
        for record in records:
            self._add(record)

    def changes(self) -> list[Change]:
        """The rows that every sum loses, with -1, and gains, with 1."""
        lost = [(row, -1) for call_id, row in self._stored.items() if self.rows.get(call_id) is not row]
        gained = [(row, 1) for call_id, row in self.rows.items() if self._stored.get(call_id) is not row]
        return lost + gained

    def row_of(self, call_id: str) -> Row | None:
        """The row of a call, also under the id of the call that it was merged with."""
        return self.rows.get(self._kept_id(call_id))

    def write(self, connection: Connection, inserts: Inserts) -> None:
        """Write the rows of `calls` that are new, changed or gone; those that are new with `inserts`."""
        gone = [call_id for call_id, row in self._stored.items() if self.rows.get(call_id) is not row]
        for call_id in gone:
            _DELETE.run(connection, stored_id(connection, call_id))
        new = [row for call_id, row in self.rows.items() if self._stored.get(call_id) is not row]
        if new:
            write_calls(connection, new, inserts)
        if self.settled.merged:
            self._write_merged(connection)

    def _write_merged(self, connection: Connection) -> None:
        kept = {call_id: self._kept_id(call_id) for call_id in self.settled.merged}
        connection.execute(
            update(merged_calls)
            .where(merged_calls.c.kept_id == bindparam("old_id"))
            .values(kept_id=bindparam("new_id")),
            [{"old_id": call_id, "new_id": kept_id} for call_id, kept_id in kept.items()],
        )
        connection.execute(
            insert(merged_calls),
            [{"call_id": call_id, "kept_id": kept_id} for call_id, kept_id in kept.items()],
        )

    def _add(self, record: CallRecord) -> None:
        call_id = self._kept_id(record.call_id)
        known = self.rows.get(call_id)
        if call_id != record.call_id:
            # Merged before; this record may know more.
            if known is not None:
                self._replace(call_id, merged(to_record(known), record))
            self._note_known(record.call_id)
        elif known is None and call_id in self._archived:
            # What is in the archive is counted already, and doesn't change.
            self._note_known(call_id)
        elif known is None:
            self._put(call_id, record)
            self.settled.new.append(call_id)
            self.settled.written.append(record)
            self._merge(call_id)
        elif known["basis"] == "missing" and record.basis in FIGURES:
            self._replace(call_id, completed(record, to_record(known)))
            self._merge(call_id)
        else:
            self._note_known(call_id)

    def _note_known(self, call_id: str) -> None:
        settled = self.settled
        if all(call_id not in ids for ids in (settled.new, settled.upgraded, settled.known)):
            settled.known.append(call_id)

    def _merge(self, call_id: str) -> None:
        """Merge a call with the records of other sources."""
        row = self.rows[call_id]
        others = list(self._duplicates(call_id, row))
        better = [other for other in others if rank(other["source"]) < rank(row["source"])]
        if better:
            self._absorb(min(better, key=lambda other: _distance(other, row))["call_id"], call_id)
            return
        for other in others:
            self._absorb(call_id, other["call_id"])

    def _duplicates(self, call_id: str, row: Row) -> Iterator[Row]:
        source = "process" if row["source"] == "output" else "output"
        traits = (("response", row["response_id"]), (source, row["kernel_id"]))
        ids = dict.fromkeys(one for trait in traits if trait[1] for one in self._by_trait.get(trait, ()))
        for other_id in ids:
            other = self.rows.get(other_id)
            if other is None or other_id == call_id:
                continue
            if is_same_response(row, other) or is_shown(row, other) or is_shown(other, row):
                yield other

    def _absorb(self, kept_id: str, merged_id: str) -> None:
        worse = self.rows.pop(merged_id)
        self._kept_by[merged_id] = kept_id
        self.settled.merged.append(merged_id)
        if merged_id in self.settled.new:
            at = self.settled.new.index(merged_id)
            del self.settled.new[at], self.settled.written[at]
        self._replace(kept_id, merged(to_record(self.rows[kept_id]), to_record(worse)))

    def _replace(self, call_id: str, record: CallRecord) -> None:
        """Change a row if the record knows more."""
        before = self.rows[call_id]
        self._put(call_id, priced(record, self._pricer))
        if self.rows[call_id] == before:
            self.rows[call_id] = before
        elif call_id in self._stored and call_id not in self.settled.upgraded:
            self.settled.upgraded.append(call_id)

    def _put(self, call_id: str, record: CallRecord) -> None:
        row = to_row(record)
        row["reported_at"] = self._reported_at if record.source == "output" else None
        self.rows[call_id] = row
        self._index(call_id, row)

    def _index(self, call_id: str, row: Row) -> None:
        source = "output" if row["source"] == "output" else "process"
        for trait in (("response", row["response_id"]), (source, row["kernel_id"])):
            if trait[1]:
                self._by_trait.setdefault(trait, []).append(call_id)

    def _kept_id(self, call_id: str) -> str:
        while call_id in self._kept_by:
            call_id = self._kept_by[call_id]
        return call_id


def _distance(other: Row, row: Row) -> tuple[object, ...]:
    """How well a call fits a report that may be about several; one that cost nothing fits least."""
    return (
        other["basis"] == "none",
        *(other[name] != row[name] for name in ("run_id", "kernel_id")),
        other["started_at"],
        other["call_id"],
    )
