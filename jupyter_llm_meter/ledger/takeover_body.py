"""Reads the parts that pages send (``POST takeover``).

The page in local mode writes this body. If one part cannot be read, the whole body is refused, so that the
page keeps everything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from jupyter_llm_meter.ledger.rows import QUARTER_US, Row, to_pico, to_us
from jupyter_llm_meter.ledger.schema import SERIES_COLUMNS, SUMS
from jupyter_llm_meter.ledger.takeover import Seen, TakeoverPart
from llm_meter_tap.wire.record import CallRecord, read_record
from llm_meter_tap.wire.shape import Shape, ShapeError, parse_time, read_text

MOST_PARTS = 200
MOST_ROWS = 20_000
LONGEST_NAME = 1_000
LARGEST_SUM = 10**15
LARGEST_COST = Decimal(10) ** 6

_COUNTS = tuple(name for name in SUMS if name not in ("tokens", "cost_pico"))


def read_takeover(body: Shape) -> tuple[list[TakeoverPart], list[Seen]]:
    """Read the body: the parts, and the alerts that a page has shown.

    Raises:
        WireError: A part cannot be read; the message names the place.
    """
    seen = body.items("acknowledged", _seen, MOST_ROWS)
    return body.items("parts", _part, MOST_PARTS), [each for each in seen if each is not None]


def _part(value: Any, path: str) -> TakeoverPart:
    part = Shape(value, path)
    return TakeoverPart(
        id=part.text("id", LONGEST_NAME),
        base=part.count("base", LARGEST_SUM),
        revision=part.count("revision", LARGEST_SUM),
        records=part.items("records", _record, MOST_ROWS),
        sums=part.items("rollups", _row, MOST_ROWS),
    )


def _record(value: Any, path: str) -> CallRecord:
    record = read_record(value, path)
    # The service decides whose call it is and what it cost.
    return replace(record, user_id=None, cost_amount=None, cost_currency=None, cost_source=None)


def _row(value: Any, path: str) -> Row:
    row = Shape(value, path)
    started_at = to_us(row.time("quarter"))
    if started_at % QUARTER_US:
        raise ShapeError(row.at("quarter"), "the beginning of a quarter hour")
    counts = {name: row.optional_count(name, LARGEST_SUM) or 0 for name in _COUNTS}
    counts["calls"] = row.count("calls", LARGEST_SUM)
    return {
        "started_at": started_at,
        **{name: row.optional_text(name, LONGEST_NAME) for name in SERIES_COLUMNS},
        **counts,
        "tokens": counts["input_tokens"] + counts["output_tokens"],
        "cost_pico": to_pico(row.optional_money("cost", LARGEST_COST) or Decimal(0)),
    }


def _seen(value: Any, path: str) -> Seen | None:
    """An alert by its id in the page, which is JSON; None for an id of another form, which names no alert."""
    text = read_text(value, path)
    try:
        limit_id, subject, threshold, window_start, amount = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
    start = parse_time(window_start)
    is_fit = isinstance(subject, str | None) and isinstance(threshold, int | float) and 0 <= threshold <= 1
    if start is None or not is_fit:
        return None
    return Seen(str(limit_id), subject, float(threshold), start, str(amount))
