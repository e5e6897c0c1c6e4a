"""OpenAI's usage API: the answer of ``GET /v1/organization/usage/completions``, also its other endpoints.

Source: https://platform.openai.com/docs/api-reference/usage/completions and the cookbook
https://cookbook.openai.com/examples/completions_usage_api. Buckets are in UTC, their edges in seconds since
1970. ``input_tokens`` includes ``input_cached_tokens`` and what is written to caches, text, audio and images.
``model`` and ``batch`` are null unless the request has ``group_by``.
"""

from __future__ import annotations

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, Span, known, unread_tokens

FIGURE_COLUMNS = {
    "calls": "num_model_requests",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "input_cached_tokens",
    "cache_write_input_tokens": "input_cache_write_tokens",
}
PARTS = frozenset(
    f"{side}{cached}{kind}_tokens"
    for side, cached in (("input_", ""), ("input_", "cached_"), ("output_", ""), ("input_", "cache_write_"))
    for kind in ("text", "audio", "image")
) | {"input_uncached_tokens"}
"""Columns whose tokens are in ``FIGURE_COLUMNS`` already."""
READ = frozenset(FIGURE_COLUMNS.values()) | PARTS


def row_of(line: Line, span: Span) -> ExportRow:
    """One result, of the API or of the dashboard's CSV file."""
    return ExportRow(
        *span,
        line.text("model"),
        known({name: line.count(column) for name, column in FIGURE_COLUMNS.items()}),
        accounts=tuple(filter(None, map(line.text, ("organization_id", "project_id", "api_key_id")))),
        is_batch=(line.text("batch") or "").lower() == "true",
    )


def _fits(content: Content) -> bool:
    return any(
        str(result.get("object", "")).startswith("organization.usage.")
        for page in content.pages
        for bucket in page["data"]
        if isinstance(bucket, dict)
        for result in bucket.get("results") or ()
        if isinstance(result, dict)
    )


def _read(content: Content) -> Reading:
    buckets = list(content.results("start_time", "end_time"))
    lines = [line for _start, _end, found in buckets for line in found]
    rows = tuple(row_of(line, (start, end)) for start, end, found in buckets for line in found)
    return Reading(rows, unread_tokens(lines, READ), tuple((start, end) for start, end, _found in buckets))


FORMAT = ExportFormat("openai-usage", "OpenAI usage API", ("openai",), _fits, _read)
