"""Reads what can be read of JSON that is too big to parse, or was cut off.

In valid JSON, if the text from a key to the very end becomes a whole object when a `{` is put before it, then
exactly one bracket was open at that key, so the key is an outer member. Names in the middle of a body are not
searched for, because an equal name there may belong to something else.
"""

from __future__ import annotations

import json
import re
from typing import Any

from llm_meter_tap.wire.json_values import parse

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")
# Each attempt parses at most one window, so attempts bound the work on a hostile body.
_MAX_ATTEMPTS = 12


def outer_members(body: bytes, names: tuple[str, ...], window: int = 16384) -> dict[str, Any]:
    """Read what stands whole at the two ends of a JSON object.

    Args:
        body: The text of an object, UTF-8, perhaps cut off at its end.
        names: Keys worth finding at the end; keys at the head are read in order whatever they are called.
        window: How many bytes at each end are looked at.

    Returns:
        The members found, outer level only. A member that is not in it may still exist.
    """
    members = _head(body[:window])
    members.update(_tail(body[-window:], names, is_cut=len(body) > window))
    return members


def array_items(body: bytes) -> list[dict[str, Any]]:
    """The objects of a JSON array that stand whole, up to where it is cut off or is no JSON any more."""
    whole = parse(body)
    if isinstance(whole, list):
        return [item for item in whole if isinstance(item, dict)]
    text = body.decode("utf-8", "replace")
    items: list[dict[str, Any]] = []
    at = text.find("[") + 1
    while True:
        start = text.find("{", at)
        if start < 0 or text[at:start].strip(" \t\r\n,"):
            return items
        try:
            item, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            return items
        items.append(item)


def _head(head: bytes) -> dict[str, Any]:
    text = head.decode("utf-8", "replace")
    members: dict[str, Any] = {}
    at = _skip(text, 0)
    separator = "{"
    while text[at : at + 1] == separator:
        try:
            key, at = _DECODER.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, at)
            if not isinstance(key, str) or text[at : at + 1] != ":":
                break
            value, at = _DECODER.raw_decode(text, _skip(text, at + 1))
        except (ValueError, RecursionError):
            break
        at = _skip(text, at)
        # A number at the very edge of the window may go on behind it.
        if at >= len(text):
            break
        members[key] = value
        separator = ","
    return members


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _tail(tail: bytes, names: tuple[str, ...], is_cut: bool) -> dict[str, Any]:
    keys = "|".join(re.escape(name) for name in names)
    for attempt, match in enumerate(re.finditer(rb'(?<!\\)"(?:%s)"\s*:' % keys.encode(), tail)):
        if attempt == _MAX_ATTEMPTS:
            break
        if is_cut and match.start() == 0:
            continue  # the quote may be escaped by what stands before the window
        members = parse(b"{" + tail[match.start() :])
        if isinstance(members, dict):
            return members
    return {}
