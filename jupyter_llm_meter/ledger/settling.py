"""Stores finished calls: the call, its rollup and its counters change together or not at all.

A call is known by its id and counted once, however often it arrives. What is known
does not change, with two exceptions: a record with figures takes the place of one whose basis is ``missing``,
and a call that another source reports under another id is merged with it (`witnesses.py`). An archived call
does not change at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType

from sqlalchemy import Connection

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import UNITS, Limit
from jupyter_llm_meter.core.reservation import Decision
from jupyter_llm_meter.core.standing import FULL, Alert
from jupyter_llm_meter.ledger.alerting import raise_alerts, raise_refusal
from jupyter_llm_meter.ledger.batch import Batch, Change, DrawnUse, Pricer, Settled
from jupyter_llm_meter.ledger.call_rows import add_to_rollups
from jupyter_llm_meter.ledger.counters import (
    Step,
    Window,
    add_calls,
    count_windows,
    current_windows,
    used_amount,
)
from jupyter_llm_meter.ledger.duplicates import lock_calls
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.relaying import note_unrelayed
from jupyter_llm_meter.ledger.reservations.store import Drawn, end_reservations
from jupyter_llm_meter.ledger.rows import Row, counted_figure, to_us
from jupyter_llm_meter.ledger.schema import SUBJECT_COLUMNS
from jupyter_llm_meter.ledger.sql import Inserts
from jupyter_llm_meter.ledger.standings import standings
from jupyter_llm_meter.ledger.unpriced import with_unpriced
from llm_meter_tap.wire.record import CallRecord

_SUBJECTS = itemgetter(*SUBJECT_COLUMNS.values())
_NONE: Mapping[str, Decision] = MappingProxyType({})


def settle(
    connection: Connection,
    records: Sequence[CallRecord],
    index: LimitIndex,
    now: datetime,
    pricer: Pricer,
    outbox: Outbox,
    older: Sequence[Row] = (),
    refused: Mapping[str, Decision] = _NONE,
    dropped: Sequence[str] = (),
) -> Settled:
    """Store a batch of records and raise the alerts that follow from it, in the caller's transaction.

    Args:
        connection: A writing transaction.
        records: Calls, `sound` and priced: the write lock must not be held while prices are looked up.
        index: The limits in force.
        now: Picks the windows in which alerts are raised.
        pricer: Asked again where records that come together give model and figures.
        outbox: Names the channels that get alerts.
        older: Sums of calls that come without the calls, see `takeover.TakeoverPart`.
        refused: Why calls were refused, by call id, as far as it is remembered.
        dropped: Calls that were never sent, whose reservations end.
    """
    lock_calls(connection, records, dropped)
    batch = Batch(connection, records, pricer, to_us(now))
    settled, changes = batch.settled, [*batch.changes(), *((row, 1) for row in older)]
    windows = current_windows(_holding(index, [row for row, _sign in changes]), now)
    # A window is counted from history before this batch becomes part of it.
    counted = count_windows(connection, with_unpriced(windows))
    met = [each for each in counted if each in windows]
    inserts = Inserts()
    batch.write(connection, inserts)
    add_to_rollups(connection, changes, inserts)
    touched = add_calls(connection, changes, inserts)
    new = {call_id: batch.rows[call_id] for call_id in settled.new}
    drawn = _drawn(records, changes)
    if outbox.is_relayed:
        changed = [*settled.new, *settled.upgraded]
        note_unrelayed(connection, changed, settled.merged, records, to_us(now))
    ended = {*(record.call_id for record in records), *dropped}
    settled.recalled.extend(end_reservations(connection, ended, new, drawn))
    settled.drawn.extend(_drawn_uses(batch, records))
    settled.crossed.extend(_alerts(connection, windows, met, touched, now, outbox))
    settled.crossed.extend(_refusals(connection, index, new, refused, now, outbox))
    return settled


def _drawn(records: Sequence[CallRecord], changes: Sequence[Change]) -> Drawn:
    """The changes to calls that were drawn from allotments, by allotment; none where all are known."""
    source = {record.call_id: record.allotment_id for record in records if record.allotment_id}
    drawn: dict[str, list[Change]] = {allotment_id: [] for allotment_id in source.values()}
    for row, sign in changes if source else ():
        allotment_id = source.get(row.get("call_id", ""))
        if allotment_id is not None:
            drawn[allotment_id].append((row, sign))
    return drawn


def _drawn_uses(batch: Batch, records: Sequence[CallRecord]) -> list[DrawnUse]:
    """What calls used that were drawn from allotments, as the ledger counts it."""
    uses = []
    for record in records:
        row = batch.row_of(record.call_id) if record.allotment_id else None
        if row is not None:
            uses.append(
                DrawnUse(
                    record.call_id,
                    record.allotment_id or "",
                    {unit: counted_figure(row, unit) for unit in UNITS},
                )
            )
    return uses


def _holding(index: LimitIndex, rows: Sequence[Row]) -> list[Limit]:
    """The limits that any of the rows comes under."""
    found: dict[str, Limit] = {}
    for values in dict.fromkeys(map(_SUBJECTS, rows)):
        subjects = dict(zip(SUBJECT_COLUMNS, values, strict=True))
        found.update((limit.id, limit) for limit, _subject in index.matching(subjects))
    return list(found.values())


def _alerts(
    connection: Connection,
    windows: Sequence[tuple[Limit, Window]],
    met: Sequence[tuple[Limit, Window]],
    touched: Mapping[tuple[Window, str], Step],
    now: datetime,
    outbox: Outbox,
) -> list[Alert]:
    """The alerts of a batch: of all subjects where a window was met for the first time."""
    new = {window for _limit, window in met}
    quiet = recall_of(connection).known.quiet
    changed: dict[Window, list[tuple[Step, bool]]] = {}
    for (window, subject), step in touched.items():
        changed.setdefault(window, []).append((step, (window, subject) in quiet))
    others = [
        (limit, window)
        for limit, window in windows
        if window not in new and any(_can_alert(limit, *each) for each in changed.get(window, ()))
    ]
    raised = raise_alerts(connection, met, None, now, outbox)
    subjects = {subject for _window, subject in touched}
    return raised + (raise_alerts(connection, others, subjects, now, outbox) if others else [])


def _can_alert(limit: Limit, step: Step, is_quiet: bool) -> bool:
    """Whether a counter may have reached a threshold, or be below one that was announced."""
    if not is_quiet or step.added < 0 or limit.price_ceiling is not None:
        return True
    lowest = min((*limit.warn_at, FULL))
    return used_amount(limit.unit, step.used) >= lowest * limit.amount


def _refusals(
    connection: Connection,
    index: LimitIndex,
    rows: Mapping[str, Row],
    refused: Mapping[str, Decision],
    now: datetime,
    outbox: Outbox,
) -> list[Alert]:
    """The alerts of calls that a limit refused; a cap on a run raises none."""
    raised = []
    for call_id, row in rows.items():
        limit = index.by_id.get(row["limit_id"]) if row["status"] == "refused" else None
        subject = None if limit is None else row[SUBJECT_COLUMNS[limit.scope]]
        decision = refused.get(call_id)
        if decision is not None and limit is not None:
            needed = None if decision.is_unpriced else decision.needed
            model = row["model"] if decision.is_unpriced else None
            raised.append(raise_refusal(connection, decision.standing, needed, now, outbox, model))
        elif limit is not None and subject is not None and limit.value in (None, subject):
            (standing,) = standings(connection, [limit], now, {limit.scope: subject}, only=subject)
            raised.append(raise_refusal(connection, standing, None, now, outbox))
    return [alert for alert in raised if alert is not None]
