"""OpenAI's dashboard, *Usage*: the CSV file of costs.

Its columns are those of the costs API, with ``amount_value`` and ``amount_currency``; a day without cost is a
line without an amount. Source: an export in public at https://github.com/xavierjflanagan/Guardian
(openai-usage-and-cost-report-2025-10-12.md). Buckets are UTC days.
"""

from __future__ import annotations

from jupyter_llm_meter.reconcile.content import Content
from jupyter_llm_meter.reconcile.export import ExportFormat, Reading
from jupyter_llm_meter.reconcile.formats.openai_costs import cost_row


def _fits(content: Content) -> bool:
    return content.has("start_time", "end_time", "amount_value", "amount_currency")


def _read(content: Content) -> Reading:
    spans = [(line.time("start_time"), line.time("end_time")) for line in content.lines]
    rows = tuple(
        cost_row(line, span, "amount_value", "amount_currency")
        for line, span in zip(content.lines, spans, strict=True)
        if line.text("amount_value")
    )
    return Reading(rows, spans=tuple(dict.fromkeys(spans)))


FORMAT = ExportFormat("openai-costs-csv", "OpenAI dashboard, costs", ("openai",), _fits, _read)
