"""Anthropic's Usage and Cost Admin API: the answer of ``GET /v1/organizations/cost_report``.

Source: https://platform.claude.com/docs/en/api/admin/cost_report/retrieve. Buckets are UTC days. ``amount``
is a decimal string in the lowest unit of ``currency``, cents for USD. With ``group_by[]=description`` a
result has ``model``; without it the amount is that of all models. Costs of the Priority Tier are not in it.
"""

from __future__ import annotations

from decimal import Decimal

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, Span

_CENTS = Decimal(100)


def _row(line: Line, span: Span) -> ExportRow:
    amount = line.number("amount")
    return ExportRow(
        *span,
        line.text("model"),
        {} if amount is None else {"cost": amount / _CENTS},
        line.text("currency") or "USD",
        tuple(filter(None, map(line.text, ("organization_id", "workspace_id")))),
        is_batch=line.text("service_tier") == "batch",
    )


def _fits(content: Content) -> bool:
    return any(
        isinstance(result, dict) and "amount" in result and "currency" in result
        for page in content.pages
        for bucket in page["data"]
        if isinstance(bucket, dict) and "starting_at" in bucket
        for result in bucket.get("results") or ()
    )


def _read(content: Content) -> Reading:
    buckets = list(content.results("starting_at", "ending_at"))
    rows = tuple(_row(line, (start, end)) for start, end, lines in buckets for line in lines)
    return Reading(rows, spans=tuple((start, end) for start, end, _lines in buckets))


FORMAT = ExportFormat(
    "anthropic-costs",
    "Anthropic cost report API",
    ("anthropic",),
    _fits,
    _read,
    "Anthropic's cost report leaves out the Priority Tier.",
)
