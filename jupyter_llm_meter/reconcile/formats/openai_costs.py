"""OpenAI's costs API: the answer of ``GET /v1/organization/costs``.

Source: https://platform.openai.com/docs/api-reference/usage/costs. Buckets are UTC days; ``amount.value`` is
in ``amount.currency``, which is written in lower case. With ``group_by=line_item`` a result names its model
and kind, as in ``gpt-4o-mini-2024-07-18, input``; without it the amount is that of all models.
"""

from __future__ import annotations

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, Span, known


def cost_row(line: Line, span: Span, amount: str, currency: str) -> ExportRow:
    """One amount, of the API or of the dashboard's CSV file.

    Args:
        line: The result.
        span: Its bucket.
        amount: The column with the amount.
        currency: The column with its currency.
    """
    item = line.text("line_item")
    return ExportRow(
        *span,
        None if item is None else item.partition(",")[0].strip(),
        known({"cost": line.number(amount)}),
        (line.text(currency) or "usd").upper(),
        tuple(filter(None, map(line.text, ("organization_id", "project_id")))),
        is_batch="batch" in (item or "").lower(),
    )


def _fits(content: Content) -> bool:
    return any(
        isinstance(result, dict) and result.get("object") == "organization.costs.result"
        for page in content.pages
        for bucket in page["data"]
        if isinstance(bucket, dict)
        for result in bucket.get("results") or ()
    )


def _read(content: Content) -> Reading:
    buckets = list(content.results("start_time", "end_time"))
    rows = tuple(
        cost_row(line, (start, end), "amount.value", "amount.currency")
        for start, end, lines in buckets
        for line in lines
    )
    return Reading(rows, spans=tuple((start, end) for start, end, _lines in buckets))


FORMAT = ExportFormat("openai-costs", "OpenAI costs API", ("openai",), _fits, _read)
