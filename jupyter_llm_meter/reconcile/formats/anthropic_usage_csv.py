"""Anthropic's Console, *Usage*: the CSV file of tokens.

Source: https://support.claude.com/en/articles/9534590-cost-and-usage-reporting-in-the-claude-console; the
columns are those of exports in public. ``usage_date_utc`` is a UTC day, or an hour where the chart shows
hours. Files from before the one-hour cache have one column of cache writes.
"""

from __future__ import annotations

from datetime import timedelta

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import DAY, ExportFormat, ExportRow, Reading, Span, unread_tokens
from jupyter_llm_meter.reconcile.formats.anthropic_usage import split_input

_HOUR = timedelta(hours=1)
_WRITES = (
    "usage_input_tokens_cache_write_5m",
    "usage_input_tokens_cache_write_1h",
    "usage_input_tokens_cache_write",
)
_READ = frozenset({"usage_output_tokens"})


def _span(line: Line) -> Span:
    start = line.time("usage_date_utc")
    return start, start + (_HOUR if "T" in (line.text("usage_date_utc") or "") and start.hour else DAY)


def _row(line: Line) -> ExportRow:
    figures = split_input(
        line.count("usage_input_tokens_no_cache"),
        line.count("usage_input_tokens_cache_read"),
        tuple(map(line.count, _WRITES)),
    )
    output = line.count("usage_output_tokens")
    return ExportRow(
        *_span(line),
        line.text("model_version", "model"),
        figures if output is None else {**figures, "output_tokens": output},
        accounts=tuple(filter(None, map(line.text, ("workspace", "api_key")))),
        is_batch=line.text("usage_type") == "batch",
    )


def _fits(content: Content) -> bool:
    return content.has("usage_date_utc", "usage_input_tokens_no_cache", "usage_output_tokens")


def _read(content: Content) -> Reading:
    return Reading(tuple(map(_row, content.lines)), unread_tokens(content.lines, _READ))


FORMAT = ExportFormat("anthropic-usage-csv", "Anthropic Console, usage", ("anthropic",), _fits, _read)
