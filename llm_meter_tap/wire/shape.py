"""Reading values of unknown shape, as they come off the wire; the twin of ``src/core/record/shape.ts``.

What is not of the promised shape raises a `ShapeError` that names the place and what is allowed there, and
never shows the value, which may be somebody's text. Unknown keys are ignored, so that a newer sender can talk
to an older reader, unless a document is closed by `Shape.only`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")
if TYPE_CHECKING:
    # Reads one value; takes the value and its place in the document.
    Read = Callable[[Any, str], T]

LARGEST_COUNT = 2**63 - 1
"""SQL's BIGINT; a larger count can only be a damaged one."""

_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,100})?", re.ASCII)
# RFC 3339 section 5.6. Python 3.8's datetime.fromisoformat reads neither "Z" nor short fractions.
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-]\d\d:\d\d))", re.ASCII
)


class WireError(ValueError):
    """Something that came off the wire cannot be used; the message says where and what is allowed."""


class ShapeError(WireError):
    """A value is not what its contract promises.

    Attributes:
        path: Where in the document the value stands, as ``parts[0].base``; empty for the document itself.
        expected: What the contract promises there.
    """

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path or 'The body'} must be {expected}")
        self.path = path
        self.expected = expected


class Shape:
    """One JSON object and its place in the document.

    Args:
        value: The value to read.
        path: Its place in the document, for error messages.

    Raises:
        ShapeError: The value is not a JSON object.
    """

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise ShapeError(path, "a JSON object")
        self.path = path
        self._fields = value

    @classmethod
    def from_json(cls, body: bytes) -> Shape:
        """Read a document.

        Raises:
            ShapeError: It is not a JSON object in UTF-8.
        """
        return cls(_parsed(body))

    def get(self, key: str) -> Any:
        """The value under a key; null reads as absent."""
        return self._fields.get(key)

    def at(self, key: str) -> str:
        """The place of a key in the document."""
        return f"{self.path}.{key}" if self.path else key

    def only(self, *keys: str) -> None:
        """Refuse every other key, so that a misspelt one does not go unnoticed."""
        for key in self._fields:
            if key not in keys:
                raise ShapeError(self.at(str(key)), f"absent; allowed are {', '.join(keys)}")

    def object(self, key: str) -> Shape:
        """The object under a key."""
        return Shape(self.get(key), self.at(key))

    def optional_object(self, key: str, read: Callable[[Shape], T]) -> T | None:
        """The object under a key, read by `read`; None when the key is absent."""
        return None if self.get(key) is None else read(self.object(key))

    def entries(self, key: str, read: Read[T]) -> dict[str, T]:
        """Each value of the object under a key, read by `read`; empty when the key is absent."""
        if self.get(key) is None:
            return {}
        inner = self.object(key)
        return {name: read(value, inner.at(name)) for name, value in inner._fields.items()}

    def items(self, key: str, read: Read[T], most: int | None = None) -> list[T]:
        """Each element of the list under a key, read by `read`; at most `most` of them."""
        values = self.get(key)
        if not isinstance(values, list) or (most is not None and len(values) > most):
            raise ShapeError(self.at(key), "a list" if most is None else f"a list of at most {most}")
        return [read(value, f"{self.at(key)}[{index}]") for index, value in enumerate(values)]

    def text(self, key: str, longest: int | None = None) -> str:
        """A text that is not empty, of at most `longest` characters."""
        return read_text(self.get(key), self.at(key), longest)

    def optional_text(self, key: str, longest: int | None = None) -> str | None:
        """The same as `text`; None when the key is absent."""
        return self._optional(key, lambda value, path: read_text(value, path, longest))

    def any_text(self, key: str) -> str | None:
        """A text that may be empty; None when the key is absent."""
        return self._optional(key, _read_any_text)

    def count(self, key: str, most: int = LARGEST_COUNT) -> int:
        """A whole number of at least 0."""
        return read_count(self.get(key), self.at(key), most)

    def optional_count(self, key: str, most: int = LARGEST_COUNT) -> int | None:
        """The same as `count`; None when the key is absent."""
        return self._optional(key, lambda value, path: read_count(value, path, most))

    def time(self, key: str) -> datetime:
        """An RFC 3339 time with Z or an offset, in UTC."""
        return read_time(self.get(key), self.at(key))

    def optional_time(self, key: str) -> datetime | None:
        """The same as `time`; None when the key is absent."""
        return self._optional(key, read_time)

    def optional_flag(self, key: str) -> bool | None:
        """True or false; None when the key is absent."""
        return self._optional(key, read_flag)

    def amount(self, key: str, most: Decimal | None = None) -> Decimal:
        """A decimal number greater than 0 in a string, as amounts are written."""
        return read_decimal(self.get(key), self.at(key), is_above_zero=True, most=most)

    def optional_money(self, key: str, most: Decimal | None = None) -> Decimal | None:
        """A decimal number of at least 0 in a string, as money is written; None when the key is absent."""
        return self._optional(key, lambda value, path: read_decimal(value, path, most=most))

    def choice(self, key: str, words: Sequence[str]) -> str:
        """One of a closed set of words."""
        return read_choice(self.get(key), self.at(key), words)

    def _optional(self, key: str, read: Read[T]) -> T | None:
        value = self.get(key)
        return None if value is None else read(value, self.at(key))


