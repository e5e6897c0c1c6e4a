"""A recorded response as it goes over the wire again: head, content encoding, pieces.

The recordings hold bodies with their content encoding undone, and say by name alone that there was one. It is
put back in a coding that the client at hand accepts.
"""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from collections.abc import Callable
from typing import Any

Exchange = dict[str, Any]

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "date", "server"}
_EVENT = re.compile(rb"(?s).+?(?:\r?\n\r?\n|\Z)")
_STREAMED = {"sse", "ndjson", "json-array", "eventstream"}
_CUT = 7


def bytes_of(recording: Exchange, side: str) -> bytes:
    """The body of the request or the response."""
    body = recording[f"{side}_body"] or ""
    return base64.b64decode(body) if recording[f"{side}_encoding"] == "base64" else str(body).encode()


def headers_of(recording: Exchange) -> dict[str, str]:
    """The response's headers, without those that belong to a connection or to the coding of a body."""
    return {
        name: value
        for name, value in (recording["response_headers"] or {}).items()
        if name.lower() not in _HOP_BY_HOP
    }


def encoded(recording: Exchange, accepted: str) -> tuple[str | None, bytes]:
    """The response's body, encoded if it was, and the coding's name.

    Args:
        recording: The recording.
        accepted: The Accept-Encoding of the request that is answered.
    """
    body = bytes_of(recording, "response")
    dropped = {name.lower() for name in recording["response_headers_dropped"] or ()}
    known = [name for name in _encoders() if name in accepted]
    if "content-encoding" not in dropped or not known or not body:
        return None, body
    name = known[int(recording["id"], 16) % len(known)]
    return name, _encoders()[name](body)


def pieces(recording: Exchange, body: bytes, is_encoded: bool, most: int | None = None) -> list[bytes]:
    """The body as it is sent: what was streamed in pieces, by event where events can be recognised.

    Args:
        recording: The recording.
        body: Its body, encoded or not.
        is_encoded: Whether it is encoded.
        most: Put neighbours together so that there are no more pieces than this.
    """
    if recording["response_format"] not in _STREAMED or not body:
        return [body]
    if is_encoded or recording["response_format"] != "sse":
        size = -(-len(body) // _CUT)
        return [body[start : start + size] for start in range(0, len(body), size)]
    events = _EVENT.findall(body)
    size = 1 if most is None else -(-len(events) // most)
    return [b"".join(events[start : start + size]) for start in range(0, len(events), size)]


def _encoders() -> dict[str, Callable[[bytes], bytes]]:
    import brotli
    import zstandard

    return {
        "gzip": lambda body: gzip.compress(body, 1),
        "deflate": lambda body: zlib.compress(body, 1),
        "br": lambda body: brotli.compress(body, quality=1),
        "zstd": zstandard.ZstdCompressor(level=1).compress,
    }
