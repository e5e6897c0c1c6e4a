"""Between a call's record and its row, and what a row adds to every sum.

The only place that decides what a call counts for; rollups, counters and queries add up what `sums` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from jupyter_llm_meter.ledger.raw_usage import put_together, taken_apart
from jupyter_llm_meter.ledger.schema import LEVELS, OWN_COLUMNS, SUMS, UNIT_SUMS, calls
from jupyter_llm_meter.ledger.sql import Values, is_postgresql
from llm_meter_tap.wire.record import CallRecord

PICO = Decimal(10) ** 12
"""Picodollars in a dollar."""

QUARTER_US = LEVELS["quarter"] or 0
"""Microseconds of the finest rollup. Every zone's offset is a multiple of a quarter hour since 1972."""

FIGURES = ("reported", "counted", "partial")
"""The bases that come with figures."""

UNPRICED_CALLS, UNPRICED_TOKENS = "unpriced_calls", "unpriced_tokens"
"""Units of the counters beside limits in dollars, see `unpriced.py`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_LARGEST_COUNT = 10**12
_LARGEST_COST = Decimal(10) ** 5
_RECORD_FIELDS = tuple(field.name for field in fields(CallRecord))
_COUNTS = tuple(name for name in _RECORD_FIELDS if name.endswith("_tokens"))
_DOCUMENTS = ("usage_flags", "usage_tool_calls")
_CONVERTED = ("started_at", "usage_raw", *_DOCUMENTS, "cost_amount")
_NOT_KEPT = ("allotment_id",)
_PLAIN_FIELDS = tuple(name for name in _RECORD_FIELDS if name not in (*_CONVERTED, *_NOT_KEPT))
_CONTEXT_FIELDS = (
    "operation_name", "provider_name", "request_model", "server_address", "server_port", "agent_name",
    "program_name", "user_id", "team", "key_fingerprint", "project", "kernel_id", "notebook_path", "cell_id",
    "run_id",
)  # fmt: skip

_COST = SUMS.index("cost_pico")
_TEXTS = itemgetter(
    *(field.name for field in fields(CallRecord) if field.name in _PLAIN_FIELDS and "str" in str(field.type))
)
_NUMBERS = ("id", "series_id", "kind_id", "place_id")
STORED = tuple(column.name for column in calls.columns if column.name not in _NUMBERS)
"""The columns of `calls` without the numbers of rows."""

_HEX_ID = re.compile("[0-9a-f]{32}")

Row = dict[str, Any]


def to_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """The instant of microseconds since 1970, UTC."""
    return _EPOCH + us * _MICROSECOND


def to_pico(amount: Decimal) -> int:
    """Whole picodollars of a dollar amount, ties to even."""
    return int((amount * PICO).to_integral_value(rounding=ROUND_HALF_EVEN))


def from_pico(pico: int) -> Decimal:
    """The dollar amount of picodollars."""
    return Decimal(pico).scaleb(-12).normalize()


def sound(record: CallRecord) -> CallRecord:
    """A record that can be summed: an impossibly large count or cost is a damaged figure and becomes
    unknown."""
    damaged = [name for name in _COUNTS if (getattr(record, name) or 0) > _LARGEST_COUNT]
    if damaged:
        unknown: dict[str, Any] = dict.fromkeys(damaged)
        record = replace(record, basis="missing", **unknown)
    if record.cost_amount is not None and record.cost_amount > _LARGEST_COST:
        record = replace(record, cost_amount=None, cost_currency=None, cost_source=None)
    return record


def to_row(record: CallRecord) -> Row:
    """The row of `calls` for a record, its contributions to the sums included."""
    values = vars(record)
    row: Row = {name: values[name] for name in _PLAIN_FIELDS}
    texts = "".join([text for text in _TEXTS(row) if isinstance(text, str)])
    if not texts.isascii() or "\0" in texts:
        row = {name: storable(value) for name, value in row.items()}
    row["started_at"] = to_us(record.started_at)
    for name in _DOCUMENTS:
        document = values[name]
        row[name] = None if document is None else json.dumps(document)
    row["usage_shape"], row["usage_values"] = taken_apart(record.usage_raw)
    row["model"] = row["response_model"] or row["request_model"]
    row["calls"] = int(record.status != "refused")  # it was never sent
    row["missing_calls"] = int(record.basis == "missing")
    row |= cost_columns(record)
    row["tokens"] = record.total_tokens or 0
    return row


def cost_columns(record: CallRecord) -> Row:
    """What a row of `calls` has of a record's cost."""
    is_priced = record.cost_amount is not None and record.cost_currency in (None, "USD")
    return {
        "cost_pico": None if record.cost_amount is None else to_pico(record.cost_amount),
        "cost_currency": storable(record.cost_currency),
        "cost_source": storable(record.cost_source),
        "priced_calls": int(is_priced),
        "unpriced_calls": int(record.basis in FIGURES and not is_priced),
    }


