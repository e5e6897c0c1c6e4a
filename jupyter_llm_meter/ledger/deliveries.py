"""The deliveries of alerts: one row for each alert and channel, see `outbox.post`.

A row is ``pending`` until it is ``sent``, or ``failed`` when delivery was given up. A process that delivers
takes a lease on all rows that wait for one channel and sends them as one message; no other process takes
these rows before the lease ends. So a row is delivered at least once, even if processes are killed, and not
again after it is marked as sent. Also sets how often a failing channel is tried again, how many messages it
gets per hour, and what waits in its quiet hours.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select, update

from jupyter_llm_meter.core.standing import Alert, TopNotebook
from jupyter_llm_meter.ledger.alert_rows import alert_of
from jupyter_llm_meter.ledger.rows import from_us, to_us
from jupyter_llm_meter.ledger.schema import alerts, deliveries

DELIVERY_LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(days=1)
MOST_IN_A_MESSAGE = 500

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Delivery:
    """An alert on its way to a channel.

    Attributes:
        alert: The alert.
        time_zone: IANA zone of the alert's limit.
        notebooks: The notebooks that used most, most first.
    """

    alert: Alert
    time_zone: str
    notebooks: tuple[TopNotebook, ...] = ()


@dataclass(frozen=True)
class Quiet:
    """The quiet hours that a channel is in now.

    Attributes:
        until: When they end.
        is_urgent_sent: Whether alerts of reached limits and refused calls are sent in these hours.
    """

    until: datetime
    is_urgent_sent: bool


@dataclass(frozen=True)
class Turn:
    """What a channel's turn brings.

    Attributes:
        message_id: Names the lease; None when there is nothing to send now.
        deliveries: What is to be sent as one message, oldest first: of one limit, its most severe alert.
        next_at: When to ask again if there is nothing to send now; None: when something is posted.
    """

    message_id: str | None = None
    deliveries: tuple[Delivery, ...] = ()
    next_at: datetime | None = None


@dataclass(frozen=True)
class ChannelRecord:
    """How deliveries to a channel went.

    Attributes:
        channel: The channel's name.
        waiting: Alerts that wait.
        given_up: Alerts that were given up.
        sent_at: When the last message went out; None: never.
        reason: Why the newest alert that waits or was given up was not delivered; None where none was tried.
    """

    channel: str
    waiting: int
    given_up: int
    sent_at: datetime | None
    reason: str | None


def take_turn(
    connection: Connection,
    channel: str,
    most_per_hour: int,
    now: datetime,
    is_urgent: bool = False,
    quiet: Quiet | None = None,
) -> Turn:
    """Lease all that waits for a channel, if something is due.

    Args:
        connection: A writing transaction.
        channel: The channel's name.
        most_per_hour: Messages that it may get within an hour.
        now: The present.
        is_urgent: Do not wait for the next attempt at a failing channel.
        quiet: The channel's quiet hours, if it is in them now.
    """
    rows = _waiting(connection, channel, is_urgent_first=quiet is not None)
    if not rows:
        return Turn()
    due = rows if quiet is None else _due_in(quiet, rows)
    if quiet is not None and not due:
        return Turn(next_at=quiet.until)
    wait_until = _held_until(rows, now) or _capped_until(connection, channel, most_per_hour, now)
    if wait_until is None and not is_urgent:
        wait_until = _retry_at(due, now)
    if wait_until is not None:
        return Turn(next_at=wait_until)
    message_id = uuid.uuid4().hex
    ids = [row["alert_id"] for row in due]
    connection.execute(
        update(deliveries)
        .where(deliveries.c.channel == channel, deliveries.c.alert_id.in_(ids))
        .values(message_id=message_id, leased_until=to_us(now + DELIVERY_LEASE))
    )
    return Turn(message_id, tuple(map(_delivery, _standing_for_all(due))))


def _due_in(quiet: Quiet, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """What is sent in quiet hours: urgent alerts, and the warnings that they replace."""
    if not quiet.is_urgent_sent:
        return []
    urgent = {_crossing(row) for row in rows if row["kind"] != "warning"}
    return [row for row in rows if _crossing(row) in urgent]


def _standing_for_all(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The most severe alert of each limit, subject, window and amount, which covers the others."""
    gravest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        key = _crossing(row)
        if key not in gravest or _gravity(row) >= _gravity(gravest[key]):
            gravest[key] = row
    kept = {row["alert_id"] for row in gravest.values()}
    return [row for row in rows if row["alert_id"] in kept]


def _crossing(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("limit_id", "subject", "window_start", "window_end", "amount"))


def _gravity(row: Mapping[str, Any]) -> tuple[bool, Decimal]:
    return row["kind"] == "blocked", Decimal(row["threshold"])


