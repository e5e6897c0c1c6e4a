"""Questions to the ledger that sums answer: usage by group, summaries; and which calls it knows.

Reads only. Ranges are half-open, ``start <= started_at < end``; a missing bound is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from jupyter_llm_meter.core.standing import format_decimal
from jupyter_llm_meter.ledger.archive.marks import known_to_archive
from jupyter_llm_meter.ledger.duplicates import stored_rows
from jupyter_llm_meter.ledger.history import sums_by
from jupyter_llm_meter.ledger.rows import from_pico, stored_id, sums, to_us
from jupyter_llm_meter.ledger.schema import SUMS, merged_calls
from jupyter_llm_meter.ledger.sql import Sql

_IDS_PER_QUERY = 500
_KNOWN = Sql("SELECT call_id FROM call_rows WHERE call_id IN (?*)")
_SUMMARY_FIGURES = ("calls", "input_tokens", "output_tokens", "unpriced_calls", "missing_calls")


def known_ids(connection: Connection, call_ids: Sequence[str]) -> set[str]:
    """Those of the ids whose calls are in the ledger, under this id or another, or in its archive."""
    known: set[str] = set()
    for first in range(0, len(call_ids), _IDS_PER_QUERY):
        ids = call_ids[first : first + _IDS_PER_QUERY]
        named = {stored_id(connection, call_id): call_id for call_id in ids}
        known.update(named[stored] for (stored,) in _KNOWN.all(connection, list(named)))
        known.update(
            connection.scalars(select(merged_calls.c.call_id).where(merged_calls.c.call_id.in_(ids)))
        )
    return known | known_to_archive(connection, [each for each in call_ids if each not in known])


def summary(connection: Connection, start: datetime, end: datetime | None) -> dict[str, Any]:
    """The sums of a range, as ``today`` and ``month`` of the standing document give them."""
    figures = sums_by(connection, None, to_us(start), None if end is None else to_us(end))
    return sums_row(figures.get(None, (0,) * len(SUMS)), _SUMMARY_FIGURES)


def summary_of_calls(connection: Connection, call_ids: Sequence[str]) -> dict[str, Any]:
    """The sums of some calls, as `summary` gives them; those that the ledger does not know add nothing."""
    totals = (0,) * len(SUMS)
    for row in stored_rows(connection, call_ids).values():
        totals = tuple(map(sum, zip(totals, sums(row), strict=True)))
    return sums_row(totals, _SUMMARY_FIGURES)


def summary_of_kernel(connection: Connection, kernel_id: str, since: datetime) -> dict[str, Any]:
    """The sums of a kernel's calls from an instant on, as `summary` gives them."""
    figures = sums_by(connection, None, to_us(since), None, [("kernel_id", kernel_id)])
    return sums_row(figures.get(None, (0,) * len(SUMS)), _SUMMARY_FIGURES)


def sums_row(figures: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """Some of ``SUMS`` by their names; with ``cost``, in dollars, when a call was priced."""
    values = dict(zip(SUMS, figures, strict=True))
    row: dict[str, Any] = {name: values[name] for name in names}
    if values["priced_calls"]:
        row["cost"] = format_decimal(from_pico(values["cost_pico"]))
    return row
