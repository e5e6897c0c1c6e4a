"""Reading the arguments of a request's query; an error names the argument and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jupyter_llm_meter.service.errors import ArgumentError
from llm_meter_tap.wire.shape import parse_time


def instant(name: str, text: str | None) -> datetime | None:
    """Read an RFC 3339 time, which needs a Z or an offset: a wall clock's time is not an instant.

    Raises:
        ArgumentError: It is not one.
    """
    if text is None:
        return None
    at = parse_time(text)
    if at is None:
        raise ArgumentError(f"{name} is {text!r}; it must be a time such as 2026-11-23T20:00:00Z.")
    return at


def number(name: str, text: str, least: int, most: int) -> int:
    """Read a whole number.

    Raises:
        ArgumentError: It is not one, or out of bounds.
    """
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise ArgumentError(f"{name} is {text!r}; it must be a whole number from {least} to {most}.")
    return int(text)


def choice(name: str, text: str, allowed: Sequence[str]) -> str:
    """Read one of several words.

    Raises:
        ArgumentError: It is another word.
    """
    if text not in allowed:
        raise ArgumentError(f"{name} is {text!r}; allowed are {', '.join(allowed)}.")
    return text


def zone_name(name: str, text: str) -> str:
    """Read the name of a time zone.

    Raises:
        ArgumentError: The zone does not exist.
    """
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ArgumentError(f"{name} is {text!r}; it must be an IANA name such as Asia/Shanghai.") from None
    return text
