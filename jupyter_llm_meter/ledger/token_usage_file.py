"""Reads ``token_usage.json``, in which a widely copied script sums up the tokens of its calls.

The file is ``{"total_used": n, "records": [{"timestamp", "input_tokens", "output_tokens", "cumulative"}]}``.
A record becomes a call whose id is made of what the file says of it, so that it counts once, however often
the file is imported and however much it has grown meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from typing import Any

from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import Shape, ShapeError

MOST_TOKENS = 10**12
"""More in one record is a damaged figure."""


@dataclass(frozen=True)
class TokenUsageFile:
    """What a file says.

    Attributes:
        calls: A call for each record, in the file's order.
        zoneless: How many of the times had no zone.
        unrecorded_tokens: The tokens of the file's total that no record has, as after records were removed;
            negative where the records have more. None without a total.
    """

    calls: list[CallRecord]
    zoneless: int
    unrecorded_tokens: int | None


@dataclass(frozen=True)
class _Entry:
    """One record, and its time as the file has it."""

    stamp: Any
    at: datetime
    is_zoneless: bool
    input_tokens: int
    output_tokens: int
    cumulative: int | None


def read_token_usage(
    content: bytes, zone: tzinfo, user_id: str, team: str | None, program_name: str
) -> TokenUsageFile:
    """Read a file; either all of it is right, or none of it is taken.

    Args:
        content: The file's bytes.
        zone: Where times are from that don't say it.
        user_id: Whose calls they are.
        team: The user's team.
        program_name: What made the calls, for people.

    Raises:
        ShapeError: The file or a record is not as it must be; names the record and what is allowed.
    """
    body = Shape.from_json(content)
    entries = body.items("records", lambda value, path: _entry(Shape(value, path), zone))
    total = body.optional_count("total_used", MOST_TOKENS)
    seen: Counter[str] = Counter()
    calls = []
    for entry in entries:
        said = json.dumps([entry.stamp, entry.input_tokens, entry.output_tokens, entry.cumulative])
        # Equal records are calls of their own.
        seen[said] += 1
        calls.append(
            CallRecord(
                call_id=hashlib.sha256(f"token_usage.json {seen[said]} {said}".encode()).hexdigest()[:32],
                started_at=entry.at,
                status="ok",
                basis="reported",
                source="import",
                input_tokens=entry.input_tokens,
                output_tokens=entry.output_tokens,
                user_id=user_id,
                team=team,
                program_name=program_name,
            )
        )
    recorded = sum(entry.input_tokens + entry.output_tokens for entry in entries)
    return TokenUsageFile(
        calls,
        zoneless=sum(entry.is_zoneless for entry in entries),
        unrecorded_tokens=None if total is None else total - recorded,
    )


def _entry(record: Shape, zone: tzinfo) -> _Entry:
    stamp = record.get("timestamp")
    at = _time(stamp)
    if at is None:
        raise ShapeError(record.at("timestamp"), "a time such as 2026-11-01T12:00:00, or seconds since 1970")
    is_zoneless = at.tzinfo is None
    try:
        utc = (at.replace(tzinfo=zone) if is_zoneless else at).astimezone(timezone.utc)
    except OverflowError:
        raise ShapeError(record.at("timestamp"), "a time in the years that calendars have") from None
    return _Entry(
        stamp,
        utc,
        is_zoneless,
        record.count("input_tokens", MOST_TOKENS),
        record.count("output_tokens", MOST_TOKENS),
        record.optional_count("cumulative", MOST_TOKENS),
    )


def _time(stamp: Any) -> datetime | None:
    """A time with or without a zone; None for what is no time."""
    try:
        if isinstance(stamp, str):
            return datetime.fromisoformat(stamp.strip().replace("Z", "+00:00"))
        if isinstance(stamp, (int, float)) and not isinstance(stamp, bool):
            return datetime.fromtimestamp(stamp, timezone.utc)
    except (ValueError, OverflowError, OSError):
        pass
    return None
