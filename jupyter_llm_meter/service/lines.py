"""Spool lines, as they stand in a spool and as taps send them (docs/architecture.md, "The spool").

Owns reading one line. Refuses to show what a line holds: an error names the line by number and says what is
wrong with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from llm_meter_tap.wire.record import CallRecord, RecordError

VERSION = 1
EVENTS = ("opened", "settled", "dropped")


class LineError(ValueError):
    """A line that cannot be read; says why."""


@dataclass(frozen=True)
class Text:
    """What went to and came from the provider, to be counted and forgotten.

    Attributes:
        input: The pieces that a model read, `llm_meter_tap.formats.request_text.BREAK` between them.
        output: The pieces that it wrote.
        framing: What stands around them; None from a tap that says nothing of it.
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

    def dropped(self) -> list[str]:
        """Return the calls that were never sent."""
        return [line.call_id for line in self.read if line.event == "dropped"]

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
    return Line(event, record.call_id, record, read_text(fields.get("text")))


def _call_id(given: Any) -> str:
    if not isinstance(given, str) or not given:
        raise LineError("id must be a string")
    return given


def read_text(given: Any) -> Text | None:
    """Read the ``text`` of a line, or of a call that wants to be sent.

    Raises:
        LineError: It is not what a tap sends.
    """
    if given is None:
        return None
    if not isinstance(given, dict):
        raise LineError("text must be an object")
    parts = (given.get("input"), given.get("output"))
    if not all(part is None or isinstance(part, str) for part in parts):
        raise LineError("text.input and text.output must be strings")
    return Text(*parts, _framing(given.get("framing")))


def _framing(given: Any) -> Framing | None:
    if given is None:
        return None
    api = given.get("api") if isinstance(given, dict) else None
    if not isinstance(api, str):
        raise LineError("text.framing must be an object that names its api")
    return Framing(api, _counts(given.get("input", {})), _counts(given.get("output", {})))


def _counts(given: Any) -> dict[str, int]:
    if not isinstance(given, dict) or not all(type(count) is int and count >= 0 for count in given.values()):
        raise LineError("text.framing.input and text.framing.output must be objects of numbers from 0")
    return given