def read_text(value: Any, path: str, longest: int | None = None) -> str:
    """Read a text that is not empty and that a database can keep."""
    is_fit = isinstance(value, str) and 0 < len(value) <= (longest or len(value)) and _is_storable(value)
    if not is_fit:
        raise ShapeError(path, "a text" if longest is None else f"a text of 1 to {longest} characters")
    return str(value)


def read_count(value: Any, path: str, most: int = LARGEST_COUNT) -> int:
    """Read a whole number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ShapeError(path, "a whole number of at least 0")
    return value


def read_flag(value: Any, path: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ShapeError(path, "true or false")
    return value


def read_time(value: Any, path: str) -> datetime:
    """Read an RFC 3339 time."""
    at = parse_time(value)
    if at is None:
        raise ShapeError(path, "an RFC 3339 time with Z or an offset, such as 2026-11-23T20:00:00Z")
    return at


def read_decimal(
    value: Any, path: str, *, is_above_zero: bool = False, most: Decimal | None = None
) -> Decimal:
    """Read a decimal number in a string."""
    amount = parse_decimal(value)
    is_large_enough = amount is not None and (amount > 0 if is_above_zero else amount >= 0)
    if amount is None or not is_large_enough or (most is not None and amount > most):
        bounds = "greater than 0" if is_above_zero else "of at least 0"
        bounds = bounds if most is None else f"{bounds} and at most {most:f}"
        raise ShapeError(path, f'a decimal string {bounds}, such as "2.5"')
    return amount


def read_choice(value: Any, path: str, words: Sequence[str]) -> str:
    """Read one of a closed set of words."""
    if not isinstance(value, str) or value not in words:
        raise ShapeError(path, f"one of {', '.join(words)}")
    return value


def parse_time(value: Any) -> datetime | None:
    """Return an RFC 3339 time in UTC, None for anything else; a wall clock's time is not an instant."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    date, clock, fraction, _z, offset = match.groups()
    micros = ((fraction or "") + "000000")[:6]
    try:
        at = datetime.fromisoformat(f"{date}T{clock}.{micros}{offset or '+00:00'}")
        return at.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def parse_decimal(value: Any) -> Decimal | None:
    """Return the number that a decimal string writes out, None for anything else, an exponent included."""
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        return None
    return Decimal(value)


def finite_decimal(value: Any) -> Decimal | None:
    """Return a finite number, given as a number or as text, as Decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _parsed(body: bytes) -> Any:
    try:
        # Decoded first: json.loads guesses UTF-16 and UTF-32 too.
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ShapeError("", "a JSON object in UTF-8") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _is_storable(text: str) -> bool:
    """JSON may hold NUL and half of a surrogate pair, which no database takes as text."""
    try:
        return b"\0" not in text.encode("utf-8")
    except UnicodeEncodeError:
        return False


def _read_any_text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise ShapeError(path, "a text")
    return value
