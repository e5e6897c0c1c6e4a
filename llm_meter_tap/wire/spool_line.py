"""The lines of a spool: one JSON object and a newline each, in ASCII.

A line says that a call opened, settled, or was dropped because it never reached the network. The part of a
record that says who calls whom from where is the same in both lines of a call, and in most calls of a
program: it is encoded once and remembered by its values.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import Any

from llm_meter_tap.wire.json_values import encode
from llm_meter_tap.wire.names import FIELDS, wire_name
from llm_meter_tap.wire.record import NAMES, CallRecord
from llm_meter_tap.wire.record_fields import WRITERS, time_written

_PLACE = (
    "source", "operation_name", "provider_name", "request_model", "is_stream", "server_address",
    "server_port", "agent_name", "user_id", "team", "key_fingerprint", "project", "kernel_id",
    "notebook_path", "cell_id", "run_id", "allotment_id",
)  # fmt: skip
_PLACE_WIRE = tuple(map(wire_name, _PLACE))
_place_of = attrgetter(*_PLACE)
_ID, _STARTED_AT = FIELDS["call_id"].wire, FIELDS["started_at"].wire
_STATUS, _BASIS = FIELDS["status"].wire, FIELDS["basis"].wire
_REST = tuple((name, FIELDS[name].wire, WRITERS.get(name)) for name in NAMES if name not in _PLACE)


def opened_line(record: CallRecord) -> bytes:
    """Encode what is known of a call when its request leaves.

    Args:
        record: The record. Its id, status and basis are our own words, so that they need no escaping.
    """
    return (
        f'{{"v":1,"event":"opened","record":{{"{_ID}":"{record.call_id}"'
        f',"{_STARTED_AT}":"{time_written(record.started_at)}"'
        f',"{_STATUS}":"{record.status}","{_BASIS}":"{record.basis}"{_encoded_place(_place_of(record))}}}\n'
    ).encode("ascii")


def settled_line(record: CallRecord) -> bytes:
    """Encode a whole record."""
    rest: dict[str, Any] = {}
    fields = vars(record)
    for name, wire, write in _REST:
        value = fields[name]
        if value is not None:
            rest[wire] = value if write is None else write(value)
    members = encode(rest)[:-1] + _encoded_place(_place_of(record))
    return f'{{"v":1,"event":"settled","record":{members}}}\n'.encode("ascii")


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


@lru_cache(maxsize=128)
def _encoded_place(values: tuple[Any, ...]) -> str:
    """Encode the end of an object that already has members; every record has a source."""
    known = (pair for pair in zip(_PLACE_WIRE, values) if pair[1] is not None)  # noqa: B905 - not in 3.8
    return "," + encode(dict(known))[1:]
