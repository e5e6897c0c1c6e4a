"""Writing finished calls down: the call, its rollup and its counters change together or not at all.

A call is known by its id and counted once, however often and by whatever way it arrives. What is known
does not change, with one exception: a record with figures takes the place of one whose basis is ``missing``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, bindparam, insert, select, update

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.core.reservation import Decision
from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.ledger.alerting import raise_alerts, raise_refusal
from jupyter_llm_meter.ledger.counters import Window, add_calls, count_windows, current_windows, upsert_sums
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.reservations.store import end_reservations
from jupyter_llm_meter.ledger.rows import (
    FIGURES,
    Row,
    completed,
    quarter,
    series_digest,
    sound,
    sums,
    to_record,
    to_row,
)
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUBJECT_COLUMNS, SUMS, calls, rollups, series
from jupyter_llm_meter.ledger.standings import standings
from llm_meter_tap.wire.record import CallRecord

Pricer = Callable[[CallRecord], "Cost | None"]
Change = tuple[Row, int]

_IDS_PER_QUERY = 500
_NONE: Mapping[str, Decision] = MappingProxyType({})


@dataclass(frozen=True)
class Settled:
    """What became of a batch of records.

    Attributes:
        new: Ids of calls the ledger had not known.
        written: These calls as they were written, priced.
        known: Ids that changed nothing.
        upgraded: Ids whose missing figures are now known.
        crossed: The alerts raised by the batch.
    """

    new: list[str] = field(default_factory=list)
    written: list[CallRecord] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    upgraded: list[str] = field(default_factory=list)
    crossed: list[Alert] = field(default_factory=list)


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
    """Write a batch of records down and raise the alerts it gives rise to, in the caller's transaction.

    Args:
        connection: A writing transaction.
        records: Calls, `sound` and priced: the write lock must not be held while prices are looked up.
        index: The limits in force.
        now: Picks the windows in which alerts are raised.
        pricer: Asked again where an upgrade brings model and figures together.
        outbox: Names the channels that hear of alerts.
        older: Sums of calls that come without the calls, see `takeover.TakeoverPart`.
        refused: Why calls were refused, by call id, as far as it is remembered.
        dropped: Calls that were never sent, whose reservations end.
    """
    stored = _stored_rows(connection, {record.call_id for record in records})
    settled, rows = _sort_out(records, stored, pricer)
    changes = [(stored[call_id], -1) for call_id in settled.upgraded]
    changes += [(row, 1) for row in (*rows.values(), *older)]
    windows = current_windows(_holding(index, [row for row, _sign in changes]), now)
    # A window is counted from history before this batch becomes part of it.
    met = count_windows(connection, windows)
    _write(connection, rows, settled)
    _add_to_rollups(connection, changes)
    touched = add_calls(connection, changes)
    new = {call_id: rows[call_id] for call_id in settled.new}
    end_reservations(connection, {*(record.call_id for record in records), *dropped}, new)
    settled.crossed.extend(_alerts(connection, windows, met, touched, now, outbox))
    settled.crossed.extend(_refusals(connection, index, rows, refused, now, outbox))
    return settled


def _holding(index: LimitIndex, rows: Sequence[Row]) -> list[Limit]:
    """The limits that any of the rows comes under."""
    found: dict[str, Limit] = {}
    for row in rows:
        subjects = {scope: row[column] for scope, column in SUBJECT_COLUMNS.items()}
        found.update((limit.id, limit) for limit, _subject in index.matching(subjects))
    return list(found.values())


def _alerts(
    connection: Connection,
    windows: Sequence[tuple[Limit, Window]],
    met: Sequence[tuple[Limit, Window]],
    touched: Collection[tuple[Window, str]],
    now: datetime,
    outbox: Outbox,
) -> list[Alert]:
    """The alerts of a batch: of all subjects where a window was met for the first time."""
    changed = {window for window, _subject in touched}
    new = {window for _limit, window in met}
    others = [each for each in windows if each[1] in changed and each[1] not in new]
    raised = raise_alerts(connection, met, None, now, outbox)
    subjects = {subject for _window, subject in touched}
    return raised + raise_alerts(connection, others, subjects, now, outbox)


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
            raised.append(raise_refusal(connection, decision.standing, decision.needed, now, outbox))
        elif limit is not None and subject is not None and limit.value in (None, subject):
            (standing,) = standings(connection, [limit], now, {limit.scope: subject}, only=subject)
            raised.append(raise_refusal(connection, standing, None, now, outbox))
    return [alert for alert in raised if alert is not None]


def _sort_out(
    records: Iterable[CallRecord], stored: Mapping[str, Row], pricer: Pricer
) -> tuple[Settled, dict[str, Row]]:
    """Decide what each record of a batch means; returns the rows to insert or to replace."""
    settled = Settled()
    rows: dict[str, Row] = {}
    for record in records:
        call_id = record.call_id
        known = rows.get(call_id) or stored.get(call_id)
        if known is None:
            rows[call_id] = to_row(record)
            settled.new.append(call_id)
            settled.written.append(record)
        elif known["basis"] == "missing" and record.basis in FIGURES:
            rows[call_id] = to_row(priced(completed(record, to_record(known)), pricer))
            if call_id in stored:
                settled.upgraded.append(call_id)
        elif call_id not in rows and call_id not in settled.known:
            settled.known.append(call_id)
    return settled, rows


def priced(record: CallRecord, pricer: Pricer) -> CallRecord:
    """A record with its cost, where it came without one and the pricer knows it."""
    cost = pricer(record) if record.cost_amount is None else None
    if cost is None:
        return record
    return sound(
        replace(record, cost_amount=cost.amount, cost_currency=cost.currency, cost_source=cost.source)
    )


def _stored_rows(connection: Connection, call_ids: set[str]) -> dict[str, Row]:
    wanted = sorted(call_ids)
    rows: dict[str, Row] = {}
    for first in range(0, len(wanted), _IDS_PER_QUERY):
        query = select(calls).where(calls.c.call_id.in_(wanted[first : first + _IDS_PER_QUERY]))
        rows.update((row["call_id"], dict(row)) for row in connection.execute(query).mappings())
    return rows


def _write(connection: Connection, rows: Mapping[str, Row], settled: Settled) -> None:
    if settled.new:
        connection.execute(insert(calls), [rows[call_id] for call_id in settled.new])
    if settled.upgraded:
        connection.execute(
            update(calls).where(calls.c.call_id == bindparam("upgraded_id")),
            [{**rows[call_id], "upgraded_id": call_id} for call_id in settled.upgraded],
        )


def _add_to_rollups(connection: Connection, changes: Sequence[Change]) -> None:
    added: dict[tuple[int, str], list[int]] = {}
    named: dict[str, Row] = {}
    for row, sign in changes:
        digest = series_digest(row)
        named[digest] = {"digest": digest, **{name: row[name] for name in SERIES_COLUMNS}}
        figures = added.setdefault((quarter(row["started_at"]), digest), [0] * len(SUMS))
        for position, figure in enumerate(sums(row)):
            figures[position] += sign * figure
    ids = _series_ids(connection, named)
    rows = [
        {"quarter": start, "series_id": ids[digest], **dict(zip(SUMS, figures, strict=True))}
        for (start, digest), figures in sorted(added.items())
    ]
    if rows:
        upsert_sums(connection, rollups, SUMS, rows)


def _series_ids(connection: Connection, named: Mapping[str, Row]) -> dict[str, int]:
    if not named:
        return {}
    query = select(series.c.digest, series.c.id).where(series.c.digest.in_(named))
    ids: dict[str, int] = dict(connection.execute(query).all())
    unknown = [row for digest, row in named.items() if digest not in ids]
    if unknown:
        connection.execute(insert(series), unknown)
        ids.update((digest, number) for digest, number in connection.execute(query))
    return ids
