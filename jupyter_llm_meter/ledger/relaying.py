"""The calls that a hub has to get: every call that is new or knows more than before, until the hub has it.

A call is noted in the transaction that writes it, so that a killed process forgets none. It is known by the
moment of its last change: what changes while it is on its way is relayed again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

from jupyter_llm_meter.ledger.duplicates import stored_rows
from jupyter_llm_meter.ledger.rows import to_record
from jupyter_llm_meter.ledger.schema import unrelayed
from jupyter_llm_meter.ledger.sql import Insert
from llm_meter_tap.wire.record import CallRecord

_NOTE = Insert(
    unrelayed,
    ("call_id", "changed_at", "allotment_id"),
    # A clock that was set back must not make a change look like the one that is on its way.
    "ON CONFLICT (call_id) DO UPDATE SET refusal = NULL, changed_at = CASE"
    " WHEN excluded.changed_at > unrelayed.changed_at THEN excluded.changed_at"
    " ELSE unrelayed.changed_at + 1 END",
)
_IS_AS_SENT = (
    unrelayed.c.call_id == bindparam("of_call"),
    unrelayed.c.changed_at == bindparam("of_change"),
)
_RELAYED = delete(unrelayed).where(*_IS_AS_SENT)
_NOT_TAKEN = update(unrelayed).where(*_IS_AS_SENT).values(refusal=bindparam("reason"))


class Unrelayed(NamedTuple):
    """A call that the hub has not got yet.

    Attributes:
        record: The call as it is now, with the allotment that it was drawn from.
        changed_at: When it last changed, in microseconds since 1970.
    """

    record: CallRecord
    changed_at: int


def note_unrelayed(
    connection: Connection,
    call_ids: Collection[str],
    merged: Collection[str],
    records: Sequence[CallRecord],
    now: int,
) -> None:
    """Note calls in the transaction that writes them.

    Args:
        connection: A writing transaction.
        call_ids: The calls that are new or changed.
        merged: Ids that are other names of calls from now on: nothing waits under them.
        records: The calls that arrived: some of them name the allotment that they were drawn from.
        now: The present, in microseconds since 1970.
    """
    allotments = {record.call_id: record.allotment_id for record in records}
    if merged:
        connection.execute(delete(unrelayed).where(unrelayed.c.call_id.in_(merged)))
    noted = [(call_id, now, allotments.get(call_id)) for call_id in dict.fromkeys(call_ids)]
    if noted:
        _NOTE.run(connection, noted)


def unrelayed_calls(connection: Connection, limit: int) -> list[Unrelayed]:
    """The calls that wait longest for the hub, without those that it did not take.

    Args:
        connection: A transaction on the ledger.
        limit: The most calls to return.
    """
    waiting = (
        select(unrelayed.c.call_id, unrelayed.c.changed_at, unrelayed.c.allotment_id)
        .where(unrelayed.c.refusal.is_(None))
        .order_by(unrelayed.c.changed_at, unrelayed.c.call_id)
        .limit(limit)
    )
    found = connection.execute(waiting).all()
    rows = stored_rows(connection, [call_id for call_id, *_rest in found])
    return [
        Unrelayed(replace(to_record(rows[call_id]), allotment_id=allotment_id), changed_at)
        for call_id, changed_at, allotment_id in found
    ]


def unrelayed_count(connection: Connection) -> tuple[int, int]:
    """How many calls wait for the hub, and how many it did not take."""
    query = select(func.count(), func.count(unrelayed.c.refusal)).select_from(unrelayed)
    both, refused = connection.execute(query).one()
    return both - refused, refused


def note_relayed(connection: Connection, relayed: Sequence[Unrelayed]) -> None:
    """Note that the hub has calls; those that changed meanwhile stay."""
    if relayed:
        connection.execute(_RELAYED, _sent(relayed))


def note_not_taken(connection: Connection, refused: Sequence[Unrelayed], reason: str) -> None:
    """Note that the hub does not take calls; they are kept, and not sent again before they change."""
    if refused:
        connection.execute(_NOT_TAKEN, [{**each, "reason": reason} for each in _sent(refused)])


def _sent(sent: Sequence[Unrelayed]) -> list[dict[str, object]]:
    return [{"of_call": each.record.call_id, "of_change": each.changed_at} for each in sent]
