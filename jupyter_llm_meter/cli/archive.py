"""``jupyter llm-meter archive``: moves old calls out of the ledger, lists, checks and puts them back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from traitlets import Bool, Int, Unicode

from jupyter_llm_meter.cli.command import ALIASES, FLAGS, Command, CommandError
from jupyter_llm_meter.cli.files import format_bytes, progress_bar
from jupyter_llm_meter.cli.tables import Column, print_table
from jupyter_llm_meter.core.format import format_count
from jupyter_llm_meter.ledger import LEAST_DAYS, Archive, Ledger, Month, Part, Verdict

DEFAULT_DAYS = 90
INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells give it."""
BAD_FILES = 3
"""Exit code of --verify when a file is missing or damaged."""

_ALIASES = {
    **ALIASES,
    "older-than": "ArchiveApp.older_than",
    "keep-months": "ArchiveApp.keep_months",
    "restore": "ArchiveApp.restore",
}
_FLAGS: dict[str, Any] = {
    "json": FLAGS["json"],
    "dry-run": ({"ArchiveApp": {"dry_run": True}}, "Show what would be archived, and change nothing."),
    "list": ({"ArchiveApp": {"list_parts": True}}, "List the files of the archive."),
    "verify": ({"ArchiveApp": {"verify": True}}, "Read every file and compare its checksum."),
}


