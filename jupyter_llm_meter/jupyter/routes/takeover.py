"""Reading what a page hands over that has done without the server part (``POST takeover``).

Owns the body's shape, the twin of ``src/core/alone/hand-over.ts``; refuses the whole of it when one part
cannot be read, so that the page keeps all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from jupyter_llm_meter.jupyter.arguments import ArgumentError, instant
from jupyter_llm_meter.ledger import Part, Seen
from jupyter_llm_meter.ledger.rows import QUARTER_US, Row, to_pico, to_us
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUMS
from llm_meter_tap.wire.record import CallRecord, RecordError

MOST_PARTS = 200
MOST_ROWS = 20_000
LONGEST_NAME = 1_000
LARGEST_SUM = 10**15

_COUNTS = tuple(name for name in SUMS if name not in ("tokens", "cost_pico"))

Item = TypeVar("Item")


def hand_over(body: Any) -> tuple[list[Part], list[Seen]]:
    """Read the body.

    Raises:
        ArgumentError: It is something else; the message names the place.
    """
    if not isinstance(body, dict):
        raise ArgumentError('The body must be {"parts": [...], "acknowledged": [...]}.')
    return (
        _each(body, "parts", "", _part, MOST_PARTS),
        [seen for seen in _each(body, "acknowledged", "", _seen, MOST_ROWS) if seen is not None],
    )


def _part(value: Any, where: str) -> Part:
    part = _object(value, where)
    return Part(
        id=_text(part, "id", where),
        base=_count(part, "base", where),
        revision=_count(part, "revision", where),
        records=_each(part, "records", where, _record, MOST_ROWS),
        sums=_each(part, "rollups", where, _row, MOST_ROWS),
    )


def _record(value: Any, where: str) -> CallRecord:
    try:
        record = CallRecord.from_wire(_object(value, where))
    except RecordError as error:
        raise ArgumentError(f"{where}: {error}") from None
    # Whose it is and what it cost is for the service to say.
    return replace(record, user_id=None, cost_amount=None, cost_currency=None, cost_source=None)


def _row(value: Any, where: str) -> Row:
    given = _object(value, where)
    start = instant(f"{where}.quarter", _text(given, "quarter", where))
    assert start is not None  # the text was there
    started_at = to_us(start)
    if started_at % QUARTER_US:
        raise ArgumentError(f"{where}.quarter is {given['quarter']!r}; it must begin a quarter hour.")
    counts = {name: _count(given, name, where) if name in given else 0 for name in _COUNTS}
    return {
        "started_at": started_at,
        **{name: _text(given, name, where) if name in given else None for name in SERIES_COLUMNS},
        **counts,
        "tokens": counts["input_tokens"] + counts["output_tokens"],
        "cost_pico": to_pico(_cost(given, where)),
    }


def _seen(value: Any, where: str) -> Seen | None:
    """An alert by its id in the page, which is JSON; an id of another form is an alert of nobody's."""
    try:
        limit_id, subject, threshold, window_start, amount = json.loads(value)
        start = instant(where, window_start)
        if start is None or not isinstance(subject, str | None):
            return None
        return Seen(str(limit_id), subject, float(threshold), start, str(amount))
    except (TypeError, ValueError):
        return None


def _each(
    parent: Mapping[str, Any], name: str, where: str, read: Callable[[Any, str], Item], most: int
) -> list[Item]:
    place = f"{where}.{name}" if where else name
    values = parent.get(name)
    if not isinstance(values, list) or len(values) > most:
        raise ArgumentError(f"{place} must be a list of at most {most}.")
    return [read(value, f"{place}[{index}]") for index, value in enumerate(values)]


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ArgumentError(f"{where} is not a JSON object.")
    return value


def _text(parent: Mapping[str, Any], name: str, where: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise ArgumentError(f"{where}.{name} must be a text of 1 to {LONGEST_NAME} characters.")
    return value


def _count(parent: Mapping[str, Any], name: str, where: str) -> int:
    value = parent.get(name)
    if type(value) is not int or not 0 <= value <= LARGEST_SUM:
        raise ArgumentError(f"{where}.{name} must be a whole number of at least 0.")
    return value


def _cost(parent: Mapping[str, Any], where: str) -> Decimal:
    value = parent.get("cost", "0")
    try:
        cost = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        cost = Decimal("NaN")
    if not cost.is_finite() or not 0 <= cost <= 10**6:
        raise ArgumentError(f"{where}.cost is {value!r}; it must be a decimal string.")
    return cost
