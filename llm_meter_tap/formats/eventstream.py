"""Splits AWS's binary stream into events (`application/vnd.amazon.eventstream`).

The format is the one that Amazon documents as event stream encoding: two lengths and a checksum, headers,
payload, a checksum. Checksums are not verified: TLS has done that, and a damaged payload does not parse as
JSON.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator

from llm_meter_tap.formats.sse import StreamEvent
from llm_meter_tap.wire.json_values import mapping, parse, text

_PRELUDE = struct.Struct(">II")
_PRELUDE_END = 12
_CHECKSUM = 4
_FIRST_EVENT = 512
_STRING = 7
# Bytes of a header's value by its type; strings and byte arrays carry their length.
_WIDTHS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}


def events(body: bytes) -> Iterator[StreamEvent]:
    """Yield the events of a stream, named by `:event-type` or `:exception-type`, until the bytes end or are
    not valid.

    The payload of InvokeModelWithResponseStream is unwrapped: `{"bytes": "<base64>"}` becomes what is in it.
    """
    at = 0
    while at + _PRELUDE_END + _CHECKSUM <= len(body):
        total, header_length = _PRELUDE.unpack_from(body, at)
        start, end = at + _PRELUDE_END, at + total - _CHECKSUM
        if total < _PRELUDE_END + _CHECKSUM or end > len(body) or start + header_length > end:
            return
        headers = _headers(body[start : start + header_length])
        name = headers.get(":exception-type") or headers.get(":event-type") or ""
        yield StreamEvent(name, _unwrapped(body[start + header_length : end]))
        at += total


def is_begun_by(body: bytes) -> bool:
    """Whether bytes begin with the lengths of an event and their checksum, whatever the type says."""
    if len(body) < _PRELUDE_END or body[0] != 0:
        return False
    return binascii.crc32(body[:8]) == int.from_bytes(body[8:_PRELUDE_END], "big")


def parts(body: bytes) -> bytes:
    """The answer of a SageMaker endpoint, which its stream holds in pieces; empty for other streams."""
    if b"PayloadPart" not in body[:_FIRST_EVENT]:
        return b""
    return b"".join(event.data for event in events(body) if event.name == "PayloadPart")


def _headers(block: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    at = 0
    while at < len(block):
        name_end = at + 1 + block[at]
        if name_end >= len(block):
            break
        name, kind = block[at + 1 : name_end].decode("utf-8", "replace"), block[name_end]
        at = name_end + 1
        if kind in _WIDTHS:
            at += _WIDTHS[kind]
            continue
        length = int.from_bytes(block[at : at + 2], "big")
        if kind == _STRING:
            headers[name] = block[at + 2 : at + 2 + length].decode("utf-8", "replace")
        at += 2 + length
    return headers


def _unwrapped(payload: bytes) -> bytes:
    if b'"bytes"' not in payload:
        return payload
    inner = text(mapping(parse(payload)).get("bytes"))
    try:
        return base64.b64decode(inner) if inner else payload
    except (binascii.Error, ValueError):
        return payload
