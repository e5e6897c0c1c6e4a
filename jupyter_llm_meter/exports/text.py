"""Exports that are text: CSV, JSON and a line of JSON a call."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llm_meter_tap.wire.names import FIELDS
from llm_meter_tap.wire.record import PUBLIC_NAMES, CallRecord

COLUMNS = tuple(FIELDS[name].wire for name in PUBLIC_NAMES)
"""The columns of a table of calls, in the order of the record."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class JsonLines:
    """The public record of a call a line."""

    def start_file(self) -> bytes:
        """Nothing."""
        return b""

    def write_calls(self, records: Sequence[CallRecord]) -> bytes:
        """A line a call."""
        return "".join(f"{_json(record.to_wire())}\n" for record in records).encode()

    def end_file(self) -> bytes:
        """Nothing."""
        return b""


class JsonList:
    """One list of public records, a call a line."""

    def __init__(self) -> None:
        self._between = "\n"

    def start_file(self) -> bytes:
        """The opening bracket."""
        return b"["

    def write_calls(self, records: Sequence[CallRecord]) -> bytes:
        """A line a call."""
        pieces = []
        for record in records:
            pieces.append(self._between + _json(record.to_wire()))
            self._between = ",\n"
        return "".join(pieces).encode()

    def end_file(self) -> bytes:
        """The closing bracket."""
        return b"\n]\n"


class Csv:
    """A table (RFC 4180, UTF-8); what a record has as an object or a list is JSON in its cell.

    A text that a spreadsheet would take for a formula has an apostrophe before it, which spreadsheets read as
    "this is text": notebooks, projects and models can have any name.
    """

    def start_file(self) -> bytes:
        """The row of names."""
        return _csv([COLUMNS])

    def write_calls(self, records: Sequence[CallRecord]) -> bytes:
        """A row a call."""
        wires = (record.to_wire() for record in records)
        return _csv([[_cell(wire.get(name)) for name in COLUMNS] for wire in wires])

    def end_file(self) -> bytes:
        """Nothing."""
        return b""


def csv_table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write any rows as `Csv` writes calls: a row of names, and a row each.

    Args:
        columns: The names; ``a.b`` is the member ``b`` of the member ``a``.
        rows: The rows; what a row does not have is empty.
    """
    return _csv([columns, *([_cell(_member(row, name)) for name in columns] for row in rows)])


def _member(row: Mapping[str, Any], name: str) -> Any:
    head, _, rest = name.partition(".")
    value = row.get(head)
    return _member(value or {}, rest) if rest else value


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, (bool, dict, list)):
        return _json(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
