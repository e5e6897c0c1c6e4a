"""One line of text for a crossed threshold, for terminals and logs."""

from __future__ import annotations

from decimal import Decimal

from jupyter_llm_meter.core.standing import Alert


def notice(alert: Alert) -> str:
    """Return which threshold was crossed, by how much, and when the limit resets."""
    share = f"{(alert.threshold * 100).normalize():f} %"
    text = (
        f"{share} of the limit {alert.limit_id} reached for {alert.subject}: "
        f"{_amount(alert.used)} of {_amount(alert.amount)} {alert.unit} used"
    )
    if alert.resets_at is None:
        return f"{text}."
    return f"{text}; it resets {alert.resets_at:%Y-%m-%d %H:%M} UTC."


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():,f}" if amount else "0"
