"""Extracts the JSON documents from a response body.

A body may be JSON, a JSON array, JSON lines, server-sent events or an AWS event stream. Of a long stream,
only the few documents that can contain usage are parsed. What the documents mean is decided elsewhere.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from llm_meter_tap.formats import eventstream, sse
from llm_meter_tap.formats.partial_json import array_items, outer_members
from llm_meter_tap.formats.sse import StreamEvent
from llm_meter_tap.wire.json_values import parse

WHOLE_BODY = 65536
"""A body that is longer is looked at from its ends before it is parsed."""
# Model and id stand in the first events, behind at most a role or a content filter's verdict.
_FIRST = 3
# Figures that count stand at the end; some providers repeat them in every event.
_LAST = 8
_BOM = b"\xef\xbb\xbf"
_JSON_STARTS = (b"{", b"[")
# A member that is not null; and one that is known not to be a zero, or an object of zeros.
_GIVEN = rb'"(?:%s)"\s*:\s*[^n\s]'
_COUNTED = rb'"(?:%s)"\s*:\s*(?:[1-9]|[\[{"][^}]*?[1-9])'
_SSE_START = re.compile(rb"\s*(?:data:|event:|id:|retry:|:)")


class Documents(NamedTuple):
    """What was found.

    Attributes:
        items: (event name, document) in order; the name is empty outside named events.
        is_stream: The response came in pieces, and one of them marks its end.
        is_whole: Nothing is missing at the end, according to the framing: JSON that parsed, or `[DONE]`.
    """

    items: list[tuple[str, dict[str, Any]]]
    is_stream: bool
    is_whole: bool


def documents(
    content_type: str,
    body: bytes,
    complete: bool,
    matters: re.Pattern[bytes],
    names: tuple[str, ...],
    figures: tuple[str, ...] = (),
    is_summed: bool = False,
) -> Documents:
    """Split a response into documents.

    Args:
        content_type: The Content-Type; where it is missing or wrong, the first bytes decide.
        body: The decoded body.
        complete: Whether the body came to its end.
        matters: What a stream's event must hold to be parsed at all.
        names: The outer members worth having from a body too big to parse, the one with the figures first.
        figures: The members with figures, where these are more or others than the first of `names`.
        is_summed: Take every event of a binary stream that matters, not only the last ones.

    Returns:
        The documents; none for anything that is not JSON.
    """
    if body.startswith(b"{") and content_type.partition(";")[0] == "application/json":
        return _object(body, complete, matters, names, figures or names[:1])
    is_binary = "amazon.eventstream" in content_type or eventstream.is_begun_by(body)
    if is_binary and eventstream.parts(body):
        content_type, body, is_binary = "", eventstream.parts(body), False
    if is_binary:
        return _stream(eventstream.events(body), matters, None if is_summed else _LAST)
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
    start = body[:256].lstrip()[:1]
    figures = figures or names[:1]
    # No event begins as JSON does, whatever the type says.
    if ("event-stream" in content_type and start not in _JSON_STARTS) or _SSE_START.match(body):
        return _sse(body, matters, figures)
    if start == b"[":
        return _array(body, complete)
    if "ndjson" in content_type or "jsonl" in content_type or "stream+json" in content_type:
        lines = _stream(_lines(body), matters)
        if lines.items:
            return lines
    return _object(body, complete, matters, names, figures)


def _sse(body: bytes, matters: re.Pattern[bytes], figures: tuple[str, ...]) -> Documents:
    """A stream's two ends; its middle, which is long, only if the figures are there and nowhere else."""
    before, after = sse.divided(body, _LAST)
    is_given, is_counted = _figure_patterns(figures)
    late = [*sse.events(after)]
    # Comments may hold anything, so that events are looked at; the figures are mostly in the last.
    if after and (
        any(is_counted.search(event.data) for event in reversed(late)) or not is_given.search(before)
    ):
        return _stream(chain(islice(sse.events(before), _FIRST), late), matters)
    return _stream(sse.events(body), matters)


@lru_cache(maxsize=128)
def _figure_patterns(figures: tuple[str, ...]) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What finds figures that are there, and those that are no zeros."""
    names = "|".join(figures).encode()
    return re.compile(_GIVEN % names), re.compile(_COUNTED % names)


def _stream(events: Iterable[StreamEvent], matters: re.Pattern[bytes], most: int | None = _LAST) -> Documents:
    first: list[StreamEvent] = []
    last: deque[StreamEvent] = deque(maxlen=most)
    is_done = False
    for event in events:
        if event.data.startswith(b"[DONE]"):
            is_done = True
        elif len(first) < _FIRST:
            first.append(event)
        elif matters.search(event.data) or event.name == "error":
            last.append(event)
    parsed = [(event.name, parse(event.data)) for event in (*first, *last)]
    return Documents([(name, item) for name, item in parsed if isinstance(item, dict)], True, is_done)


def _lines(body: bytes) -> Iterator[StreamEvent]:
    return (StreamEvent("", line) for line in body.splitlines() if line)


def _object(
    body: bytes,
    complete: bool,
    matters: re.Pattern[bytes],
    names: tuple[str, ...],
    figures: tuple[str, ...],
) -> Documents:
    if complete and len(body) > WHOLE_BODY:
        ends = outer_members(body, names)
        if all(name in ends for name in figures):
            return Documents([("", ends)], False, True)
    whole = parse(body)
    if isinstance(whole, dict):
        return Documents([("", whole)], False, complete)
    lines = _stream(_lines(body), matters)
    if len(lines.items) > 1:
        return lines
    return Documents([("", outer_members(body, names))], False, False)


def _array(body: bytes, complete: bool) -> Documents:
    """Gemini streams an array when `alt=sse` is not asked for; a cut one still has whole elements."""
    is_whole = complete and body.rstrip().endswith(b"]")
    return Documents([("", item) for item in array_items(body)], True, is_whole)
