"""Spool lines, as they stand in a spool and as taps send them (docs/reference/protocol.md, "The spool").

An error names the line by its number and says what is wrong with it, never what the line holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from llm_meter_tap.wire.record import CallRecord
from llm_meter_tap.wire.shape import Shape, ShapeError, WireError, read_count

VERSION = 1
EVENTS = ("opened", "settled", "dropped")


@dataclass(frozen=True)
class CallText:
    """The text sent to and received from the provider, counted and not kept.

    Attributes:
        input: The pieces that a model read, `llm_meter_tap.formats.request_text.BREAK` between them.
        output: The pieces that it wrote.
        framing: What is around them; None from a tap that does not report it.
    """

    input: str | None = field(repr=False)
    output: str | None = field(repr=False)
    framing: Framing | None = None


@dataclass(frozen=True)
class Framing:
    """How many there are of what stands around a text.

    Attributes:
        api: The request's format, by the tap's name.
        input: By the names of `llm_meter_tap.formats.framing`.
        output: Likewise.
    """

    api: str
    input: dict[str, int]
    output: dict[str, int]


@dataclass(frozen=True)
class SpoolLine:
    """One event in the life of a call.

    Attributes:
        event: One of ``EVENTS``.
        call_id: The call.
        record: The record; None for ``dropped``.
        text: What is to be counted, on settled lines of which the provider reported nothing.
    """

    event: str
    call_id: str
    record: CallRecord | None = None
    text: CallText | None = None


@dataclass
class SpoolLines:
    """The lines of one spool or request.

    Attributes:
        read: The lines that could be read, in their order.
        errors: One sentence for each other line, with its number, from 1.
        is_torn: The last line has no end: its writer died while writing, or has not finished.
    """

    read: list[SpoolLine] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_torn: bool = False

    def settled(self) -> list[SpoolLine]:
        """Return the settled lines."""
        return [line for line in self.read if line.event == "settled"]

    def dropped(self) -> list[str]:
        """Return the calls that were never sent."""
        return [line.call_id for line in self.read if line.event == "dropped"]

    def left_open(self) -> list[CallRecord]:
        """Return the records of calls that were opened and neither settled nor dropped."""
        closed = {line.call_id for line in self.read if line.event != "opened"}
        opened = {line.call_id: line.record for line in self.read if line.event == "opened"}
        return [record for call_id, record in opened.items() if record and call_id not in closed]


def read_lines(body: bytes, *, tolerate_torn: bool = False) -> SpoolLines:
    """Read JSON lines; a line that cannot be read never hides the others.

    Args:
        body: UTF-8 text, a line an object.
        tolerate_torn: The last line may be unfinished: skip it instead of calling it an error.
    """
    lines = SpoolLines()
    rows = body.split(b"\n")
    if rows[-1] and tolerate_torn:
        lines.is_torn = True
        rows.pop()
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        try:
            lines.read.append(_read_line(row))
        except WireError as error:
            lines.errors.append(f"line {number}: {error}")
    return lines


def _read_line(row: bytes) -> SpoolLine:
    shape = Shape.from_json(row)
    if shape.get("v") != VERSION:
        raise ShapeError("v", str(VERSION))
    event = shape.choice("event", EVENTS)
    if event == "dropped":
        return SpoolLine(event, shape.text("id"))
    record = CallRecord.from_wire(shape.get("record") or {})
    return SpoolLine(event, record.call_id, record, shape.optional_object("text", read_call_text))


def read_call_text(shape: Shape) -> CallText:
    """Read the ``text`` of a line, or of a call that a program is about to send.

    Raises:
        ShapeError: It is not what a tap sends.
    """
    return CallText(
        shape.any_text("input"), shape.any_text("output"), shape.optional_object("framing", _framing)
    )


def _framing(shape: Shape) -> Framing:
    return Framing(shape.text("api"), shape.entries("input", read_count), shape.entries("output", read_count))
