"""Reads JSON of unknown shape, and writes JSON.

Nothing here raises on a value that it reads: what is not of the expected type is None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# Programs replace `json.loads` and `json.dumps`; nobody replaces the classes.
_decoder = json.JSONDecoder()
# What `raw_decode` calls; it ends with StopIteration where no value begins.
_read = _decoder.scan_once  # type: ignore[attr-defined]
_BLANKS = " \t\n\r"


def _encoder() -> Callable[[Any], str]:
    """JSON on one line, in ASCII; without the encoder that the standard library makes for each value."""
    whole = json.JSONEncoder(separators=(",", ":"), check_circular=False)
    make = getattr(json.encoder, "c_make_encoder", None)  # PyPy has none
    if make is None:
        return whole.encode
    ascii = json.encoder.encode_basestring_ascii
    pieces = make(None, whole.default, ascii, None, ":", ",", False, False, True)
    return lambda value: "".join(pieces(value, 0))


encode = _encoder()
"""Encode a value as JSON on one line, in ASCII."""
encode_text: Callable[[str], str] = json.encoder.encode_basestring_ascii
"""Encode a text as JSON, in ASCII."""

LARGEST_COUNT = 10**15
"""A count above this is damage, not usage; it also keeps sums within a 64-bit column."""
_DIGITS = re.compile(r"\d{1,16}", re.ASCII)


def parse(text: bytes | str) -> Any:
    """Return the JSON value; None where there is none."""
    try:
        if isinstance(text, bytes):
            # What begins so is UTF-8 (RFC 4627, 3): the standard library takes longer to find out.
            is_plain = text[:1] in b"{[" and text[1:2] != b"\0"
            text = text.decode("utf-8" if is_plain else json.detect_encoding(text), "surrogatepass")
        if text[:1] != "{":
            return _decoder.decode(text)
        value, end = _read(text, 0)
        return value if end == len(text) or not text[end:].strip(_BLANKS) else None
    except (ValueError, StopIteration, RecursionError):
        return None


def mapping(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return the value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """Return the value if it is a non-empty string, else None."""
    return value if isinstance(value, str) and value else None


def count(value: Any) -> int | None:
    """Return the value if it is a whole number of tokens, else None; some gateways write 12.0 or "12"."""
    # By exact type: a bool is an int to isinstance, and JSON has no subclasses.
    kind = type(value)
    if kind is int:
        return value if 0 <= value <= LARGEST_COUNT else None
    if value is None:
        return None
    if kind is float and value.is_integer():
        return count(int(value))
    if kind is str and _DIGITS.fullmatch(value):
        return count(int(value))
    return None


def first_count(*values: Any) -> int | None:
    """Return the first of several spellings that holds a count."""
    for value in values:
        if value is not None:
            number = count(value)
            if number is not None:
                return number
    return None
