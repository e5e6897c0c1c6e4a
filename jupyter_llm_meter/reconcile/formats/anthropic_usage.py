"""Anthropic's Usage and Cost Admin API: the answer of ``GET /v1/organizations/usage_report/messages``.

Source: https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages. Buckets are snapped to
minutes, hours or days in UTC. The input is split into ``uncached_input_tokens``, ``cache_read_input_tokens``
and ``cache_creation`` by its time to live; none of them includes another. There is no number of requests.
"""

from __future__ import annotations

from decimal import Decimal

from jupyter_llm_meter.reconcile.content import Content, Line
from jupyter_llm_meter.reconcile.export import ExportFormat, ExportRow, Reading, Span, unread_tokens

_WRITES = (
    "cache_creation.ephemeral_5m_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
)
_READ = frozenset({*_WRITES, "uncached_input_tokens", "cache_read_input_tokens", "output_tokens"})


def split_input(
    uncached: Decimal | None, read: Decimal | None, written: tuple[Decimal | None, ...]
) -> dict[str, Decimal]:
    """The ledger's figures of an input that is given in parts; a sum is unknown where all parts are."""
    writes = [each for each in written if each is not None]
    parts = [each for each in (uncached, read, *writes) if each is not None]
    found = {} if not parts else {"input_tokens": sum(parts, Decimal(0))}
    if read is not None:
        found["cache_read_input_tokens"] = read
    if writes:
        found["cache_write_input_tokens"] = sum(writes, Decimal(0))
    return found


def _row(line: Line, span: Span) -> ExportRow:
    figures = split_input(
        line.count("uncached_input_tokens"),
        line.count("cache_read_input_tokens"),
        tuple(map(line.count, _WRITES)),
    )
    output = line.count("output_tokens")
    return ExportRow(
        *span,
        line.text("model"),
        figures if output is None else {**figures, "output_tokens": output},
        accounts=tuple(filter(None, map(line.text, ("organization_id", "workspace_id", "api_key_id")))),
        is_batch=line.text("service_tier") == "batch",
    )


def _fits(content: Content) -> bool:
    return any(
        isinstance(result, dict) and "uncached_input_tokens" in result
        for page in content.pages
        for bucket in page["data"]
        if isinstance(bucket, dict) and "starting_at" in bucket
        for result in bucket.get("results") or ()
    )


def _read(content: Content) -> Reading:
    buckets = list(content.results("starting_at", "ending_at"))
    rows = tuple(_row(line, (start, end)) for start, end, lines in buckets for line in lines)
    unread = unread_tokens((line for _start, _end, lines in buckets for line in lines), _READ)
    return Reading(rows, unread, tuple((start, end) for start, end, _lines in buckets))


FORMAT = ExportFormat("anthropic-usage", "Anthropic usage report API", ("anthropic",), _fits, _read)
