"""Reading the kernel message (docs/reference/protocol.md, "The kernel message").

A message is not trusted: any code in a kernel can send one. So a message can only be about its own kernel,
and one that cannot be read is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from llm_meter_tap.delivery.kernel_message import COMM_ID
from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import Shape, WireError, read_text

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
    try:
        message = Shape(content)
        return _read(message.object("data"), kernel_id) if message.get("comm_id") == COMM_ID else None
    except WireError:
        return None


def _read(data: Shape, kernel_id: str) -> KernelMessage | None:
    if data.get("version") != VERSION:
        return None
    totals = data.object("totals")
    return KernelMessage(
        tap=data.text("tap"),
        seq=data.count("seq"),
        recent=tuple(data.items("recent", read_text, _MOST_RECENT)),
        input_tokens=totals.count("input_tokens"),
        output_tokens=totals.count("output_tokens"),
        record=_record(data.get("record"), kernel_id),
    )


def _record(given: Any, kernel_id: str) -> CallRecord | None:
    if given is None:
        return None
    return replace(CallRecord.from_wire(given), kernel_id=kernel_id, source="message")
