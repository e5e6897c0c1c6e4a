"""Spool lines, as they stand in a spool and as taps send them (docs/architecture.md, "The spool").

Owns reading one line. Refuses to show what a line holds: an error names the line by number and says what is
wrong with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from llm_meter_tap.call_record import CallRecord, RecordError

VERSION = 1
EVENTS = ("opened", "settled", "dropped")


class LineError(ValueError):
    """A line that cannot be read; says why."""


@dataclass(frozen=True)
class Text:
    """What went to and came from the provider, to be counted and forgotten."""

    input: str | None = field(repr=False)
    output: str | None = field(repr=False)


@dataclass(frozen=True)
class Line:
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
    text: Text | None = None


@dataclass
class Lines:
    """The lines of one spool or request.

    Attributes:
        read: The lines that could be read, in their order.
        errors: One sentence for each other line, with its number, from 1.
        is_torn: The last line has no end: its writer died while writing, or has not finished.
    """

    read: list[Line] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_torn: bool = False

    def settled(self) -> list[Line]:
        """Return the settled lines."""
        return [line for line in self.read if line.event == "settled"]

    def left_open(self) -> list[CallRecord]:
        """Return the records of calls that were opened and neither settled nor dropped."""
        closed = {line.call_id for line in self.read if line.event != "opened"}
        opened = {line.call_id: line.record for line in self.read if line.event == "opened"}
        return [record for call_id, record in opened.items() if record and call_id not in closed]


def read_lines(body: bytes, *, tolerate_torn: bool = False) -> Lines:
    """Read JSON lines; a line that cannot be read never hides the others.

    Args:
        body: UTF-8 text, a line an object.
        tolerate_torn: The last line may be unfinished: skip it instead of calling it an error.
    """
    lines = Lines()
    rows = body.split(b"\n")
    if rows[-1] and tolerate_torn:
        lines.is_torn = True
        rows.pop()
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        try:
            lines.read.append(_read_line(row))
        except (LineError, RecordError) as error:
            lines.errors.append(f"line {number}: {error}")
    return lines


def _read_line(row: bytes) -> Line:
    try:
        fields = json.loads(row)
    except ValueError:
        raise LineError("not JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise LineError("not a JSON object")
    if fields.get("v") != VERSION:
        raise LineError(f"v must be {VERSION}")
    event = fields.get("event")
    if event not in EVENTS:
        raise LineError(f"event must be one of {', '.join(EVENTS)}")
    if event == "dropped":
        return Line(event, _call_id(fields.get("id")))
    record = CallRecord.from_wire(fields.get("record") or {})
    return Line(event, record.call_id, record, _text(fields.get("text")))


def _call_id(given: Any) -> str:
    if not isinstance(given, str) or not given:
        raise LineError("id must be a string")
    return given


def _text(given: Any) -> Text | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise LineError("text must be an object")
    parts = (given.get("input"), given.get("output"))
    if not all(part is None or isinstance(part, str) for part in parts):
        raise LineError("text.input and text.output must be strings")
    return Text(*parts)
