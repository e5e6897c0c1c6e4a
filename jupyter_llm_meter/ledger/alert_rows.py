"""Alerts as rows of the table `alerts`, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from jupyter_llm_meter.core.standing import Alert, TopNotebook, format_decimal
from jupyter_llm_meter.ledger.counters import Window
from jupyter_llm_meter.ledger.rows import from_us, storable, to_us
from jupyter_llm_meter.ledger.schema import NO_END


def row_of(alert: Alert, window: Window, top: TopNotebook | None) -> dict[str, Any]:
    """Return the row of `alerts` that holds an alert."""
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
        "unpriced_model": storable(alert.unpriced_model),
        "raised_at": to_us(alert.raised_at),
        "top_notebook": None if top is None else top.path,
        "top_cell": None if top is None else top.cell_id,
    }


def alert_of(row: Mapping[str, Any]) -> Alert:
    """Return the alert that a row of `alerts` holds."""
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
        top_cell=row["top_cell"],
        is_refusal=row["kind"] == "blocked",
        unpriced_model=row["unpriced_model"],
        needed=None if row["needed"] is None else Decimal(row["needed"]),
        reserved=None if row["reserved"] is None else Decimal(row["reserved"]),
    )


def window_of(row: Mapping[str, Any]) -> Window:
    """Return the window that a row of `alerts` is about."""
    return Window(row["limit_id"], row["window_start"], row["window_end"])
