"""Reads a CSV file of amounts line by line; it is never held as a whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

NAMES = ("user", "team")
NEEDED = ("window", "unit", "amount")
COLUMNS = (*NAMES, *NEEDED)


class FileError(NamedTuple):
    """What is wrong in a file.

    Attributes:
        line: The line, from 1.
        column: The column's name; empty: the whole line.
        message: What is wrong.
    """

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.message}"


def read_lines(path: Path) -> Iterator[dict[str, Any] | FileError]:
    """Yield the lines of a file, each with its number, and what is wrong with lines that cannot be read.

    Raises:
        OSError: The file cannot be read.
        UnicodeDecodeError: It is not in UTF-8.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        try:
            head = [name.strip().lower() for name in next(rows, [])]
            error = _wrong_head(head)
            if error is not None:
                yield error
                return
            for row in rows:
                if not any(field.strip() for field in row):
                    continue
                if len(row) == len(head):
                    yield {"line": rows.line_num, **dict(zip(head, row, strict=True))}
                else:
                    message = f"The line has {len(row)} fields, the head of the file {len(head)}."
                    yield FileError(rows.line_num, "", message)
        except csv.Error as error:
            yield FileError(rows.line_num, "", f"The line is no CSV: {error}.")


def _wrong_head(head: list[str]) -> FileError | None:
    for name in head:
        if name not in COLUMNS:
            return FileError(1, name, f"There is no such column; allowed are {', '.join(COLUMNS)}.")
        if head.count(name) > 1:
            return FileError(1, name, "The column is there twice.")
    for name in NEEDED:
        if name not in head:
            return FileError(1, name, "The column is missing.")
    if not set(NAMES).intersection(head):
        return FileError(1, "user", "The column is missing; there must be user or team.")
    return None
