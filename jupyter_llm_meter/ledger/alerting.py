"""The alerts of a ledger: raised once, claimed by one tab, acknowledged for all.

An alert belongs to a limit, a subject, a threshold, a window and an amount: a new window arms it again,
and so does a raised amount, since who lifts a limit wants to hear of the new one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, or_, select, update

from ..core.limits import Limit
from ..core.standing import Alert, crossed_thresholds, format_decimal
from .counters import Window, current_window, used_amount, used_by_subject
from .errors import UnknownAlert
from .history import sums_by
from .rows import from_us, to_us
from .schema import NO_END, SUBJECT_COLUMNS, SUMS, UNIT_SUMS, alerts

CLAIM_LAPSES_AFTER = timedelta(minutes=10)


def raise_alerts(
    connection: Connection, limit: Limit, window: Window, subjects: Sequence[str] | None, now: datetime
) -> list[Alert]:
    """Raise what the counters of a limit's current window give rise to and was not raised yet.

    Args:
        connection: The transaction that changed the counters.
        limit: The limit.
        window: Its window that holds `now`.
        subjects: Whose counters changed; None: look at all.
        now: When the crossing is seen.
    """
    raised = []
    for subject, used in sorted(used_by_subject(connection, window, subjects).items()):
        amount = used_amount(limit.unit, used)
        for threshold in crossed_thresholds(limit, amount):
            alert = _new_alert(limit, window, subject, threshold, amount, now)
            if not _is_raised(connection, alert, window):
                raised.append(_insert(connection, alert, window, limit))
    return raised


def pending_alerts(connection: Connection, limits: Sequence[Limit], now: datetime) -> list[Alert]:
    """The alerts of current windows that nobody acknowledged and that still hold at the limits' amounts."""
    pending = []
    for limit in limits:
        window = current_window(limit, now)
        query = select(alerts).where(
            *window.matches(alerts),
            alerts.c.acknowledged_at.is_(None),
            alerts.c.amount == format_decimal(limit.amount),
        )
        pending += [_from_row(dict(row)) for row in connection.execute(query).mappings()]
    return sorted(pending, key=lambda alert: (alert.raised_at, alert.threshold, alert.id))


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
    limit: Limit, window: Window, subject: str, threshold: Decimal, used: Decimal, now: datetime
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
        amount=limit.amount,
        unit=limit.unit,
    )


def _is_raised(connection: Connection, alert: Alert, window: Window) -> bool:
    query = select(alerts.c.id).where(
        *window.matches(alerts),
        alerts.c.subject == alert.subject,
        alerts.c.threshold == format_decimal(alert.threshold),
        alerts.c.amount == format_decimal(alert.amount),
    )
    return connection.execute(query).first() is not None


def _insert(connection: Connection, alert: Alert, window: Window, limit: Limit) -> Alert:
    row = {
        **window.key(),
        "id": alert.id,
        "subject": alert.subject,
        "threshold": format_decimal(alert.threshold),
        "amount": format_decimal(alert.amount),
        "unit": alert.unit,
        "used": format_decimal(alert.used),
        "raised_at": to_us(alert.raised_at),
        "top_notebook": _top_notebook(connection, limit, window, alert.subject),
    }
    connection.execute(alerts.insert().values(row))
    return _from_row(row)


def _top_notebook(connection: Connection, limit: Limit, window: Window, subject: str) -> str | None:
    """The notebook in which the subject used most of the limit's unit in the window."""
    end = None if window.end == NO_END else window.end
    where = [(SUBJECT_COLUMNS[limit.scope], subject)]
    position = SUMS.index(UNIT_SUMS[limit.unit])
    by_notebook = sums_by(connection, "notebook_path", window.start, end, where)
    used = {path: figures[position] for path, figures in by_notebook.items() if path is not None}
    return max(sorted(used), key=lambda path: used[path]) if used else None


def _from_row(row: Mapping[str, Any]) -> Alert:
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
    )
