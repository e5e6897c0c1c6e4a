"""The bodies that a tap posts about calls in flight (docs/reference/protocol.md, "Hard limits").

An error names the field and what is allowed, never what a text holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from jupyter_llm_meter.core.allotments import MOST_CALLS, AllotmentRequest, AllotmentReturn
from jupyter_llm_meter.core.limit_reader import read_unpriced
from jupyter_llm_meter.core.limits import UNITS, Limit
from jupyter_llm_meter.core.reservation import run_caps
from jupyter_llm_meter.service.lines import CallText, read_call_text
from llm_meter_tap.wire.record import CallRecord, read_record
from llm_meter_tap.wire.shape import Shape, ShapeError, WireError, read_count, read_text

MOST_IDS = 10_000
LONGEST_NAME = 200
_MOST_TOKENS = 10**12


@dataclass(frozen=True)
class IncomingRequest:
    """A call that a program is about to send.

    Attributes:
        record: What is known of the call.
        text: What it sends, to be counted; None when the tap has no text.
        max_output_tokens: The most that the provider may write, None when the request sets no bound.
        is_text_only: The request holds nothing that is billed otherwise than by its text.
        caps: The caps on the runs that the call belongs to.
        allotment: The wish for an allotment for calls like this one.
        returned: What the process gives back before the call is decided on.
        holder: The spool of the process.
        may_wait: The answer may wait until other processes have given back what they do not need.
        input_tokens: What the text counts, where it was counted already; then there is no text.
    """

    record: CallRecord
    text: CallText | None = field(repr=False)
    max_output_tokens: int | None
    is_text_only: bool
    caps: Sequence[Limit]
    allotment: AllotmentRequest | None = None
    returned: Sequence[AllotmentReturn] = ()
    holder: str | None = None
    may_wait: bool = True
    input_tokens: int | None = None


@dataclass(frozen=True)
class UsageRequest:
    """Whose usage a tap asks for: that of some calls, or that of a kernel since an instant."""

    call_ids: Sequence[str]
    kernel_id: str | None = None
    since: datetime | None = None


def read_reservation_request(body: bytes, holder: str | None = None) -> IncomingRequest:
    """Read the body of ``/v1/reserve``.

    Args:
        body: The body.
        holder: The spool of the process that asks; without it, there is no allotment.

    Raises:
        WireError: It cannot be used.
    """
    shape = Shape.from_json(body)
    allotment = None if holder is None else shape.optional_object("allotment", partial(_allotment, holder))
    return IncomingRequest(
        record=read_record(shape.get("record") or {}, "record"),
        text=shape.optional_object("text", read_call_text),
        max_output_tokens=shape.optional_count("max_output_tokens", _MOST_TOKENS),
        is_text_only=shape.optional_flag("is_text_only") is True,
        caps=list({cap.id: cap for cap in _caps(shape)}.values()),
        allotment=allotment,
        returned=_returned(shape),
        holder=holder,
        may_wait=shape.optional_flag("may_wait") is not False,
        input_tokens=shape.optional_count("input_tokens", _MOST_TOKENS),
    )


def read_returned(body: bytes) -> list[AllotmentReturn]:
    """Read the body of ``/v1/return``.

    Raises:
        WireError: It cannot be used.
    """
    return _returned(Shape.from_json(body))


def read_call_ids(body: bytes) -> list[str]:
    """Read the body of ``/v1/renew``.

    Raises:
        WireError: It cannot be used.
    """
    return _call_ids(Shape.from_json(body))


def read_usage_request(body: bytes) -> UsageRequest:
    """Read the body of ``/v1/usage``.

    Raises:
        WireError: It cannot be used.
    """
    shape = Shape.from_json(body)
    if shape.get("ids") is not None:
        return UsageRequest(_call_ids(shape))
    return UsageRequest((), shape.text("kernel_id"), shape.time("since"))


def _allotment(holder: str, shape: Shape) -> AllotmentRequest:
    calls = shape.count("calls")
    if not 0 < calls <= MOST_CALLS:
        raise ShapeError(shape.at("calls"), f"a whole number from 1 to {MOST_CALLS}")
    return AllotmentRequest(shape.text("id", LONGEST_NAME), holder, calls, shape.count("input_bytes"))


def _returned(shape: Shape) -> list[AllotmentReturn]:
    if shape.get("returned") is None:
        return []
    return shape.items("returned", _one_returned, MOST_IDS)


def _one_returned(value: Any, path: str) -> AllotmentReturn:
    shape = Shape(value, path)
    keep = None if shape.get("keep") is None else shape.entries("keep", read_count)
    return AllotmentReturn(shape.text("id", LONGEST_NAME), keep)


def _call_ids(shape: Shape) -> list[str]:
    return list(dict.fromkeys(shape.items("ids", read_text, MOST_IDS)))


def _caps(request: Shape) -> list[Limit]:
    """The caps on the call's run and on the runs around it, which a JSON parser has bounded in depth."""
    caps: list[Limit] = []
    run = request.optional_object("run", _itself)
    while run is not None:
        read = run.items("caps", _cap)
        unpriced = {unit: way for unit, _amount, way in read}
        amounts = {unit: amount for unit, amount, _way in read}
        caps += run_caps(run.text("id", LONGEST_NAME), list(amounts.items()), unpriced)
        run = run.optional_object("within", _itself)
    return caps


def _itself(shape: Shape) -> Shape:
    return shape


def _cap(value: Any, path: str) -> tuple[str, Decimal, str | Decimal]:
    cap = Shape(value, path)
    given = cap.get("unpriced")
    unpriced = "allow" if given is None else read_unpriced(given)
    if unpriced is None:
        raise WireError(f"{path}.unpriced must be allow, block or a price ceiling greater than 0")
    return cap.choice("unit", UNITS), cap.amount("amount"), unpriced
