"""``jupyter llm-meter reprice``: prices stored calls again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import Progress
from traitlets import Bool, Unicode

from jupyter_llm_meter.cli.command import ALIASES, FLAGS, Command, CommandError
from jupyter_llm_meter.cli.tables import Column, print_table
from jupyter_llm_meter.cli.times import parse_end, parse_start
from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.format import format_count, format_exact
from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger import (
    CostChange,
    Filter,
    Ledger,
    RepriceEntry,
    Repricing,
    from_pico,
    new_entry_id,
    sum_of,
)
from jupyter_llm_meter.service.pricing import Prices

INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells give it."""

_FIGURES = ("calls", "changed", "before", "after", "unpriced_before", "unpriced_after")
_COLUMNS = (
    Column("Model"),
    *(Column(name, "figure") for name in ("Calls", "Changed", "Before", "After", "Difference", "Unpriced")),
)

_ALIASES = {
    **ALIASES,
    "from": "RepriceApp.from_time",
    "to": "RepriceApp.to_time",
    "model": "RepriceApp.model",
}
_FLAGS = {
    **FLAGS,
    "dry-run": ({"RepriceApp": {"dry_run": True}}, "Show what would change, and change nothing."),
    "stated": (
        {"RepriceApp": {"stated": True}},
        "Also replace costs that the provider or a program stated, where a price is known.",
    ),
    "list": ({"RepriceApp": {"list_trail": True}}, "List who has repriced which calls, newest first."),
}


class RepriceApp(Command):
    """Price stored calls again, after a price was corrected."""

    name = "jupyter-llm-meter-reprice"
    description = __doc__
    aliases = _ALIASES
    flags = _FLAGS
    examples = """
    jupyter llm-meter reprice --from 2026-11-01 --model gpt-4o --dry-run
    jupyter llm-meter reprice --from 2026-11-01 --model gpt-4o
    jupyter llm-meter reprice --list
    """

    from_time = Unicode(None, allow_none=True, help="First day or time to price, such as 2026-11-01.").tag(
        config=True
    )
    to_time = Unicode(None, allow_none=True, help="Last day to price, or the first time not to.").tag(
        config=True
    )
    model = Unicode(None, allow_none=True, help="The model to price, as in reports. Default: all.").tag(
        config=True
    )
    dry_run = Bool(False, help="Show what would change, and change nothing.").tag(config=True)
    stated = Bool(False, help="Also replace stated costs.").tag(config=True)
    list_trail = Bool(False, help="List who has repriced which calls.").tag(config=True)

    def check(self) -> None:
        """Read the range and the prices: a price file that cannot be used changes nothing."""
        config = self.service_config()
        values = {} if self.model is None else {"model": self.model}
        start = parse_start(self.from_time, config.time_zone, "--from")
        self._which = Filter(start, parse_end(self.to_time, config.time_zone, "--to"), values)
        self._user = config.owner.user
        try:
            self._prices = Prices.read(config.prices_file, is_stated_kept=not self.stated)
        except PriceTableError as error:
            raise CommandError(str(error)) from None

    def answer(self, ledger: Ledger) -> None:
        """Price the calls, or list what was done."""
        if self.list_trail:
            self._print_trail(ledger.reprices())
            return
        done = 0

        def count(calls: int) -> None:
            nonlocal done
            done += calls

        try:
            with _progress(count) as progress:
                work = Repricing(self._prices, self._which, self.stated, progress)
                changes = ledger.reprice(work, None if self.dry_run else self._entry())
        except KeyboardInterrupt:
            kept = "nothing was changed" if self.dry_run else f"{done} calls are done"
            sys.stderr.write(f"{self.name}: interrupted; {kept}. Run it again for the rest.\n")
            self.exit_code = INTERRUPTED
            return
        self._print_changes(changes)
        note = ledger.archive_note(None, self._which)
        if note is not None:
            sys.stderr.write(
                f"{self.name}: calls up to {note.until:%Y-%m-%d} are in the archive and keep their cost. Put "
                "a month back with `archive --restore` and run this again to price its calls too.\n"
            )

    def answer_without_ledger(self, url: str) -> None:
        """Show that there is nothing to price."""
        if not self.json and not self.csv:
            self.say_nothing_yet(url)
        elif self.list_trail:
            self._print_trail([])
        else:
            self._print_changes({})

    def _entry(self) -> RepriceEntry:
        return RepriceEntry(
            id=new_entry_id(),
            user=self._user,
            price_version=self._prices.version,
            started_at=datetime.now(timezone.utc),
            start=self._which.start,
            end=self._which.end,
            model=self.model,
            with_stated=self.stated,
        )

    def _print_changes(self, changes: Mapping[str | None, CostChange]) -> None:
        ordered = sorted(changes.items(), key=lambda each: each[0] or "")
        rows = [_row(model, change) for model, change in ordered]
        total = sum_of(changes.values())
        if self.json:
            range_ = {"from": format_time(self._which.start), "to": format_time(self._which.end)}
            self.print_json(
                {
                    "dry_run": self.dry_run,
                    "price_version": self._prices.version,
                    **{name: at for name, at in range_.items() if at is not None},
                    "models": rows,
                    "total": _row(None, total),
                }
            )
        elif self.csv:
            self.print_csv(("model", *_FIGURES), rows)
        else:
            cells = [_cells(model or "(none)", change) for model, change in ordered]
            footer = _cells("Total", total) if len(cells) > 1 else None
            print_table(self.console(), _COLUMNS, cells, total=footer)
            if self.dry_run:
                self.console().print("Nothing was changed: this was a dry run.")

    def _print_trail(self, entries: list[RepriceEntry]) -> None:
        rows = [entry.to_dict() for entry in entries]
        if self.json:
            self.print_json({"reprices": rows})
        elif self.csv:
            names = ("id", "user", "started_at", "finished_at", "start", "end", "model", "with_stated")
            self.print_csv((*names, *_FIGURES, "price_version"), rows)
        else:
            columns = [
                Column(name) for name in ("When", "Who", "Calls from", "to", "Model", "State", "Prices")
            ]
            figures = [Column(name, "figure") for name in ("Changed", "Before", "After")]
            print_table(self.console(), [*columns, *figures], [_trail_cells(entry) for entry in entries])


