"""Splits a recorded stream into server-sent events.

The format is that of the WHATWG HTML standard (section 9.2, event stream interpretation), with two
exceptions: an event without its last blank line is still returned at the end of the body, because many
servers leave that line out, and lines of data that are each a whole object are events of their own, because
some servers put no blank lines between events. The data is not interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"


class StreamEvent(NamedTuple):
    """One event: its name (empty when it has none) and its data lines joined by newlines."""

    name: str
    data: bytes


def events(body: bytes) -> Iterator[StreamEvent]:
    """Yield the events of a stream that hold data, in order; comments and other fields are left out."""
    for block in _blocks(_plain(body)):
        if block.startswith(b"data:") and b"\n" not in block:
            yield StreamEvent("", _value(block, 5))
        elif block:
            yield from _events(block)


def _blocks(body: bytes) -> Iterator[bytes]:
    """What stands between empty lines; one by one, of which a long stream has many."""
    start = 0
    end = body.find(b"\n\n")
    while end >= 0:
        yield body[start:end]
        start = end + 2
        end = body.find(b"\n\n", start)
    yield body[start:]


def divided(body: bytes, blocks: int) -> tuple[bytes, bytes]:
    """A stream in two, both streams too: all but its last blocks (events, comments), and those."""
    before, *last = _plain(body).rsplit(b"\n\n", blocks)
    return before, b"\n\n".join(last)


def _plain(body: bytes) -> bytes:
    """A stream with one kind of line ending, and no mark at its start."""
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in body else body


def _events(block: bytes) -> Iterator[StreamEvent]:
    name = ""
    data: list[bytes] = []
    for line in block.split(b"\n"):
        if line.startswith(b"data:"):
            data.append(_value(line, 5))
        elif line.startswith(b"event:"):
            name = _value(line, 6).decode("utf-8", "replace")
    if len(data) > 1 and all(map(_is_whole, data)):
        yield from (StreamEvent(name, one) for one in data)
    elif data:
        yield StreamEvent(name, b"\n".join(data))


def _is_whole(line: bytes) -> bool:
    """Whether a line is an object from its start to its end, or what stands behind the last one."""
    return (line.startswith(b"{") and line.endswith(b"}")) or line == b"[DONE]"


def _value(line: bytes, start: int) -> bytes:
    """The standard takes away one space behind the colon, no more."""
    return line[start + 1 :] if line[start : start + 1] == b" " else line[start:]
