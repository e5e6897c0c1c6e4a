"""``jupyter llm-meter report``: usage by group."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

from traitlets import Bool, Unicode

from jupyter_llm_meter.cli.command import ALIASES, FLAGS, Command, CommandError
from jupyter_llm_meter.cli.files import progress_bar
from jupyter_llm_meter.cli.tables import Column, print_table
from jupyter_llm_meter.cli.times import known_zone, parse_end, parse_start
from jupyter_llm_meter.core.format import format_count, format_money, format_rate
from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger import GROUPS, ArchiveNote, Filter, Ledger

_FIGURES = {"calls": "Calls", "input_tokens": "Input", "output_tokens": "Output"}
_DETAILS = {
    "cache_read_input_tokens": "Cache read",
    "cache_write_input_tokens": "Cache write",
    "reasoning_output_tokens": "Reasoning",
}
_CSV = ("group", *_FIGURES, *_DETAILS, "cost", "unpriced_calls", "missing_calls")

_ALIASES = {
    **ALIASES,
    "group-by": "ReportApp.group_by",
    "from": "ReportApp.from_time",
    "to": "ReportApp.to_time",
    "time-zone": "ReportApp.zone",
}
_FLAGS = {
    **FLAGS,
    "archived": (
        {"ReportApp": {"archived": True}},
        "Read archived calls too, where sums do not keep apart what is asked for.",
    ),
}


class ReportApp(Command):
    """Show usage, grouped and in a range of time."""

    name = "jupyter-llm-meter-report"
    description = __doc__
    aliases = _ALIASES
    flags = _FLAGS

    group_by = Unicode("model", help=f"What to group by: {', '.join(GROUPS)}.").tag(config=True)
    from_time = Unicode(None, allow_none=True, help="First day or time to count, such as 2026-11-01.").tag(
        config=True
    )
    to_time = Unicode(None, allow_none=True, help="Last day to count, or the first time not to count.").tag(
        config=True
    )
    zone = Unicode(
        None, allow_none=True, help="IANA zone of days and hours. Default: the machine's own."
    ).tag(config=True)

    archived = Bool(False, help="Read archived calls too.").tag(config=True)

    def check(self) -> None:
        """Read the range and the group."""
        if self.group_by not in GROUPS:
            raise CommandError(f"--group-by is {self.group_by!r}; allowed are {', '.join(GROUPS)}")
        self._zone = known_zone(self.zone or self.time_zone())
        self._start = parse_start(self.from_time, self._zone, "--from")
        self._end = parse_end(self.to_time, self._zone, "--to")
        self._currency = self.service_config().currency

    def answer(self, ledger: Ledger) -> None:
        """Show the ledger's sums."""
        which = Filter(self._start, self._end)
        note = ledger.archive_note(self.group_by, which, self._zone)
        if self.archived and note is not None and note.is_needed:
            with (
                progress_bar("Reading the archive") as progress,
                ledger.with_archived(which, progress) as all_calls,
            ):
                rows = all_calls.usage(self.group_by, which, self._zone)
            note = note._replace(is_needed=False)
        else:
            rows = ledger.usage(self.group_by, which, self._zone)
        self._print_rows(rows, note)

    def answer_without_ledger(self, url: str) -> None:
        """Show that nothing was used."""
        if self.json or self.csv:
            self._print_rows([])
        else:
            self.say_nothing_yet(url)

    def _print_rows(self, rows: list[dict[str, Any]], note: ArchiveNote | None = None) -> None:
        if self.json:
            document = {
                "group_by": self.group_by,
                "from": format_time(self._start),
                "to": format_time(self._end),
                "rows": rows,
                "archive": None if note is None else note.to_dict(),
            }
            self.print_json({key: value for key, value in document.items() if value is not None})
        elif self.csv:
            self.print_csv(_CSV, rows)
        else:
            self._print_table(rows)
        if note is not None and note.is_needed:
            sys.stderr.write(f"{self.name}: {_archive_line(note)}\n")

    def _print_table(self, rows: list[dict[str, Any]]) -> None:
        details = {name: heading for name, heading in _DETAILS.items() if any(row[name] for row in rows)}
        figures = _FIGURES | details
        columns = [
            Column(self.group_by.capitalize() if self.group_by != "none" else ""),
            *(Column(heading, "figure") for heading in figures.values()),
            Column("Cost", "figure"),
            Column("Left out", "text"),
        ]
        sums = {name: sum(row[name] for row in rows) for name in figures}
        total = [
            "Total",
            *(format_count(figure) for figure in sums.values()),
            self._cost(_total_cost(rows)),
            _gaps(_total_gaps(rows)),
        ]
        print_table(
            self.console(),
            columns,
            [self._cells(row, list(figures)) for row in rows],
            total=total if len(rows) > 1 else None,
        )
        if self._currency is not None:
            self.console().print(format_rate(self._currency), soft_wrap=True)

    def _cells(self, row: dict[str, Any], figures: list[str]) -> list[str]:
        group = row.get("name") or row.get("group", "All" if self.group_by == "none" else "(none)")
        cost = Decimal(row["cost"]) if "cost" in row else None
        return [group, *(format_count(row[name]) for name in figures), self._cost(cost), _gaps(row)]

    def _cost(self, amount: Decimal | None) -> str:
        return "unknown" if amount is None else format_money(amount, self._currency)


def _archive_line(note: ArchiveNote) -> str:
    """What figures leave out that need calls one by one."""
    line = (
        f"the figures leave out calls up to {note.until:%Y-%m-%d} that are in the archive: sums do not keep "
        "apart what was asked for"
    )
    if note.removed_calls:
        return f"{line}, and the files of {format_count(note.removed_calls)} calls are removed"
    return f"{line}. Add --archived to read them"


def _total_cost(rows: list[dict[str, Any]]) -> Decimal | None:
    priced = [Decimal(row["cost"]) for row in rows if "cost" in row]
    return sum(priced, Decimal(0)) if priced else None


def _total_gaps(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in ("unpriced_calls", "missing_calls")}


def _gaps(row: dict[str, Any]) -> str:
    """What the figures of a row do not include, to be shown beside them."""
    gaps = []
    if row["unpriced_calls"]:
        gaps.append(f"{format_count(row['unpriced_calls'])} unpriced")
    if row["missing_calls"]:
        gaps.append(f"{format_count(row['missing_calls'])} without usage")
    return ", ".join(gaps)