@contextmanager
def _progress(count: Callable[[int], None]) -> Iterator[Callable[[int], None]]:
    """What is called with the calls of each part; in a terminal it moves a bar."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Pricing calls", total=None)

        def report(calls: int) -> None:
            count(calls)
            bar.advance(task, calls)

        yield report


def _row(model: str | None, change: CostChange) -> dict[str, Any]:
    named = {} if model is None else {"model": model}
    return {
        **named,
        "calls": change.calls,
        "changed": change.changed,
        "before": format_decimal(from_pico(change.before_pico)),
        "after": format_decimal(from_pico(change.after_pico)),
        "unpriced_before": change.unpriced_before,
        "unpriced_after": change.unpriced_after,
    }


def _cells(name: str, change: CostChange) -> list[str]:
    before, after = from_pico(change.before_pico), from_pico(change.after_pico)
    unpriced = [format_count(change.unpriced_before), format_count(change.unpriced_after)]
    return [
        name,
        format_count(change.calls),
        format_count(change.changed),
        *(_exact(amount) for amount in (before, after, after - before)),
        unpriced[0] if unpriced[0] == unpriced[1] else " → ".join(unpriced),
    ]


def _trail_cells(entry: RepriceEntry) -> list[str]:
    return [
        format_time(entry.started_at) or "",
        entry.user,
        format_time(entry.start) or "first",
        format_time(entry.end) or "last",
        entry.model or "all",
        "not finished" if entry.finished_at is None else "done",
        entry.price_version,
        format_count(entry.changed),
        _exact(entry.before),
        _exact(entry.after),
    ]


def _exact(amount: Decimal) -> str:
    return format_exact(amount, "USD")
