"""An export of a provider as it is compared: rows with the ledger's figures, and what reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from jupyter_llm_meter.reconcile.content import Content, Line

FIGURES = (
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "cost",
)
"""What is compared, by the ledger's names: `input_tokens` includes cache reads and writes."""

DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
"""The first instant, and the first one after."""


@dataclass(frozen=True)
class ExportRow:
    """What a provider says of one model in one span of time.

    Attributes:
        start: Its begin.
        end: Its end.
        model: The model as the export names it; None: of all models.
        figures: By the names of ``FIGURES``; what is not there is unknown. `cost` is in `currency`.
        currency: ISO 4217 code.
        accounts: Ids of whose usage it is, the account or organisation first.
        is_batch: Whether it was made by a batch.
    """

    start: datetime
    end: datetime
    model: str | None
    figures: Mapping[str, Decimal]
    currency: str = "USD"
    accounts: tuple[str, ...] = ()
    is_batch: bool = False


@dataclass(frozen=True)
class Export:
    """What was read of a file.

    Attributes:
        name: The file.
        format: The reader that read it.
        rows: What it says.
        start: The first instant that it covers.
        end: The first instant after.
        unread: Columns or line items that hold tokens and were not read, with what they hold.
    """

    name: str
    format: ExportFormat
    rows: tuple[ExportRow, ...]
    start: datetime
    end: datetime
    unread: tuple[str, ...] = ()

    def with_rows(self, rows: Iterable[ExportRow]) -> Export:
        """The same export with other rows."""
        return replace(self, rows=tuple(rows))


@dataclass(frozen=True)
class Reading:
    """What a reader found.

    Attributes:
        rows: The rows.
        unread: What holds tokens and was not read.
        spans: The spans of time that the file covers, also where nothing was used; None: those of the rows.
    """

    rows: tuple[ExportRow, ...]
    unread: tuple[str, ...] = ()
    spans: tuple[Span, ...] | None = None


@dataclass(frozen=True)
class ExportFormat:
    """One kind of export.

    Attributes:
        name: Its name in JSON output.
        title: What people call it.
        providers: The ``gen_ai.provider.name`` of the calls that it is about.
        fits: Whether a file is one, by its content.
        read: Reads one.
        note: What to know about its days or figures; empty: nothing.
    """

    name: str
    title: str
    providers: tuple[str, ...]
    fits: Callable[[Content], bool] = field(repr=False)
    read: Callable[[Content], Reading] = field(repr=False)
    note: str = ""


def known(figures: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """The figures that are known."""
    return {name: value for name, value in figures.items() if value is not None}


def unread_tokens(lines: Iterable[Line], read: frozenset[str]) -> tuple[str, ...]:
    """The columns that hold tokens and are not among those that are read, each with its sum.

    Args:
        lines: The lines.
        read: The columns that are read, or whose figures are parts of those.

    Raises:
        ExportError: Such a column holds something else than numbers.
    """
    sums: dict[str, Decimal] = {}
    for line in lines:
        for name in line.values:
            if name.endswith("tokens") and name not in read:
                sums[name] = sums.get(name, Decimal(0)) + (line.number(name) or 0)
    return tuple(f"{name}: {value:,f}" for name, value in sums.items() if value)


def day_of(line: Line, *names: str) -> Span:
    """The UTC day of a line that names a date.

    Raises:
        ExportError: It has none.
    """
    start = line.time(*names).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + DAY
