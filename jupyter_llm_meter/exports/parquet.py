"""Export as Parquet, with types: times in UTC, whole numbers, money as decimals.

pyarrow writes it. It is large, so it is an optional dependency and is imported on first use.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from llm_meter_tap.wire.names import FIELDS
from llm_meter_tap.wire.record import PUBLIC_NAMES, CallRecord

CALLS_A_GROUP = 50_000
"""Calls of one row group: what is held in memory, and what a reader can skip at a time."""

_DOCUMENTS = ("usage_raw", "usage_tool_calls")


def has_pyarrow() -> bool:
    """Whether the library that writes Parquet is installed."""
    return find_spec("pyarrow") is not None


class Parquet:
    """A Parquet file, a row group at a time."""

    def __init__(self) -> None:
        self._arrow = import_module("pyarrow")
        self._schema = self._arrow.schema([(FIELDS[name].wire, self._type(name)) for name in PUBLIC_NAMES])
        self._sink = _Sink()
        self._file = import_module("pyarrow.parquet").ParquetWriter(self._sink, self._schema)
        self._waiting: list[CallRecord] = []

    def start_file(self) -> bytes:
        """The mark of a Parquet file."""
        return self._sink.take_pieces()

    def write_calls(self, records: Sequence[CallRecord]) -> bytes:
        """Nothing, until a row group is full."""
        self._waiting.extend(records)
        if len(self._waiting) >= CALLS_A_GROUP:
            self._write_group()
        return self._sink.take_pieces()

    def end_file(self) -> bytes:
        """The last row group and the table of contents."""
        if self._waiting:
            self._write_group()
        self._file.close()
        return self._sink.take_pieces()

    def _write_group(self) -> None:
        columns = [
            self._arrow.array([_value(name, record) for record in self._waiting], type=field.type)
            for name, field in zip(PUBLIC_NAMES, self._schema, strict=True)
        ]
        self._file.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._waiting.clear()

    def _type(self, name: str) -> Any:
        arrow = self._arrow
        if name == "started_at":
            return arrow.timestamp("us", tz="UTC")
        if name == "cost_amount":
            return arrow.decimal128(38, 12)
        if name == "usage_flags":
            return arrow.list_(arrow.string())
        if name == "is_stream":
            return arrow.bool_()
        if name == "server_port":
            return arrow.int32()
        if name in ("duration_s", "time_to_first_chunk_s"):
            return arrow.float64()
        return arrow.int64() if name.endswith("_tokens") else arrow.string()


def _value(name: str, record: CallRecord) -> Any:
    value = getattr(record, name)
    return json.dumps(value, ensure_ascii=False) if name in _DOCUMENTS and value is not None else value


class _Sink(io.RawIOBase):
    """A file whose content can be fetched piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._written += len(piece)
        return len(piece)

    def take_pieces(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
