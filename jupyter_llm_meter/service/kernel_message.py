"""Reading the kernel message (docs/architecture.md, "The kernel message").

A message is not trusted: any code in a kernel can send one. So a message can only be about its own kernel,
and one that cannot be read is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from llm_meter_tap.delivery.kernel_message import COMM_ID
from llm_meter_tap.wire.record import CallRecord, RecordError

VERSION = 1
_MOST_RECENT = 100


@dataclass(frozen=True)
class KernelMessage:
    """What a tap reported.

    Attributes:
        tap: The tap, new with each start of the kernel.
        seq: The number of this call, from 1; without a record, how many calls were reported so far.
        recent: Ids of the calls before, oldest first, the newest of them only.
        input_tokens: Sum of the calls before.
        output_tokens: Sum of the calls before.
        record: The call; None in a message that only says that the tap is active.
    """

    tap: str
    seq: int
    recent: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    record: CallRecord | None = None


def read_message(content: object, kernel_id: str) -> KernelMessage | None:
    """Read a ``comm_msg``'s content; None for one that is not ours or not as it must be.

    Args:
        content: The content.
        kernel_id: The kernel it came from, which is the one that its call belongs to.
    """
    data = content.get("data") if isinstance(content, Mapping) and content.get("comm_id") == COMM_ID else None
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        return None
    totals = data.get("totals")
    recent = data.get("recent")
    if not isinstance(totals, Mapping) or not isinstance(recent, list) or len(recent) > _MOST_RECENT:
        return None
    names = (data.get("tap"), *recent)
    figures = (data.get("seq"), totals.get("input_tokens"), totals.get("output_tokens"))
    if not all(map(_is_count, figures)) or not all(isinstance(name, str) for name in names):
        return None
    try:
        record = _record(data.get("record"), kernel_id)
    except RecordError:
        return None
    seq, read, written = (int(figure or 0) for figure in figures)
    return KernelMessage(str(names[0]), seq, tuple(recent), read, written, record)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _record(given: Any, kernel_id: str) -> CallRecord | None:
    if given is None:
        return None
    return replace(CallRecord.from_wire(given), kernel_id=kernel_id, source="message")
