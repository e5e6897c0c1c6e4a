"""What a file holds, before it is known whose export it is: pages of JSON, or the lines of a table.

CSV, tab-separated text, JSON, JSON Lines, each also compressed with gzip. The names of columns are brought
into one spelling, so that ``lineItem/UsageType``, ``line_item_usage_type`` and ``Line item usage type`` are
the same column.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from jupyter_llm_meter.reconcile.errors import ExportError

_GZIP = b"\x1f\x8b"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Line:
    """One line of a table, or one result of a page.

    Attributes:
        place: Where it is, for errors.
        values: The text or JSON value of each column that is not empty, by the column's name.
    """

    place: str
    values: Mapping[str, Any]

    def text(self, *names: str) -> str | None:
        """The value of the first of these columns that has one."""
        found = next((self.values[name] for name in names if name in self.values), None)
        return None if found is None else str(found).strip() or None

    def number(self, *names: str) -> Decimal | None:
        """The number in the first of these columns that has one; None where none has.

        Raises:
            ExportError: It is not a number.
        """
        text = self.text(*names)
        if text is None:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ExportError(f"{self.place}: {names[0]} is {text[:40]!r}; it must be a number")
        return number

    def count(self, *names: str) -> Decimal | None:
        """A number that cannot be negative, such as tokens.

        Raises:
            ExportError: It is not a number, or below 0.
        """
        number = self.number(*names)
        if number is not None and number < 0:
            raise ExportError(f"{self.place}: {names[0]} is {number}; it must be 0 or more")
        return number

    def time(self, *names: str) -> datetime:
        """The time in the first of these columns that has one; one without a zone is UTC.

        Raises:
            ExportError: There is none.
        """
        text = self.text(*names)
        found = None if text is None else read_time(text)
        if found is None:
            shown = "missing" if text is None else repr(text[:40])
            raise ExportError(f"{self.place}: {names[0]} is {shown}; it must be a date or a time")
        return found


@dataclass(frozen=True)
class Content:
    """A file.

    Attributes:
        name: Its name, for messages.
        columns: The columns of a table; empty for pages.
        lines: The lines of a table.
        pages: The pages of an API's answer, each a JSON object with ``data``.
    """

    name: str
    columns: frozenset[str] = frozenset()
    lines: tuple[Line, ...] = ()
    pages: tuple[Mapping[str, Any], ...] = ()

    def has(self, *names: str) -> bool:
        """Whether a table has all of these columns."""
        return self.columns.issuperset(names)

    def results(self, start: str, end: str) -> Iterator[tuple[datetime, datetime, tuple[Line, ...]]]:
        """The buckets of all pages, each with its begin, its end and its results.

        Args:
            start: The member with a bucket's begin.
            end: The member with its end.

        Raises:
            ExportError: A bucket has another shape, or pages are missing.
        """
        if self.pages and self.pages[-1].get("has_more"):
            raise ExportError(
                f"{self.name} is one page of several: has_more is true. Fetch the next pages too, and put "
                "all of them into one file, a page on each line"
            )
        for number, bucket in enumerate(each for page in self.pages for each in page["data"]):
            place = f"{self.name}, bucket {number + 1}"
            if not isinstance(bucket, dict) or not isinstance(bucket.get("results"), list):
                raise ExportError(f"{place} has no results; it must be an object with a list of them")
            edges = Line(place, bucket)
            lines = tuple(Line(f"{place}, result {at + 1}", _flat(each)) for at, each in _objects(bucket))
            yield edges.time(start), edges.time(end), lines


def read_content(data: bytes, name: str) -> Content:
    """Read a file, whatever it is called.

    Raises:
        ExportError: It is empty, cut off, or neither JSON nor a table.
    """
    if data.startswith(_GZIP):
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error):
            raise ExportError(f"{name} is compressed and cut off; download it again") from None
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        raise ExportError(
            f"{name} is not text; give the CSV or JSON file as the provider gives it (a ZIP file unpacked)"
        ) from None
    if not text.strip():
        raise ExportError(f"{name} is empty")
    if text.lstrip()[0] in "[{":
        return _json(text, name)
    return _table(text, name)


def column_name(name: str) -> str:
    """A column's name in lower case, with underscores between its words."""
    return "_".join(word for word in _WORDS.split(name.strip()) if word).lower()


def read_time(text: str) -> datetime | None:
    """A time in UTC, from seconds since 1970, ISO 8601 or an American date; None: it is none of these."""
    american = _US_DATE.fullmatch(text)
    try:
        if text.replace(".", "", 1).isdigit() and len(text.partition(".")[0]) >= 9:
            return datetime.fromtimestamp(float(text), timezone.utc)
        if american is not None:
            month, day, year = map(int, american.groups())
            return datetime(year, month, day, tzinfo=timezone.utc)
        # As BigQuery and Athena write it, and as Python before 3.11 reads it.
        plain = re.sub(r"\.\d+", "", text.removesuffix(" UTC").replace("Z", "+00:00"))
        found = datetime.fromisoformat(plain)
    except (ValueError, OverflowError, OSError):
        return None
    return found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _json(text: str, name: str) -> Content:
    documents = _documents(text, name)
    if not all(isinstance(each, dict) for each in documents):
        raise ExportError(f"{name} holds JSON that is no object; give the export as the provider gives it")
    if all(isinstance(each.get("data"), list) for each in documents):
        return Content(name, pages=tuple(documents))
    lines = tuple(
        Line(f"{name}, row {number + 1}", {column_name(key): value for key, value in _flat(each).items()})
        for number, each in enumerate(documents)
    )
    return Content(name, frozenset(key for line in lines for key in line.values), lines)


def _documents(text: str, name: str) -> list[Any]:
    """One object, a list of objects, or an object on each line."""
    try:
        whole = json.loads(text, parse_float=Decimal)
        return whole if isinstance(whole, list) else [whole]
    except ValueError as error:
        lines = text.splitlines()
        try:
            json.loads(lines[0])
        except ValueError:
            raise ExportError(f"{name} is not valid JSON ({error}); it may be cut off") from None
    found = []
    for number, line in enumerate(lines):
        try:
            found += [json.loads(line, parse_float=Decimal)] if line.strip() else []
        except ValueError as error:
            raise ExportError(
                f"{name}, line {number + 1} is not valid JSON ({error}); it may be cut off"
            ) from None
    return found


def _table(text: str, name: str) -> Content:
    first = text.splitlines()[0]
    delimiter = max(",\t;", key=first.count)
    lines = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = [column_name(each) for each in next(reader)]
        for cells in reader:
            if not any(cells):
                continue
            place = f"{name}, line {reader.line_num}"
            if len(cells) != len(header):
                raise ExportError(
                    f"{place} has {len(cells)} columns, the header has {len(header)}; the file may be cut off"
                )
            lines.append(Line(place, {key: cell for key, cell in zip(header, cells, strict=True) if cell}))
    except csv.Error as error:
        raise ExportError(f"{name} cannot be read as a table ({error}); it may be cut off") from None
    return Content(name, frozenset(header), tuple(lines))


def _objects(bucket: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    return ((at, each if isinstance(each, dict) else {}) for at, each in enumerate(bucket["results"]))


def _flat(value: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Members of members by names with dots; null is left out."""
    found: dict[str, Any] = {}
    for key, each in value.items():
        if isinstance(each, dict):
            found.update(_flat(each, f"{before}{key}."))
        elif each is not None and not isinstance(each, list):
            found[f"{before}{key}"] = each
    return found
