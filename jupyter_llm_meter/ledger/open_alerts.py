"""The alerts that pages show: which ones are open, claimed by one tab, acknowledged for all tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, or_, select, update

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert, format_decimal
from jupyter_llm_meter.ledger.alert_rows import alert_of, window_of
from jupyter_llm_meter.ledger.counters import current_windows
from jupyter_llm_meter.ledger.errors import UnknownAlert
from jupyter_llm_meter.ledger.raising import raised_at
from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import alerts
from jupyter_llm_meter.ledger.unpriced import used_of

CLAIM_LAPSES_AFTER = timedelta(minutes=10)


def pending_alerts(connection: Connection, limits: Sequence[Limit], now: datetime) -> list[Alert]:
    """Return the unacknowledged alerts of current windows that still apply at the amounts in force."""
    by_window = {window: limit for limit, window in current_windows(limits, now)}
    query = select(alerts).where(
        alerts.c.acknowledged_at.is_(None), alerts.c.rearmed_at.is_(None), alerts.c.window_end > to_us(now)
    )
    rows = [(window_of(row), row) for row in map(dict, connection.execute(query).mappings())]
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
    """Whether an alert is still true; a refusal is as long as the amount is the same."""
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
