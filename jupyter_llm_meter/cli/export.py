"""``jupyter llm-meter export``: every call in a file, in the names of the public record."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from traitlets import Bool, Unicode

from jupyter_llm_meter.cli.command import ALIASES, Command, CommandError
from jupyter_llm_meter.cli.files import progress_bar
from jupyter_llm_meter.cli.times import parse_end, parse_start
from jupyter_llm_meter.exports import FORMS, PARQUET_NEEDS, is_available
from jupyter_llm_meter.ledger import Filter, Ledger
from llm_meter_tap.wire.record import CallRecord

_CALLS_A_PIECE = 1000

_ALIASES = {
    **ALIASES,
    "format": "ExportApp.format",
    "output": "ExportApp.output",
    "from": "ExportApp.from_time",
    "to": "ExportApp.to_time",
}
_FLAGS: dict[str, Any] = {
    "archived": ({"ExportApp": {"archived": True}}, "Write archived calls too."),
}


class ExportApp(Command):
    """Write every call with the names of OpenTelemetry, oldest first."""

    name = "jupyter-llm-meter-export"
    description = __doc__
    aliases = _ALIASES
    flags = _FLAGS

    format = Unicode("jsonl", help=f"Form of the export: {', '.join(FORMS)}.").tag(config=True)
    output = Unicode(None, allow_none=True, help="File to write. Default: standard output.").tag(config=True)
    from_time = Unicode(None, allow_none=True, help="First day or time to export, such as 2026-11-01.").tag(
        config=True
    )
    to_time = Unicode(None, allow_none=True, help="Last day to export, or the first time not to.").tag(
        config=True
    )

    archived = Bool(False, help="Write archived calls too.").tag(config=True)

    def check(self) -> None:
        """Read the form and the range."""
        if self.format not in FORMS:
            raise CommandError(f"--format is {self.format!r}; allowed are {', '.join(FORMS)}")
        if not is_available(self.format):
            raise CommandError(f"--format is {self.format!r}; {PARQUET_NEEDS}")
        self._start = parse_start(self.from_time, self.time_zone(), "--from")
        self._end = parse_end(self.to_time, self.time_zone(), "--to")

    def answer(self, ledger: Ledger) -> None:
        """Write the calls of the ledger."""
        which = Filter(self._start, self._end)
        note = ledger.archive_note(None, which)
        if note is not None and self.archived:
            with (
                progress_bar("Reading the archive") as progress,
                ledger.with_archived(which, progress) as all_calls,
            ):
                self._export(all_calls.records(which))
            return
        self._export(ledger.records(which))
        if note is not None:
            sys.stderr.write(
                f"{self.name}: calls up to {note.until:%Y-%m-%d} are in the archive and were left out; add "
                "--archived to write them too\n"
            )

    def answer_without_ledger(self, url: str) -> None:
        """Write an empty export."""
        self._export([])

    def _export(self, records: Iterable[CallRecord]) -> None:
        if self.output is None:
            _write_to_pipe(records, self.format)
            return
        path = Path(self.output).expanduser()
        try:
            count = _write_file(records, path, self.format)
        except OSError as error:
            raise CommandError(f"--output {path} cannot be written: {error.strerror}") from error
        sys.stderr.write(f"{count} calls written to {path}\n")


def _write_file(records: Iterable[CallRecord], path: Path, form: str) -> int:
    """Write a file that only its owner can read; an export that breaks off leaves the old file as it was."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            count = _write(records, file, form)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _write_to_pipe(records: Iterable[CallRecord], form: str) -> None:
    try:
        _write(records, sys.stdout.buffer, form)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe. Python would report that again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(records: Iterable[CallRecord], file: BinaryIO, form: str) -> int:
    count = 0
    writer = FORMS[form].writer()
    file.write(writer.start_file())
    for batch in _batches(records):
        file.write(writer.write_calls(batch))
        count += len(batch)
    file.write(writer.end_file())
    return count


def _batches(records: Iterable[CallRecord]) -> Iterator[list[CallRecord]]:
    left = iter(records)
    while batch := list(islice(left, _CALLS_A_PIECE)):
        yield batch
