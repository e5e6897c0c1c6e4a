"""The lines of a spool: one JSON object and a newline each, in ASCII.

A line says that a call opened, settled, or was dropped because it never reached the network. The part of a
record that says who calls whom from where is the same in both lines of a call, and in most calls of a
program: it is encoded once and remembered by its values.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress, repeat
from operator import is_not
from typing import Any

from llm_meter_tap.wire.json_values import encode
from llm_meter_tap.wire.names import FIELDS, wire_name
from llm_meter_tap.wire.record import NAMES, CallRecord
from llm_meter_tap.wire.record_fields import WRITERS

_PLACE = (
    "source", "operation_name", "provider_name", "request_model", "is_stream", "server_address",
    "server_port", "agent_name", "program_name", "user_id", "team", "key_fingerprint", "project", "kernel_id",
    "notebook_path", "cell_id", "run_id", "allotment_id",
)  # fmt: skip
_PLACE_WIRE = tuple(map(wire_name, _PLACE))
_OPENING = ("call_id", "started_at", "status", "basis")
_ID, _STARTED_AT, _STATUS, _BASIS = (FIELDS[name].wire for name in _OPENING)
_REST = tuple(name for name in NAMES if name not in (*_PLACE, *_OPENING))
_REST_WIRE = tuple(FIELDS[name].wire for name in _REST)
_WRITTEN = tuple((FIELDS[name].wire, WRITERS[name]) for name in _REST if name in WRITERS)
_time_written = lru_cache(maxsize=128)(WRITERS["started_at"])


def opened_line(record: CallRecord) -> bytes:
    """Encode what is known of a call when its request leaves.

    Args:
        record: The record. Its id, status and basis are our own words, so that they need no escaping.
    """
    return f'{{"v":1,"event":"opened","record":{{{_opening(record)}}}}}\n'.encode("ascii")


def settled_line(record: CallRecord) -> bytes:
    """Encode a whole record."""
    values = tuple(map(vars(record).get, _REST))
    rest = dict(compress(zip(_REST_WIRE, values), map(is_not, values, repeat(None))))  # noqa: B905 - not in 3.8
    for wire, write in _WRITTEN:
        if wire in rest:
            rest[wire] = write(rest[wire])
    more = "," + encode(rest)[1:-1] if rest else ""
    return f'{{"v":1,"event":"settled","record":{{{_opening(record)}{more}}}}}\n'.encode("ascii")


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


def _opening(record: CallRecord) -> str:
    """Encode the members that a record has from the start."""
    place = _encoded_place(tuple(map(vars(record).get, _PLACE)))
    return (
        f'"{_ID}":"{record.call_id}","{_STARTED_AT}":"{_time_written(record.started_at)}"'
        f',"{_STATUS}":"{record.status}","{_BASIS}":"{record.basis}",{place}'
    )


@lru_cache(maxsize=128)
def _encoded_place(values: tuple[Any, ...]) -> str:
    """Encode members; every record has a source."""
    known = (pair for pair in zip(_PLACE_WIRE, values) if pair[1] is not None)  # noqa: B905 - not in 3.8
    return encode(dict(known))[1:-1]
