"""Raises alerts when a limit's use crosses a threshold or a call is refused.

An alert belongs to a limit, a subject, a threshold, a window and an amount. One event raises one alert, for
the highest threshold. It can be raised again in a new window, and when the use was below the threshold in
between, as after the amount was raised.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select, update

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import FULL, Alert, Standing, crossed_thresholds, format_decimal
from jupyter_llm_meter.ledger.alert_rows import alert_of, row_of, window_of
from jupyter_llm_meter.ledger.amounts import amounts_at
from jupyter_llm_meter.ledger.counters import Window
from jupyter_llm_meter.ledger.locks import require_alone
from jupyter_llm_meter.ledger.memory import recall_of
from jupyter_llm_meter.ledger.outbox import Outbox, post
from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import NO_END, alerts
from jupyter_llm_meter.ledger.spenders import top_notebooks
from jupyter_llm_meter.ledger.unpriced import used_of


def raise_alerts(
    connection: Connection,
    windows: Sequence[tuple[Limit, Window]],
    subjects: Collection[str] | None,
    now: datetime,
    outbox: Outbox,
) -> list[Alert]:
    """Raise the alerts of the current windows that were not raised yet.

    One crossing is one alert: that of the highest threshold. Lower ones are stored as seen. A
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
    amounts = amounts_at(connection, now, subjects)
    announced = _announced(connection, used, subjects)
    limits = {window: limit for limit, window in windows}
    recall_of(connection).learned.quiet.update(
        ((window, subject), True)
        for window, figures in used.items()
        for subject in figures
        # A smaller amount of one's own is reached before the limit's.
        if (window, subject) not in announced
        and amounts.total(limits[window], subject) >= limits[window].amount
    )
    raised = []
    for limit, window in windows:
        for subject, figure in sorted(used.get(window, {}).items()):
            used_now = figure.amount
            amount = amounts.total(limit, subject)
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
    connection: Connection,
    standing: Standing,
    needed: Decimal | None,
    now: datetime,
    outbox: Outbox,
    unpriced_model: str | None = None,
) -> Alert | None:
    """Raise the alert of a refused call, unless there is one; returns the new alert.

    Args:
        connection: A writing transaction.
        standing: Where the limit is for the call's subject.
        needed: What the call would have needed, where known.
        now: When it was refused.
        outbox: Names the channels that hear of it.
        unpriced_model: The model for whose want of a price it was refused.
    """
    end = NO_END if standing.resets_at is None else to_us(standing.resets_at)
    window = Window(standing.limit.id, to_us(standing.window_start), end)
    limit = standing.limit
    plain = _new_alert(limit, window, standing.subject, FULL, standing.used, standing.amount, now)
    alert = replace(
        plain,
        is_refusal=True,
        needed=needed,
        reserved=standing.reserved,
        unpriced_model=unpriced_model,
    )
    if _is_raised(connection, alert, window):
        return None
    return _announce(connection, [alert], window, limit, outbox)


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
        found.setdefault((window_of(row), row["subject"]), []).append(row)
    return found


def _still_announced(
    connection: Connection, rows: Sequence[Mapping[str, Any]], used: Decimal, amount: Decimal, now: datetime
) -> set[Decimal]:
    """The thresholds that are not announced again. A threshold above the use is armed again."""
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
    """Store the alerts of one event: the last one stands for all, and for those announced before."""
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
    notebooks = top_notebooks(connection, limit, window, alert.subject)
    top = notebooks[0] if notebooks else None
    for each in lower:
        seen = {**row_of(each, window, top), "acknowledged_at": to_us(each.raised_at)}
        connection.execute(alerts.insert().values(seen))
    row = row_of(alert, window, top)
    connection.execute(alerts.insert().values(row))
    raised = alert_of(row)
    post(connection, raised, limit, notebooks, outbox.channels_for(limit))
    return raised
