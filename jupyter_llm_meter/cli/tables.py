"""Tables for people that never cut a figure.

In a terminal the names give way: they fold, down to a width at which they can still be read. In a terminal
that is narrower still each row is a block of lines. A pipe or a file has no width, so nothing folds there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 1_000_000
"""The width of an output that is not a terminal."""
_READABLE = {"name": 16, "text": 12}
"""Cells of the terminal to which a column that gives way is narrowed at most."""
_INDENT = "  "


class Column(NamedTuple):
    """One column.

    Attributes:
        heading: Its heading, which may fold between words.
        kind: ``figure``: on the right and never folded; ``name``: folds anywhere; ``text``: folds between
            words.
    """

    heading: str
    kind: str = "name"

    @property
    def is_figure(self) -> bool:
        """Whether its cells are never folded."""
        return self.kind == "figure"


class _Room(NamedTuple):
    """The smallest and the natural width of a column, in cells of the terminal."""

    least: int
    full: int


Cell = str | Text
"""What a table shows in one place; a `str` is shown unchanged, even if it contains markup."""


def make_console() -> Console:
    """The console for people: as wide as the terminal, and without a limit in a pipe or a file."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def print_table(
    console: Console,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    title: str | None = None,
    total: Sequence[Cell] | None = None,
) -> None:
    """Print rows below headings, or as blocks of lines where they don't fit side by side.

    Args:
        console: Where to.
        columns: The columns.
        rows: For every column a cell.
        title: What the table is about.
        total: A last row, below a line.
    """
    body = [[_printable(cell) for cell in row] for row in rows]
    footer = None if total is None else [_printable(cell) for cell in total]
    everything = body if footer is None else [*body, footer]
    widths = _widths(columns, everything, console.width)
    if widths is None:
        _print_blocks(console, columns, everything, title)
        return
    table = Table(title=title, show_footer=footer is not None)
    for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
        table.add_column(
            column.heading,
            footer[number] if footer is not None else "",
            width=width,
            justify="right" if column.is_figure else "left",
            overflow="fold",
        )
    for row in body:
        table.add_row(*row)
    console.print(table)


def _printable(cell: Cell) -> Text:
    """A cell without characters that would move the cursor."""
    text = Text(cell) if isinstance(cell, str) else cell
    if text.plain.isprintable():
        return text
    return Text("".join(each if each.isprintable() else " " for each in text.plain), text.style)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]], room: int) -> list[int] | None:
    """The width of every column; None when they don't fit side by side."""
    rooms = [_room(column, [row[number] for row in rows]) for number, column in enumerate(columns)]
    left = room - sum(each.least for each in rooms) - 3 * len(columns) - 1
    if left < 0:
        return None
    widths = [each.least for each in rooms]
    # The headings of figures come last: they are short, and fold between words.
    for is_figure in (False, True):
        growing = [number for number, column in enumerate(columns) if column.is_figure is is_figure]
        while left > 0 and (narrow := [each for each in growing if widths[each] < rooms[each].full]):
            number = min(narrow, key=widths.__getitem__)
            widths[number] += 1
            left -= 1
    return widths


def _room(column: Column, cells: Sequence[Text]) -> _Room:
    widest = max((cell.cell_len for cell in cells), default=0)
    word = max((cell_len(word) for word in column.heading.split()), default=0)
    least = widest if column.is_figure else min(widest, _READABLE[column.kind])
    return _Room(max(least, word), max(widest, cell_len(column.heading)))


def _print_blocks(
    console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]], title: str | None
) -> None:
    """Print each row as its first cell and below it a line a column; empty cells are left out."""
    if title:
        console.print(title, style="italic")
    label_width = max(cell_len(column.heading) for column in columns[1:])
    for row in rows:
        console.print(row[0], style="bold", soft_wrap=True)
        for column, cell in zip(columns[1:], row[1:], strict=True):
            if cell.plain:
                _print_line(console, column, cell, label_width)


def _print_line(console: Console, column: Column, cell: Text, label_width: int) -> None:
    label = f"{_INDENT}{column.heading}{' ' * (label_width - cell_len(column.heading))}{_INDENT}"
    room = console.width - cell_len(label)
    if column.is_figure or cell.cell_len <= room:
        console.print(Text(label).append_text(cell), soft_wrap=True)
        return
    console.print(label.rstrip())
    if console.width > 2 * _READABLE["text"]:
        lines = cell.wrap(console, console.width - 2 * len(_INDENT), overflow="fold")
        console.print(*(Text(2 * _INDENT).append_text(line) for line in lines), sep="\n", soft_wrap=True)
    else:
        console.print(cell, soft_wrap=True)
