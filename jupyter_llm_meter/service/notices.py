"""One line of text for a crossed threshold, for terminals and logs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from jupyter_llm_meter.core.format import format_exact, format_percent, format_usd
from jupyter_llm_meter.core.limit_names import limit_title
from jupyter_llm_meter.core.limits import Limit
from jupyter_llm_meter.core.standing import Alert


def notice(alert: Alert, limit: Limit) -> str:
    """Return how much of which limit is used, and when the limit resets."""
    share, amount = format_percent(alert.used / alert.amount), _amount(alert)
    text = f"{limit_title(limit, alert.subject)}: {share} of {amount} used."
    if alert.resets_at is None:
        return text
    local = alert.resets_at.astimezone(ZoneInfo(limit.time_zone))
    return f"{text} Resets {local:%Y-%m-%d %H:%M} ({limit.time_zone})."


def _amount(alert: Alert) -> str:
    return format_usd(alert.amount) if alert.unit == "USD" else format_exact(alert.amount, alert.unit)
