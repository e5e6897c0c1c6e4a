"""Reading what taps ask about calls in flight (docs/architecture.md, "A hard limit").

Owns the three bodies; an error names the field and what is allowed, never what the text holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from jupyter_llm_meter.core.limits import UNITS, Limit
from jupyter_llm_meter.core.reservation import run_caps
from jupyter_llm_meter.service.lines import LineError, Text, read_text
from llm_meter_tap.wire.record import CallRecord, RecordError

MOST_IDS = 10_000
LONGEST_NAME = 200
_MOST_TOKENS = 10**12


class RequestError(ValueError):
    """A body that cannot be used; says which field and what is allowed."""


@dataclass(frozen=True)
class ReserveRequest:
    """A call that wants to be sent; see `core.reservation.Ask`."""

    record: CallRecord
    text: Text | None = field(repr=False)
    max_output_tokens: int | None
    is_text_only: bool
    caps: Sequence[Limit]


@dataclass(frozen=True)
class UsageRequest:
    """Whose usage is asked for: some calls', or a kernel's from an instant on."""

    call_ids: Sequence[str]
    kernel_id: str | None = None
    since: datetime | None = None


def read_reserve(body: bytes) -> ReserveRequest:
    """Read the body of ``/v1/reserve``.

    Raises:
        RequestError: It cannot be used.
    """
    fields = _object(body)
    try:
        record = CallRecord.from_wire(fields.get("record") or {})
    except RecordError as error:
        raise RequestError(f"record: {error}") from None
    try:
        text = read_text(fields.get("text"))
    except LineError as error:
        raise RequestError(str(error)) from None
    is_text_only = fields.get("is_text_only")
    if not isinstance(is_text_only, bool | None):
        raise RequestError("is_text_only must be true or false, or absent.")
    return ReserveRequest(
        record=record,
        text=text,
        max_output_tokens=_tokens(fields.get("max_output_tokens")),
        is_text_only=is_text_only is True,
        caps=list({cap.id: cap for cap in _caps(fields.get("run"))}.values()),
    )


def read_ids(body: bytes) -> list[str]:
    """Read the body of ``/v1/renew``.

    Raises:
        RequestError: It cannot be used.
    """
    return _ids(_object(body))


def read_usage(body: bytes) -> UsageRequest:
    """Read the body of ``/v1/usage``.

    Raises:
        RequestError: It cannot be used.
    """
    fields = _object(body)
    if "ids" in fields:
        return UsageRequest(_ids(fields))
    kernel_id, since = fields.get("kernel_id"), _instant(fields.get("since"))
    if not isinstance(kernel_id, str) or not kernel_id or since is None:
        raise RequestError("The body must hold ids, or kernel_id and since, an RFC 3339 time with Z.")
    return UsageRequest((), kernel_id, since)


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise RequestError("The body must be a JSON object in UTF-8.")
    return fields


def _ids(fields: Mapping[str, Any]) -> list[str]:
    ids = fields.get("ids")
    if not isinstance(ids, list) or len(ids) > MOST_IDS or not all(isinstance(each, str) for each in ids):
        raise RequestError(f"ids must be a list of at most {MOST_IDS} ids of calls.")
    return list(dict.fromkeys(ids))


def _tokens(given: Any) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= _MOST_TOKENS:
        raise RequestError("max_output_tokens must be a whole number of at least 0, or absent.")
    return given


def _caps(run: Any) -> list[Limit]:
    """The caps on a run, and on those that it is within; JSON cannot nest deeper than Python reads it."""
    if run is None:
        return []
    run_id = run.get("id") if isinstance(run, dict) else None
    if not isinstance(run_id, str) or not 0 < len(run_id) <= LONGEST_NAME:
        raise RequestError(f"run must be an object with an id of 1 to {LONGEST_NAME} characters.")
    caps = run.get("caps")
    if not isinstance(caps, list):
        raise RequestError("run.caps must be a list of caps.")
    amounts = dict(_cap(number, cap) for number, cap in enumerate(caps, start=1))
    return [*run_caps(run_id, list(amounts.items())), *_caps(run.get("within"))]


def _cap(number: int, cap: Any) -> tuple[str, Decimal]:
    unit = cap.get("unit") if isinstance(cap, dict) else None
    if unit not in UNITS:
        raise RequestError(f"run.caps {number}: unit must be one of {', '.join(UNITS)}.")
    try:
        amount = Decimal(cap["amount"]) if isinstance(cap.get("amount"), str) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise RequestError(f"run.caps {number}: amount must be a decimal string above 0.")
    return str(unit), amount


def _instant(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.upper().replace("Z", "+00:00")) if isinstance(text, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
