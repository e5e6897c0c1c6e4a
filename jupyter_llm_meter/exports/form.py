"""The interface of an export format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from llm_meter_tap.wire.record import CallRecord


class Writer(Protocol):
    """Writes one file: `start_file`, any number of `write_calls`, `end_file`. Join the pieces."""

    def start_file(self) -> bytes:
        """What comes before the first call."""

    def write_calls(self, records: Sequence[CallRecord]) -> bytes:
        """The next calls; may be empty, and come with a later piece."""

    def end_file(self) -> bytes:
        """What comes after the last call."""


class Form(NamedTuple):
    """One form of export.

    Attributes:
        media_type: For ``Content-Type``.
        writer: Makes a writer of one file.
    """

    media_type: str
    writer: Callable[[], Writer]
