"""The alerts of a ledger: raised once, claimed by one tab, acknowledged for all.

An alert belongs to a limit, a subject, a threshold, a window and an amount. One event raises one alert, for
the highest threshold. It can be raised again in a new window, and when the use was below the threshold in
between, as after the amount was raised.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, or_, select, update

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import FULL, Alert, Standing, crossed_thresholds, format_decimal
from jupyter_llm_meter.ledger.counters import Window, current_windows, used_amount
from jupyter_llm_meter.ledger.errors import UnknownAlert
from jupyter_llm_meter.ledger.history import sums_by
from jupyter_llm_meter.ledger.locks import require_alone
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.outbox import Notebooks, Outbox, post
from jupyter_llm_meter.ledger.raising import raised_at
from jupyter_llm_meter.ledger.rows import from_us, to_us
from jupyter_llm_meter.ledger.schema import NO_END, SUBJECT_COLUMNS, SUMS, UNIT_SUMS, alerts
from jupyter_llm_meter.ledger.unpriced import used_of

CLAIM_LAPSES_AFTER = timedelta(minutes=10)
MOST_NOTEBOOKS = 3
"""Notebooks that an alert names to channels."""


def raise_alerts(
    connection: Connection,
    windows: Sequence[tuple[Limit, Window]],
    subjects: Collection[str] | None,
    now: datetime,
    outbox: Outbox,
) -> list[Alert]:
    """Raise what the counters of limits' current windows give rise to and was not raised yet.

    One crossing is one alert: that of the highest threshold. Those below it are written down as seen. A
    threshold that was announced in the window is not announced again after its limit was raised, unless the
    use was below it in between.

    Args:
        connection: The transaction that changed the counters.
        windows: The limits, each with its window that holds `now`.
        subjects: Whose counters changed; None: look at all.
        now: When the crossing is seen.
        outbox: Names the channels that hear of it; what is raised is left for them.
    """
    used = used_of(connection, windows, subjects)
    if not used:
        return []
    raised_by = raised_at(connection, now)
    announced = _announced(connection, used, subjects)
    recall_of(connection).learned.quiet.update(
        ((window, subject), True)
        for window, figures in used.items()
        for subject in figures
        if (window, subject) not in announced
    )
    raised = []
    for limit, window in windows:
        for subject, figure in sorted(used.get(window, {}).items()):
            used_now = figure.amount
            amount = limit.amount + raised_by.get((limit.id, subject), 0)
            crossed = crossed_thresholds(limit, used_now, amount)
            known = _still_announced(connection, announced.get((window, subject), ()), used_now, amount, now)
            new = [threshold for threshold in crossed if threshold not in known]
            if new and new[-1] == crossed[-1]:
                made = [
                    _new_alert(limit, window, subject, threshold, used_now, amount, now) for threshold in new
                ]
                raised.append(_announce(connection, made, window, limit, outbox))
    return raised


def raise_refusal(
    connection: Connection, standing: Standing, needed: Decimal | None, now: datetime, outbox: Outbox
) -> Alert | None:
    """Raise that a call was refused, unless it was raised before; returns the new alert.

    Args:
        connection: A writing transaction.
        standing: Where the limit is for the call's subject.
        needed: What the call would have needed, where known.
        now: When it was refused.
        outbox: Names the channels that hear of it.
    """
    end = NO_END if standing.resets_at is None else to_us(standing.resets_at)
    window = Window(standing.limit.id, to_us(standing.window_start), end)
    limit = standing.limit
    plain = _new_alert(limit, window, standing.subject, FULL, standing.used, standing.amount, now)
    alert = replace(plain, is_refusal=True, needed=needed, reserved=standing.reserved)
    if _is_raised(connection, alert, window):
        return None
    return _announce(connection, [alert], window, limit, outbox)


def pending_alerts(connection: Connection, limits: Sequence[Limit], now: datetime) -> list[Alert]:
    """The unacknowledged alerts of current windows that still apply at the amounts in force."""
    by_window = {window: limit for limit, window in current_windows(limits, now)}
    query = select(alerts).where(
        alerts.c.acknowledged_at.is_(None), alerts.c.rearmed_at.is_(None), alerts.c.window_end > to_us(now)
    )
    rows = [(_window_of(row), row) for row in map(dict, connection.execute(query).mappings())]
    current = [(by_window[window], window, row) for window, row in rows if window in by_window]
    used = used_of(connection, [(limit, window) for limit, window, _row in current])
    raised_by = raised_at(connection, now)
    pending = []
    for limit, window, row in current:
        amount = limit.amount + raised_by.get((limit.id, row["subject"]), 0)
        figure = used.get(window, {}).get(row["subject"])
        if _applies(row, Decimal(0) if figure is None else figure.amount, amount):
            pending.append(alert_of(row))
    return sorted(pending, key=lambda alert: (alert.raised_at, alert.threshold, alert.kind, alert.id))


def _applies(row: Mapping[str, Any], used: Decimal, amount: Decimal) -> bool:
    """Whether an alert still says what is so; a refusal does as long as the amount is the same."""
    if row["kind"] == "blocked":
        return bool(row["amount"] == format_decimal(amount))
    return used >= Decimal(row["threshold"]) * amount


def claim(connection: Connection, alert_id: str, claimant: str, now: datetime) -> bool:
    """Give an alert to one claimant; another's claim holds until it lapses.

    Raises:
        UnknownAlert: No alert has this id.
    """
    _require(connection, alert_id)
    lapsed = to_us(now - CLAIM_LAPSES_AFTER)
    is_free = or_(
        alerts.c.claimed_by.is_(None), alerts.c.claimed_by == claimant, alerts.c.claimed_at <= lapsed
    )
    result = connection.execute(
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.acknowledged_at.is_(None), is_free)
        .values(claimed_by=claimant, claimed_at=to_us(now))
    )
    return result.rowcount == 1


def acknowledge(connection: Connection, alert_id: str, now: datetime) -> None:
    """Mark an alert as seen, for every tab; a second time changes nothing.

    Raises:
        UnknownAlert: No alert has this id.
    """
    _require(connection, alert_id)
    connection.execute(
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=to_us(now))
    )


def _require(connection: Connection, alert_id: str) -> None:
    if connection.execute(select(alerts.c.id).where(alerts.c.id == alert_id)).first() is None:
        raise UnknownAlert(f"no alert has the id {alert_id!r}; it may belong to another ledger")


def _new_alert(
    limit: Limit,
    window: Window,
    subject: str,
    threshold: Decimal,
    used: Decimal,
    amount: Decimal,
    now: datetime,
) -> Alert:
    return Alert(
        id=uuid.uuid4().hex,
        limit_id=limit.id,
        subject=subject,
        threshold=threshold,
        window_start=window.first_instant,
        resets_at=window.resets_at,
        raised_at=now,
        used=used,
        amount=amount,
        unit=limit.unit,
    )


def _announced(
    connection: Connection, windows: Collection[Window], subjects: Collection[str] | None
) -> dict[tuple[Window, str], list[Mapping[str, Any]]]:
    """The thresholds that were announced in windows, for all subjects or for some."""
    query = select(alerts).where(
        alerts.c.limit_id.in_({window.limit_id for window in windows}),
        alerts.c.window_start.in_({window.start for window in windows}),
        alerts.c.kind != "blocked",
    )
    if subjects is not None:
        query = query.where(alerts.c.subject.in_(subjects))
    found: dict[tuple[Window, str], list[Mapping[str, Any]]] = {}
    for row in map(dict, connection.execute(query).mappings()):
        found.setdefault((_window_of(row), row["subject"]), []).append(row)
    return found


def _still_announced(
    connection: Connection, rows: Sequence[Mapping[str, Any]], used: Decimal, amount: Decimal, now: datetime
) -> set[Decimal]:
    """The thresholds that are not announced again; one that the use is below is armed again."""
    open_rows = [row for row in rows if row["rearmed_at"] is None]
    below = [row["id"] for row in open_rows if used < Decimal(row["threshold"]) * amount]
    if below:
        require_alone(connection)
        rearm = update(alerts).where(alerts.c.id.in_(below)).values(rearmed_at=to_us(now))
        connection.execute(rearm)
    return {
        Decimal(row["threshold"])
        for row in rows
        if row["amount"] == format_decimal(amount) or (row in open_rows and row["id"] not in below)
    }


def _is_raised(connection: Connection, alert: Alert, window: Window) -> bool:
    query = select(alerts.c.id).where(
        *window.matches(alerts),
        alerts.c.subject == alert.subject,
        alerts.c.kind == alert.kind,
        alerts.c.threshold == format_decimal(alert.threshold),
        alerts.c.amount == format_decimal(alert.amount),
    )
    return connection.execute(query).first() is not None


def _announce(
    connection: Connection, made: Sequence[Alert], window: Window, limit: Limit, outbox: Outbox
) -> Alert:
    """Write down the alerts of one event: the last stands for all, and for what was announced before."""
    *lower, alert = made
    recall_of(connection).change(connection)
    connection.execute(
        update(alerts)
        .where(
            *window.matches(alerts),
            alerts.c.subject == alert.subject,
            alerts.c.kind != "blocked",
            alerts.c.acknowledged_at.is_(None),
        )
        .values(acknowledged_at=to_us(alert.raised_at))
    )
    notebooks = _top_notebooks(connection, limit, window, alert.subject)
    top = notebooks[0][0] if notebooks else None
    for each in lower:
        seen = {**_row(each, window, top), "acknowledged_at": to_us(each.raised_at)}
        connection.execute(alerts.insert().values(seen))
    row = _row(alert, window, top)
    connection.execute(alerts.insert().values(row))
    raised = alert_of(row)
    post(connection, raised, limit, notebooks, outbox.channels_for(limit))
    return raised


def _row(alert: Alert, window: Window, top_notebook: str | None) -> dict[str, Any]:
    return {
        **window.key(),
        "id": alert.id,
        "subject": alert.subject,
        "kind": alert.kind,
        "threshold": format_decimal(alert.threshold),
        "amount": format_decimal(alert.amount),
        "unit": alert.unit,
        "used": format_decimal(alert.used),
        "needed": None if alert.needed is None else format_decimal(alert.needed),
        "reserved": None if alert.reserved is None else format_decimal(alert.reserved),
        "raised_at": to_us(alert.raised_at),
        "top_notebook": top_notebook,
    }


def _window_of(row: Mapping[str, Any]) -> Window:
    return Window(row["limit_id"], row["window_start"], row["window_end"])


def _top_notebooks(connection: Connection, limit: Limit, window: Window, subject: str) -> Notebooks:
    """The notebooks in which the subject used most of the limit's unit in the window, most first."""
    end = None if window.end == NO_END else window.end
    where = [(SUBJECT_COLUMNS[limit.scope], subject)]
    position = SUMS.index(UNIT_SUMS[limit.unit])
    by_notebook = sums_by(connection, "notebook_path", window.start, end, where)
    used = {path: figures[position] for path, figures in by_notebook.items() if path is not None}
    top = sorted(used, key=lambda path: (-used[path], path))[:MOST_NOTEBOOKS]
    return [(path, used_amount(limit.unit, used[path])) for path in top]


def alert_of(row: Mapping[str, Any]) -> Alert:
    """The alert that a row of `alerts` holds."""
    return Alert(
        id=row["id"],
        limit_id=row["limit_id"],
        subject=row["subject"],
        threshold=Decimal(row["threshold"]),
        window_start=from_us(row["window_start"]),
        resets_at=None if row["window_end"] == NO_END else from_us(row["window_end"]),
        raised_at=from_us(row["raised_at"]),
        used=Decimal(row["used"]),
        amount=Decimal(row["amount"]),
        unit=row["unit"],
        top_notebook=row["top_notebook"],
        is_refusal=row["kind"] == "blocked",
        needed=None if row["needed"] is None else Decimal(row["needed"]),
        reserved=None if row["reserved"] is None else Decimal(row["reserved"]),
    )
