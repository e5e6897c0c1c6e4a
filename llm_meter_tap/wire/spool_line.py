"""The lines of a spool: one JSON object and a newline each, in ASCII.

A line says that a call opened, settled, or was dropped because it never reached the network. What a record
has from the start is the same in both lines of a call: it is encoded once. The part of it that says who calls
whom from where, its place, is the same in most calls of a program, too.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.wire.json_values import encode, encode_text
from llm_meter_tap.wire.names import FIELDS, wire_name
from llm_meter_tap.wire.record import NAMES, CallRecord
from llm_meter_tap.wire.record_fields import WRITERS

_PLACE = (
    "source", "operation_name", "provider_name", "request_model", "is_stream", "server_address",
    "server_port", "agent_name", "program_name", "user_id", "team", "key_fingerprint", "project", "kernel_id",
    "notebook_path", "cell_id", "run_id",
)  # fmt: skip
_PLACE_WIRE = tuple(map(wire_name, _PLACE))
_ID, _STARTED_AT = (FIELDS[name].wire for name in ("call_id", "started_at"))
_STATUS, _BASIS = (FIELDS[name].wire for name in ("status", "basis"))
_ALLOTMENT = wire_name("allotment_id")
_CONSTANT = (*_PLACE, "call_id", "started_at", "allotment_id")
# What each other member begins with.
_REST = {name: f',"{FIELDS[name].wire}":' for name in NAMES if name not in _CONSTANT}
_time_written = WRITERS["started_at"]


def encoded_place(known: dict[str, Any]) -> str:
    """Encode the members that say who calls whom from where, of a record's known fields."""
    named = zip(_PLACE_WIRE, map(known.get, _PLACE))  # noqa: B905 - not in 3.8
    return encode({wire: value for wire, value in named if value is not None})[1:-1]


def constant_members(record: CallRecord, place: str | None = None) -> str:
    """Encode the members that a record has from the start and keeps.

    Args:
        record: The record. Its id is our own word, so that it needs no escaping; so are status and basis.
        place: What `encoded_place` says of it, where that is known.
    """
    place = encoded_place(vars(record)) if place is None else place
    if record.allotment_id is not None:
        place = f'{place},"{_ALLOTMENT}":{encode(record.allotment_id)}'
    return f'"{_ID}":"{record.call_id}","{_STARTED_AT}":"{_time_written(record.started_at)}",{place}'


def opened_line(record: CallRecord, constant: str | None = None) -> bytes:
    """Encode what is known of a call when its request leaves.

    Args:
        record: The record.
        constant: What `constant_members` says of it, where that is known.
    """
    members = constant or constant_members(record)
    state = f'"{_STATUS}":"{record.status}","{_BASIS}":"{record.basis}"'
    return f'{{"v":1,"event":"opened","record":{{{members},{state}}}}}\n'.encode("ascii")


def settled_line(
    record: CallRecord, constant: str | None = None, rest: dict[str, Any] | None = None
) -> bytes:
    """Encode a whole record.

    Args:
        record: The record.
        constant: What `constant_members` says of it, where that is known.
        rest: All its other fields that are known, where these are at hand.
    """
    parts = ['{"v":1,"event":"settled","record":{', constant or constant_members(record)]
    for name, value in (vars(record) if rest is None else rest).items():
        if value is None or name not in _REST:
            continue
        kind = type(value)
        if kind is int:
            written = str(value)
        elif kind is str:
            written = encode_text(value)
        else:
            write = WRITERS.get(name)
            written = encode(value if write is None else write(value))
        parts += (_REST[name], written)
    parts.append("}}\n")
    return "".join(parts).encode("ascii")


def dropped_line(call_id: str) -> bytes:
    """Encode that nothing of a call reached the network."""
    return encode({"v": 1, "event": "dropped", "id": call_id}).encode("ascii") + b"\n"


def with_text(line: bytes, text: dict[str, Any]) -> bytes:
    """Add the text that the service counts to a line that is about to be sent; it is never on disk.

    Args:
        line: A settled line.
        text: `input`, `output` and `framing`.
    """
    return line[: -len(b"}\n")] + f',"text":{encode(text)}}}\n'.encode("ascii")