def row_of(values: Sequence[Any]) -> Row:
    """The row of `calls` whose values the database gave in the order of `STORED`."""
    row = dict(zip(STORED, values, strict=True))
    if row["is_stream"] is not None:
        row["is_stream"] = bool(row["is_stream"])
    return row


def to_record(row: Mapping[str, Any]) -> CallRecord:
    """The record that a row of `calls` holds."""
    values = {name: row[name] for name in _PLAIN_FIELDS}
    values.update((name, None if row[name] is None else json.loads(row[name])) for name in _DOCUMENTS)
    return CallRecord(
        **values,
        usage_raw=put_together(row["usage_shape"], row["usage_values"]),
        started_at=from_us(row["started_at"]),
        cost_amount=None if row["cost_pico"] is None else from_pico(row["cost_pico"]),
    )


def sums(row: Mapping[str, Any]) -> tuple[int, ...]:
    """What a row of `calls` adds to each of `SUMS`. Money in another currency than dollars adds nothing."""
    figures = [row[name] or 0 for name in SUMS]
    if not row["priced_calls"]:
        figures[_COST] = 0
    return tuple(figures)


def counted_figure(row: Mapping[str, Any], unit: str) -> int:
    """What a row of `calls`, or of sums that were taken over, adds to a counter of a unit.

    Sums of several calls do not say which of their tokens had no price: these are not counted.
    """
    if unit == UNPRICED_TOKENS:
        return int(row["tokens"]) if row["unpriced_calls"] and "call_id" in row else 0
    if unit == "USD" and not row["priced_calls"]:
        return 0
    return int(row[UNIT_SUMS[unit]] or 0)


def completed(record: CallRecord, known: CallRecord) -> CallRecord:
    """A record with figures that takes the place of a known one, with the context that only that one knew."""
    context = {name: getattr(known, name) for name in _CONTEXT_FIELDS if getattr(record, name) is None}
    return replace(record, **context)


def span_start(started_at_us: int, level: str) -> int:
    """The start of the span of a level that holds an instant."""
    span = LEVELS[level]
    return 0 if span is None else started_at_us - started_at_us % span


def stored_id(connection: Connection, call_id: str) -> str | bytes:
    """A call's id as its row has it."""
    is_short = not is_postgresql(connection) and _HEX_ID.fullmatch(call_id)
    return bytes.fromhex(call_id) if is_short else storable(call_id)


def own_values(row: Mapping[str, Any]) -> Values:
    """What a call's row has for itself, in the order of `OWN_COLUMNS` without the id."""
    return (
        row["started_at"],
        row["response_id"],
        row["run_id"],
        _to_us(row["duration_s"]),
        _to_us(row["time_to_first_chunk_s"]),
        *_OWN_FIGURES(row),
    )


def _to_us(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1e6)


_OWN_FIGURES = itemgetter(*OWN_COLUMNS[6:])


def storable(value: Any) -> Any:
    """Text as both databases take it: lone surrogates (legal in JSON) and NUL cannot be stored."""
    if isinstance(value, str) and not (value.isascii() and "\0" not in value):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return value
