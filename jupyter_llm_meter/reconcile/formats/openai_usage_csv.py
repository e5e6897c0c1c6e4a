"""OpenAI's dashboard, *Usage*: the CSV file of activity.

It has the columns of the usage API, beside ``start_time_iso`` and ``end_time_iso``, and counts with a decimal
point, such as ``10.0``; a bucket without usage is a line without a model. Source: an export in public at
https://github.com/xavierjflanagan/Guardian (openai-usage-and-cost-report-2025-10-12.md). Buckets are in UTC.
"""

from __future__ import annotations

from jupyter_llm_meter.reconcile.content import Content
from jupyter_llm_meter.reconcile.export import ExportFormat, Reading, unread_tokens
from jupyter_llm_meter.reconcile.formats.openai_usage import READ, row_of


def _fits(content: Content) -> bool:
    return content.has("start_time", "end_time", "num_model_requests", "input_tokens")


def _read(content: Content) -> Reading:
    spans = [(line.time("start_time"), line.time("end_time")) for line in content.lines]
    used = [
        (line, span)
        for line, span in zip(content.lines, spans, strict=True)
        if line.text("num_model_requests", "input_tokens")
    ]
    rows = tuple(row_of(line, span) for line, span in used)
    unread = unread_tokens((line for line, _span in used), READ)
    return Reading(rows, unread, tuple(dict.fromkeys(spans)))


FORMAT = ExportFormat("openai-usage-csv", "OpenAI dashboard, activity", ("openai",), _fits, _read)
