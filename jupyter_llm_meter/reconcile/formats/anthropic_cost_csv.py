"""Anthropic's Console, *Cost*: the CSV file of amounts.

Source: https://support.claude.com/en/articles/9534590-cost-and-usage-reporting-in-the-claude-console; the
columns are those of exports in public. ``usage_date_utc`` is a UTC day, ``model`` a display name such as
``Claude Sonnet 4.5``, ``cost_usd`` is in dollars and rounded to cents, a line for each ``token_type``.
"""

from __future__ import annotations

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, day_of, known


def _row(line: Line) -> ExportRow:
    return ExportRow(
        *day_of(line, "usage_date_utc"),
        line.text("model"),
        known({"cost": line.number("cost_usd")}),
        accounts=tuple(filter(None, map(line.text, ("workspace", "api_key_id", "api_key")))),
        is_batch="batch" in (line.text("usage_type") or ""),
    )


def _fits(content: Content) -> bool:
    return content.has("usage_date_utc", "model", "token_type", "cost_usd")


def _read(content: Content) -> Reading:
    return Reading(tuple(map(_row, content.lines)))


FORMAT = ExportFormat(
    "anthropic-costs-csv",
    "Anthropic Console, cost",
    ("anthropic",),
    _fits,
    _read,
    "The Console rounds each line of the cost to cents.",
)