def mark_sent(connection: Connection, message_id: str, now: datetime) -> None:
    """Note that a leased message reached its channel."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.message_id == message_id, deliveries.c.state == "pending")
        .values(state="sent", sent_at=to_us(now), leased_until=None, reason=None)
    )


def mark_failed(connection: Connection, message_id: str, reason: str, now: datetime) -> int:
    """Note that a leased message did not reach its channel; it is tried again ever more rarely.

    Args:
        connection: A writing transaction.
        message_id: The lease.
        reason: Why; must hold no secret.
        now: The present.

    Returns:
        How many alerts were given up, after a day of trying.
    """
    given_up = 0
    mine = deliveries.c.message_id == message_id, deliveries.c.state == "pending"
    query = select(deliveries.c.alert_id, deliveries.c.attempts, deliveries.c.tried_since).where(*mine)
    for alert_id, attempts, tried_since in connection.execute(query).all():
        since = to_us(now) if tried_since is None else tried_since
        is_over = to_us(now - GIVEN_UP_AFTER) >= since
        given_up += is_over
        connection.execute(
            update(deliveries)
            .where(*mine, deliveries.c.alert_id == alert_id)
            .values(
                state="failed" if is_over else "pending",
                attempts=attempts + 1,
                tried_since=since,
                due_at=to_us(now + pause_after(attempts + 1)),
                leased_until=None,
                reason=reason,
            )
        )
    return given_up


def pause_after(attempts: int) -> timedelta:
    """How long a message rests after so many attempts."""
    factor: int = 2 ** min(attempts - 1, 16)  # far beyond the longest pause
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def channel_records(connection: Connection) -> list[ChannelRecord]:
    """How deliveries went, by channel."""
    query = select(
        deliveries.c.channel, deliveries.c.state, deliveries.c.sent_at, deliveries.c.reason
    ).order_by(deliveries.c.due_at)
    by_channel: dict[str, list[Mapping[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        by_channel.setdefault(row["channel"], []).append(dict(row))
    return [_record(name, rows) for name, rows in sorted(by_channel.items())]


def _record(channel: str, rows: Sequence[Mapping[str, Any]]) -> ChannelRecord:
    states = [row["state"] for row in rows]
    sent = [row["sent_at"] for row in rows if row["sent_at"] is not None]
    reasons = [row["reason"] for row in rows if row["reason"] is not None]
    return ChannelRecord(
        channel,
        states.count("pending"),
        states.count("failed"),
        from_us(max(sent)) if sent else None,
        reasons[-1] if reasons else None,
    )


def _waiting(connection: Connection, channel: str, is_urgent_first: bool) -> list[Mapping[str, Any]]:
    first = [alerts.c.kind == "warning"] if is_urgent_first else []
    query = (
        select(deliveries, alerts)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .where(deliveries.c.channel == channel, deliveries.c.state == "pending")
        .order_by(*first, alerts.c.raised_at, alerts.c.threshold, alerts.c.id)
        .limit(MOST_IN_A_MESSAGE)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _held_until(rows: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    """When the lease of the process that sends to the channel now ends."""
    # A lease that ends later than any could was taken before the clock was set back.
    latest = to_us(now + 2 * DELIVERY_LEASE)
    held = [row["leased_until"] for row in rows if row["leased_until"] is not None]
    running = [until for until in held if to_us(now) < until <= latest]
    return from_us(max(running)) if running else None


def _capped_until(connection: Connection, channel: str, most_per_hour: int, now: datetime) -> datetime | None:
    """When the channel may get a message again; None: now."""
    sent_at = func.max(deliveries.c.sent_at)
    query = (
        select(sent_at)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.state == "sent",
            deliveries.c.sent_at > to_us(now - _HOUR),
            deliveries.c.sent_at <= to_us(now),
        )
        .group_by(deliveries.c.message_id)
        .order_by(sent_at.desc())
        .limit(most_per_hour)
    )
    sent = list(connection.scalars(query))
    return from_us(sent[-1]) + _HOUR if len(sent) >= most_per_hour else None


def _retry_at(rows: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    """When a failing channel is tried again; None: now. What is new waits with what was tried."""
    tried = [row["due_at"] for row in rows if row["attempts"]]
    if not tried:
        return None
    earliest = min(tried)
    return from_us(earliest) if to_us(now) < earliest <= to_us(now + LONGEST_PAUSE) else None


def _delivery(row: Mapping[str, Any]) -> Delivery:
    notebooks = tuple(
        TopNotebook(path, Decimal(used), cell_id) for path, used, cell_id in json.loads(row["notebooks"])
    )
    return Delivery(alert_of(row), row["time_zone"], notebooks)
