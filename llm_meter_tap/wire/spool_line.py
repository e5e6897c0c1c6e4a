"""The spool's line about a call: its record, encoded.

Owns the one saving: who calls whom from where is the same in both lines of a call, and in most calls of a
program, so that this part is encoded once and remembered. By its values: a record that changes is encoded
anew. Refuses to write anything else than `CallRecord.to_wire` says.
"""

from __future__ import annotations

import json
from functools import lru_cache
from operator import attrgetter
from typing import Any

from llm_meter_tap.wire.names import FIELDS
from llm_meter_tap.wire.record import NAMES, WRITERS, CallRecord, time_written

# JSON on one line, in ASCII.
encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

_PLACE = (
    "source", "operation_name", "provider_name", "request_model", "is_stream", "server_address",
    "server_port", "agent_name", "user_id", "team", "key_fingerprint", "project", "kernel_id",
    "notebook_path", "cell_id", "run_id",
)  # fmt: skip
_PLACE_WIRE = tuple(FIELDS[name].wire for name in _PLACE)
_place_of = attrgetter(*_PLACE)
_ID, _STARTED_AT = FIELDS["call_id"].wire, FIELDS["started_at"].wire
_STATUS, _BASIS = FIELDS["status"].wire, FIELDS["basis"].wire
_REST = tuple((name, FIELDS[name].wire, WRITERS.get(name)) for name in NAMES if name not in _PLACE)


def encode_line(body: dict[str, Any]) -> bytes:
    """Return a line of a spool or of a request to the service: one JSON object and a newline."""
    return encode(body).encode("ascii") + b"\n"


def opened_line(record: CallRecord) -> bytes:
    """The line that says what is known when the request leaves: nothing that needs an encoder.

    Args:
        record: The record; its id, its status and its basis are words of ours.
    """
    return (
        f'{{"v":1,"event":"opened","record":{{"{_ID}":"{record.call_id}"'
        f',"{_STARTED_AT}":"{time_written(record.started_at)}"'
        f',"{_STATUS}":"{record.status}","{_BASIS}":"{record.basis}"{_encoded_place(_place_of(record))}}}\n'
    ).encode("ascii")


def settled_line(record: CallRecord) -> bytes:
    """The line that says all of a record."""
    rest: dict[str, Any] = {}
    fields = vars(record)
    for name, wire, write in _REST:
        value = fields[name]
        if value is not None:
            rest[wire] = value if write is None else write(value)
    members = encode(rest)[:-1] + _encoded_place(_place_of(record))
    return f'{{"v":1,"event":"settled","record":{members}}}\n'.encode("ascii")


@lru_cache(maxsize=128)
def _encoded_place(values: tuple[Any, ...]) -> str:
    """The end of an object that has members already; every record names its source."""
    known = (pair for pair in zip(_PLACE_WIRE, values) if pair[1] is not None)  # noqa: B905 - not in 3.8
    return "," + encode(dict(known))[1:]
