"""Queues an alert for its channels, in the transaction that raises it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, insert

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert, format_decimal
from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import deliveries

Notebooks = Sequence[tuple[str, Decimal]]
"""Paths and what they used of a limit's unit, most first."""


@dataclass(frozen=True)
class Outbox:
    """Where alerts are sent, besides the ledger.

    Attributes:
        channels_for: Returns the names of the channels that get a limit's alerts.
        posted: Called after a commit that left something to deliver, on the committing thread.
    """

    channels_for: Callable[[Limit], Sequence[str]] = lambda _limit: ()
    posted: Callable[[], None] = lambda: None


def post(
    connection: Connection, alert: Alert, limit: Limit, notebooks: Notebooks, channels: Sequence[str]
) -> None:
    """Leave an alert for channels, in the transaction that raises it."""
    row = {
        "alert_id": alert.id,
        "time_zone": limit.time_zone,
        "notebooks": json.dumps([[path, format_decimal(used)] for path, used in notebooks]),
        "state": "pending",
        "attempts": 0,
        "due_at": to_us(alert.raised_at),
    }
    if channels:
        connection.execute(insert(deliveries), [{**row, "channel": name} for name in dict.fromkeys(channels)])
