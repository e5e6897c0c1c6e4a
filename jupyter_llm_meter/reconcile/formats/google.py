"""Google Cloud Billing: rows of the export to BigQuery, as CSV, JSON or JSON Lines.

Source: https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage and the names
of https://cloud.google.com/skus/sku-groups/gen-ai-v2. Vertex AI has
``Gemini 2.5 Flash GA Text Input - Predictions``, the Gemini API
``Generate content input token count gemini 2.5 flash short input text``. ``usage.amount`` counts single
tokens. Times of rows are UTC; the invoice and the reports of the console have days of Pacific time.
"""

from __future__ import annotations

import re

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, day_of, known
from jupyter_llm_meter.reconcile.line_items import figures_of, tokens_of, without

_SERVICES = ("vertex ai", "gemini", "generative language", "agent platform")
_API = re.compile(r"^generate[ _]content (?P<kind>cached input|input|output) token count\b", re.IGNORECASE)
_CACHED = re.compile(r"\bcach(?:ing|ed)\b", re.IGNORECASE)
_NO_MODEL = frozenset(
    {
        "ga",
        "text",
        "image",
        "audio",
        "video",
        "input",
        "output",
        "predictions",
        "-",
        "thinking",
        "token",
        "tokens",
    }
    | {"token", "tokens", "caching", "cached", "cache", "hit", "count", "short", "long", "context"}
    | {"global", "regional", "batch", "flex", "priority", "standard", "offpeak"}
)


def _sku(line: Line) -> str:
    return line.text("sku_description", "sku") or ""


def _kind(sku: str) -> str | None:
    found = _API.match(sku)
    if found is not None:
        return {"cached input": "cache_read"}.get(found["kind"].lower(), found["kind"].lower())
    if "storage" in sku.lower():
        return None
    if _CACHED.search(sku):
        return "cache_read"
    sides = [side for side in ("input", "output") if re.search(rf"\b{side}\b", sku, re.IGNORECASE)]
    return sides[0] if len(sides) == 1 else None


def _model(sku: str) -> str:
    return without(_API.sub("", sku).strip(), _NO_MODEL) or sku


def _is_of_models(line: Line) -> bool:
    service = (line.text("service_description", "service") or "").lower()
    return any(name in service for name in _SERVICES)


def _row(line: Line) -> ExportRow:
    sku = _sku(line)
    unit = line.text("usage_unit")
    tokens = tokens_of(line.count("usage_amount"), unit) if _counts_tokens(sku) else None
    return ExportRow(
        *day_of(line, "usage_start_time", "usage_start_date", "usage_date"),
        _model(sku) if sku else None,
        {**figures_of(_kind(sku), tokens), **known({"cost": line.number("cost")})},
        line.text("currency") or "USD",
        tuple(filter(None, map(line.text, ("billing_account_id", "project_id")))),
        is_batch="batch" in sku.lower(),
    )


def _counts_tokens(sku: str) -> bool:
    lower = sku.lower()
    return "token" in lower or "predictions" in lower or "caching" in lower


def _fits(content: Content) -> bool:
    return content.has("usage_amount", "usage_unit") and bool(content.columns & {"sku_description", "sku"})


def _read(content: Content) -> Reading:
    lines = [line for line in content.lines if _is_of_models(line)]
    rows = tuple(map(_row, lines))
    unread = (
        f"{_sku(line)}: {line.text('usage_amount')} x {line.text('usage_unit')}"
        for line, row in zip(lines, rows, strict=True)
        if _counts_tokens(_sku(line)) and not row.figures.keys() - {"cost"}
    )
    days = (day_of(line, "usage_start_time", "usage_start_date", "usage_date") for line in content.lines)
    return Reading(rows, tuple(dict.fromkeys(unread)), tuple(dict.fromkeys(days)))


FORMAT = ExportFormat(
    "google-billing",
    "Google Cloud Billing",
    ("gcp.gemini", "gcp.vertex_ai", "gcp.gen_ai"),
    _fits,
    _read,
    "Google's invoice and console reports have days of Pacific time; these rows have UTC times.",
)
