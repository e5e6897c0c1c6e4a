"""Arguments of requests, read strictly: what is not allowed is named together with what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from llm_meter_tap.wire.record import CallRecord, RecordError


class ArgumentError(ValueError):
    """An argument that cannot be used; the message names it and what is allowed."""


def instant(name: str, text: str | None) -> datetime | None:
    """Read a time; a Z or an offset is needed, because a wall clock's time is not an instant.

    Raises:
        ArgumentError: It is none.
    """
    if text is None:
        return None
    try:
        # Python 3.10's fromisoformat does not read the Z of RFC 3339.
        at = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ArgumentError(f"{name} is {text!r}; it must be a time such as 2026-11-23T20:00:00Z.")
    return at


def number(name: str, text: str, least: int, most: int) -> int:
    """Read a whole number.

    Raises:
        ArgumentError: It is none, or out of bounds.
    """
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise ArgumentError(f"{name} is {text!r}; it must be a whole number from {least} to {most}.")
    return int(text)


def choice(name: str, text: str, allowed: Sequence[str]) -> str:
    """Read one of several words.

    Raises:
        ArgumentError: It is none of them.
    """
    if text not in allowed:
        raise ArgumentError(f"{name} is {text!r}; allowed are {', '.join(allowed)}.")
    return text


def zone_name(name: str, text: str) -> str:
    """Read the name of a time zone.

    Raises:
        ArgumentError: There is no such zone.
    """
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ArgumentError(f"{name} is {text!r}; it must be an IANA name such as Asia/Shanghai.") from None
    return text


def calls_in_outputs(body: Any, most: int) -> list[CallRecord]:
    """Read the calls that a frontend found in a kernel's outputs.

    Whose they are and what they cost is for the service to say, so it is not taken from the request.

    Args:
        body: `{"records": [...]}` with public records, their source `output`.
        most: How many records there may be.

    Raises:
        ArgumentError: It is something else; the message numbers the record from 1.
    """
    rows = body.get("records") if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) > most:
        raise ArgumentError(f'The body must be {{"records": [...]}} with at most {most} records.')
    return [_call_in_output(number, row) for number, row in enumerate(rows, start=1)]


def _call_in_output(number: int, row: Any) -> CallRecord:
    if not isinstance(row, dict):
        raise ArgumentError(f"record {number}: not a JSON object.")
    try:
        record = CallRecord.from_wire(row)
    except RecordError as error:
        raise ArgumentError(f"record {number}: {error}") from None
    if record.source != "output":
        raise ArgumentError(f"record {number}: llm_meter.call.source must be output, not {record.source}.")
    return replace(record, user_id=None, team=None, cost_amount=None, cost_currency=None, cost_source=None)
