"""One line of text for a crossed threshold, for terminals and logs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.format import format_exact, format_money, format_percent
from jupyter_llm_meter.core.limit_names import limit_title
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert


def notice(alert: Alert, limit: Limit, currency: Currency | None = None) -> str:
    """Return how much of which limit is used, and when the limit resets.

    Args:
        alert: The alert.
        limit: Its limit.
        currency: What is shown beside dollars.
    """
    share, amount = format_percent(alert.used / alert.amount), _amount(alert, currency)
    text = f"{limit_title(limit, alert.subject)}: {share} of {amount} used."
    if alert.resets_at is None:
        return text
    local = alert.resets_at.astimezone(ZoneInfo(limit.time_zone))
    return f"{text} Resets {local:%Y-%m-%d %H:%M} ({limit.time_zone})."


def _amount(alert: Alert, currency: Currency | None) -> str:
    if alert.unit == "USD":
        return format_money(alert.amount, currency)
    return format_exact(alert.amount, alert.unit)
