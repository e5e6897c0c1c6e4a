"""Queues an alert for its channels, in the transaction that raises it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert, TopNotebook, format_decimal
from jupyter_llm_meter.ledger.rows import to_us
from jupyter_llm_meter.ledger.schema import deliveries


@dataclass(frozen=True)
class Outbox:
    """Where alerts are sent, besides the ledger.

    Attributes:
        channels_for: Returns the names of the channels that get a limit's alerts.
        posted: Called after a commit that left something to deliver, on the committing thread.
        is_relayed: Whether calls are relayed to a hub, see `relaying`.
    """

    channels_for: Callable[[Limit], Sequence[str]] = lambda _limit: ()
    posted: Callable[[], None] = lambda: None
    is_relayed: bool = False


def post(
    connection: Connection,
    alert: Alert,
    limit: Limit,
    notebooks: Sequence[TopNotebook],
    channels: Sequence[str],
) -> None:
    """Leave an alert for channels, in the transaction that raises it."""
    row = {
        "alert_id": alert.id,
        "time_zone": limit.time_zone,
        "notebooks": json.dumps([[each.path, format_decimal(each.used), each.cell_id] for each in notebooks]),
        "state": "pending",
        "attempts": 0,
        "due_at": to_us(alert.raised_at),
    }
    if channels:
        connection.execute(insert(deliveries), [{**row, "channel": name} for name in dict.fromkeys(channels)])


def move_notebooks_of_deliveries(connection: Connection, paths: Mapping[str, str]) -> None:
    """Give the notebooks that waiting messages name their new paths.

    Args:
        connection: A writing transaction.
        paths: The notebooks that moved, each with its new path.
    """
    waiting = select(deliveries.c.alert_id, deliveries.c.channel, deliveries.c.notebooks)
    for alert_id, channel, text in connection.execute(waiting.where(deliveries.c.state == "pending")).all():
        notebooks = json.loads(text)
        moved = [[paths.get(path, path), *rest] for path, *rest in notebooks]
        if moved != notebooks:
            which = (deliveries.c.alert_id == alert_id, deliveries.c.channel == channel)
            connection.execute(update(deliveries).where(*which).values(notebooks=json.dumps(moved)))
