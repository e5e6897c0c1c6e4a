"""Stores finished calls: the call, its rollup and its counters change together or not at all.

A call is known by its id and counted once, however often it arrives. What is known
does not change, with two exceptions: a record with figures takes the place of one whose basis is ``missing``,
and a call that another source reports under another id is merged with it (`witnesses.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, insert, select

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.reservation import Decision
from jupyter_llm_meter.core.standing import Alert
from jupyter_llm_meter.ledger.alerting import raise_alerts, raise_refusal
from jupyter_llm_meter.ledger.batch import Batch, Change, Pricer, Settled
from jupyter_llm_meter.ledger.counters import Window, add_calls, count_windows, current_windows, upsert_sums
from jupyter_llm_meter.ledger.outbox import Outbox
from jupyter_llm_meter.ledger.reservations.store import end_reservations
from jupyter_llm_meter.ledger.rows import Row, quarter, series_digest, sums, to_us
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUBJECT_COLUMNS, SUMS, rollups, series
from jupyter_llm_meter.ledger.standings import standings
from jupyter_llm_meter.ledger.unpriced import with_unpriced
from llm_meter_tap.wire.record import CallRecord

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
    batch = Batch(connection, records, pricer, to_us(now))
    settled, changes = batch.settled, [*batch.changes(), *((row, 1) for row in older)]
    windows = current_windows(_holding(index, [row for row, _sign in changes]), now)
    # A window is counted from history before this batch becomes part of it.
    counted = count_windows(connection, with_unpriced(windows))
    met = [each for each in counted if each in windows]
    batch.write(connection)
    _add_to_rollups(connection, changes)
    touched = add_calls(connection, changes)
    new = {call_id: batch.rows[call_id] for call_id in settled.new}
    end_reservations(connection, {*(record.call_id for record in records), *dropped}, new)
    settled.crossed.extend(_alerts(connection, windows, met, touched, now, outbox))
    settled.crossed.extend(_refusals(connection, index, new, refused, now, outbox))
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
            needed = None if decision.is_unpriced else decision.needed
            raised.append(raise_refusal(connection, decision.standing, needed, now, outbox))
        elif limit is not None and subject is not None and limit.value in (None, subject):
            (standing,) = standings(connection, [limit], now, {limit.scope: subject}, only=subject)
            raised.append(raise_refusal(connection, standing, None, now, outbox))
    return [alert for alert in raised if alert is not None]


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