class ArchiveApp(Command):
    """Move calls of old months into compressed files beside the ledger; totals stay as they are."""

    name = "jupyter-llm-meter-archive"
    description = __doc__
    examples = """
    jupyter llm-meter archive --dry-run
    jupyter llm-meter archive --older-than 180
    jupyter llm-meter archive --list
    jupyter llm-meter archive --restore 2026-03
    """
    aliases = _ALIASES
    flags = _FLAGS

    older_than = Int(
        None,
        allow_none=True,
        help="Archive the months of UTC of which every call is older than so many days, "
        f"{LEAST_DAYS} or more. Default: c.LLMMeter.archive_after_days, else {DEFAULT_DAYS}.",
    ).tag(config=True)
    keep_months = Int(
        None,
        allow_none=True,
        help="Remove the files of calls that are older than so many months; their totals stay. Default: "
        "c.LLMMeter.archive_keep_months, else none are removed.",
    ).tag(config=True)
    restore = Unicode(
        None, allow_none=True, help="Put the calls of a month, such as 2026-03, back into the ledger."
    ).tag(config=True)
    dry_run = Bool(False, help="Show what would be archived, and change nothing.").tag(config=True)
    list_parts = Bool(False, help="List the files of the archive.").tag(config=True)
    verify = Bool(False, help="Read every file and compare its checksum.").tag(config=True)

    def check(self) -> None:
        """Read the ages."""
        chosen = [self.restore is not None, self.dry_run, self.list_parts, self.verify]
        if sum(chosen) > 1:
            raise CommandError("--restore, --dry-run, --list and --verify do different things; name one")
        config = self.service_config()
        given = self.older_than if self.older_than is not None else config.archive_after_days
        self._days = DEFAULT_DAYS if given is None else given
        if self._days < LEAST_DAYS:
            raise CommandError(
                f"--older-than is {self._days}; it must be {LEAST_DAYS} days or more, because limits, "
                "forecasts and badges look at the calls of the last month"
            )
        self._keep = self.keep_months if self.keep_months is not None else config.archive_keep_months
        if self._keep is not None and self._keep < 1:
            raise CommandError(f"--keep-months is {self._keep}; it must be 1 or more")

    def answer(self, ledger: Ledger) -> None:
        """Do what was asked for."""
        archive, now = ledger.archive, datetime.now(timezone.utc)
        if self.list_parts:
            self._print_parts(archive)
        elif self.verify:
            self._verify(archive)
        elif self.restore is not None:
            self._restore(archive, self.restore, now)
        elif self.dry_run:
            self._print_waiting(archive.waiting(now, self._days))
        else:
            self._archive(archive, now)

    def answer_without_ledger(self, url: str) -> None:
        """Say that there is nothing to archive."""
        if self.restore is not None:
            raise CommandError(f"no calls of {self.restore} are archived: there is no ledger")
        if not self.json:
            self.say_nothing_yet(url)
        elif self.dry_run:
            self._print_waiting([])
        else:
            self.print_json({"parts": []})

    def _archive(self, archive: Archive, now: datetime) -> None:
        made: list[Part] = []
        removed: list[Part] = []
        try:
            with archive.locked():
                self._move(archive, now, made)
                if self._keep is not None:
                    removed = archive.retire(self._keep, now)
        except KeyboardInterrupt:
            calls = format_count(sum(part.calls for part in made))
            sys.stderr.write(
                f"{self.name}: interrupted; {calls} calls are archived. Run it again for the rest.\n"
            )
            self.exit_code = INTERRUPTED
            return
        if self.json:
            self.print_json(
                {"parts": [part.to_dict() for part in made], "removed": [part.to_dict() for part in removed]}
            )
            return
        size = format_bytes(sum(part.bytes for part in made))
        self._say(
            f"{_calls(made)} archived in {archive.folder} ({size}). Totals are as before."
            if made
            else f"No month has calls that are all older than {self._days} days."
        )
        if made:
            self._say("The ledger has free space now; `jupyter llm-meter vacuum` gives it back.")
        if removed:
            self._say(f"{_calls(removed)} older than {self._keep} months removed. Their totals stay.")

    def _move(self, archive: Archive, now: datetime, made: list[Part]) -> None:
        """Archive part by part; each is whole before the next one begins."""
        waiting = archive.waiting(now, self._days)
        whole = sum(month.calls for month in waiting)
        with progress_bar("Archiving calls") as progress:
            for month in waiting:
                while part := archive.archive_some(month.name, now):
                    made.append(part)
                    progress(sum(each.calls for each in made), whole)

    def _restore(self, archive: Archive, month: str, now: datetime) -> None:
        with archive.locked(), progress_bar("Restoring calls") as progress:
            done, whole = 0, sum(part.calls for part in archive.parts() if part.month == month)

            def told(calls: int) -> None:
                nonlocal done
                done += calls
                progress(done, whole)

            parts = archive.restore(month, now, told)
        if self.json:
            self.print_json({"parts": [part.to_dict() for part in parts]})
        else:
            self._say(f"{_calls(parts)} of {month} are in the ledger again.")

    def _verify(self, archive: Archive) -> None:
        with progress_bar("Reading files") as progress:
            done = 0

            def told(calls: int) -> None:
                nonlocal done
                done += calls
                progress(done, done)

            verdicts = archive.verify(told)
        bad = [verdict for verdict in verdicts if verdict.problem is not None]
        unknown = archive.unknown_files()
        self.exit_code = BAD_FILES if bad else 0
        if self.json:
            files = [_verdict(verdict) for verdict in verdicts]
            self.print_json({"files": files, "unknown_files": unknown})
            return
        for verdict in bad:
            self._say(str(verdict.problem))
        for name in unknown:
            self._say(f"{archive.folder / name} belongs to no part of this ledger's archive.")
        whole = [verdict.part for verdict in verdicts if verdict.problem is None]
        self._say(f"{len(whole)} of {len(verdicts)} files are as they were written ({_calls(whole)}).")

    def _print_waiting(self, months: Sequence[Month]) -> None:
        if self.json:
            rows = [{"month": month.name, "calls": month.calls} for month in months]
            self.print_json({"older_than": self._days, "months": rows})
            return
        columns = [Column("Month"), Column("Calls", "figure")]
        print_table(self.console(), columns, [[month.name, format_count(month.calls)] for month in months])
        self._say("Nothing was changed: this was a dry run.")

    def _print_parts(self, archive: Archive) -> None:
        parts = archive.parts()
        if self.json:
            self.print_json({"folder": str(archive.folder), "parts": [part.to_dict() for part in parts]})
            return
        figures = [Column("Calls", "figure"), Column("Size", "figure")]
        columns = [Column("Month"), *figures, Column("State"), Column("File")]
        print_table(self.console(), columns, [_cells(part) for part in parts])
        self._say(f"The files are in {archive.folder}.")

    def _say(self, text: str) -> None:
        self.console().print(text, soft_wrap=True, markup=False)


def _calls(parts: Sequence[Part]) -> str:
    return f"{format_count(sum(part.calls for part in parts))} calls"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    problem = {} if verdict.problem is None else {"problem": verdict.problem}
    return {"file": verdict.part.file, "calls": verdict.part.calls, **problem}


def _cells(part: Part) -> list[str]:
    at = part.to_dict().get(f"{part.state}_at", "")
    state = f"{part.state} {at[:10]}" + (", totals kept" if part.state == "removed" else "")
    return [part.month, format_count(part.calls), format_bytes(part.bytes), state, part.file]
