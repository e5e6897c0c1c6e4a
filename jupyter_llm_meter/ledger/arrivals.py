"""Settles what several threads bring at the same time as one batch, and says what became of whose calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import Decision
from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.ledger.batch import Pricer, Settled
from jupyter_llm_meter.ledger.locks import require_alone
from jupyter_llm_meter.ledger.notebooks.places import Places, placed
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS
from jupyter_llm_meter.ledger.settling import settle
from llm_meter_tap.wire.record import CallRecord


@dataclass(frozen=True)
class Arrival:
    """What one thread brings.

    Attributes:
        records: Finished calls, `sound` and priced.
        limits: The limits in force.
        now: The present.
        dropped: Calls that were never sent.
        places: What the lab says of the kernels of the calls.
    """

    records: Sequence[CallRecord]
    limits: Sequence[Limit]
    now: datetime
    dropped: Sequence[str]
    places: Places


def settle_arrivals(
    connection: Connection,
    arrivals: Sequence[Arrival],
    index_of: Callable[[Sequence[Limit]], LimitIndex],
    pricer: Pricer,
    outbox: Outbox,
    refused: Mapping[str, Decision],
) -> list[Settled]:
    """Settle arrivals in their order; those under the same limits as one batch.

    Args:
        connection: A writing transaction.
        arrivals: What the threads bring.
        index_of: Finds the index of some limits.
        pricer: See `settle`.
        outbox: See `settle`.
        refused: See `settle`.

    Returns:
        What became of each arrival. An alert is in that of the last one that may have raised it.
    """
    settled: list[Settled] = []
    groups = [list(group) for _limits, group in groupby(arrivals, lambda arrival: id(arrival.limits))]
    if len(groups) > 1:
        # Each has its own order of locks.
        require_alone(connection)
    for together in groups:
        records = [placed(connection, each.records, each.places, each.now) for each in together]
        whole = settle(
            connection,
            [record for each in records for record in each],
            index_of(together[0].limits),
            max(each.now for each in together),
            pricer,
            outbox,
            refused=refused,
            dropped=[call_id for each in together for call_id in each.dropped],
        )
        settled += [whole] if len(together) == 1 else _shares(whole, records)
    return settled


def _shares(whole: Settled, records: Sequence[Sequence[CallRecord]]) -> list[Settled]:
    """What of a batch belongs to each arrival; a call that several bring is new in the first."""
    shares = [Settled() for _ in records]
    first: dict[str, Settled] = {}
    for share, mine in zip(shares, records, strict=True):
        for record in mine:
            if first.setdefault(record.call_id, share) is not share:
                share.known.append(record.call_id)
    for call_id, record in zip(whole.new, whole.written, strict=True):
        first[call_id].new.append(call_id)
        first[call_id].written.append(record)
    for name in ("known", "upgraded", "merged"):
        for call_id in getattr(whole, name):
            getattr(first.get(call_id, shares[0]), name).append(call_id)
    for share, mine in zip(shares, records, strict=True):
        ids = {record.call_id for record in mine if record.allotment_id}
        allotments = {record.allotment_id for record in mine if record.allotment_id}
        share.drawn.extend(use for use in whole.drawn if use.call_id in ids)
        share.recalled.extend(name for name in whole.recalled if name in allotments)
    for alert in whole.crossed:
        raising = [number for number, mine in enumerate(records) if _may_have_raised(alert, mine)]
        shares[raising[-1] if raising else 0].crossed.append(alert)
    return shares


def _may_have_raised(alert: Alert, records: Sequence[CallRecord]) -> bool:
    scope = alert.limit_id.partition("/")[0].partition("=")[0]
    column = SUBJECT_COLUMNS.get(scope, "user_id")
    if column == "model":
        return any(alert.subject in (record.response_model, record.request_model) for record in records)
    return any(getattr(record, column) == alert.subject for record in records)
