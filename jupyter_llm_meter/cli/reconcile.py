"""``jupyter llm-meter reconcile``: compares the ledger with what a provider says was used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from rich.markup import escape
from traitlets import Bool, Unicode

from jupyter_llm_meter.cli.command import ALIASES, FLAGS, Command, CommandError
from jupyter_llm_meter.cli.tables import Column, print_table
from jupyter_llm_meter.core.format import format_count
from jupyter_llm_meter.core.standing import format_decimal, format_time
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.reconcile import (
    FIGURES,
    Comparison,
    Export,
    ExportError,
    LedgerDay,
    Pair,
    Reconciliation,
    ledger_days,
    of_account,
    read_export,
    reconcile,
    refuse_overlaps,
)

DIFFERS = 3
"""Exit code when the provider and the ledger differ."""

UNKNOWN = "unknown"
_TITLES = dict(
    zip(FIGURES, ("Calls", "Input", "Output", "Cache read", "Cache write", "Cost (USD)"), strict=True)
)
_COLUMNS = (
    Column("Day (UTC)"), Column("Model"), Column("Figure"),
    Column("Provider", "figure"), Column("Ledger", "figure"), Column("Difference", "figure"),
    Column("Why, see below", "text"),
)  # fmt: skip
_CSV = ("day", "model", "figure", "export", "ledger", "difference", "differs", "reasons")

_ALIASES = {**ALIASES, "account": "ReconcileApp.account", "tolerance": "ReconcileApp.tolerance"}
_FLAGS = {**FLAGS, "all": ({"ReconcileApp": {"all": True}}, "Also show what agrees.")}


class ReconcileApp(Command):
    """Compare the ledger with usage exports of a provider, FILE ..., by UTC day and model.

    Exports of OpenAI, Anthropic, Azure, Google Cloud and AWS are recognised by their content. Nothing is
    changed. The exit code is 0 when all figures agree, 3 when some differ, 2 when a file cannot be compared
    and 1 when the ledger cannot be reached.
    """

    name = "jupyter-llm-meter-reconcile"
    description = __doc__
    examples = """
    jupyter llm-meter reconcile usage.json costs.json
    jupyter llm-meter reconcile --account 1234-5678 --tolerance 0.5 cost-export.csv
    """
    aliases = _ALIASES
    flags = _FLAGS

    account = Unicode(
        None,
        allow_none=True,
        help="Id of the account, organisation, subscription, project or workspace whose usage is compared. "
        "Needed where an export has several accounts; another one is an error.",
    ).tag(config=True)
    tolerance = Unicode(
        "0", help="Differences up to so many per cent of the provider's figure count as none, such as 0.5."
    ).tag(config=True)
    all = Bool(False, help="Also show what agrees.").tag(config=True)

    def check(self) -> None:
        """Read the files: what cannot be compared is refused before the ledger is opened."""
        try:
            self._tolerance = Decimal(self.tolerance)
        except InvalidOperation:
            self._tolerance = Decimal(-1)
        if not self._tolerance.is_finite() or self._tolerance < 0:
            raise CommandError(f"--tolerance is {self.tolerance!r}; it must be a percentage, 0 or more")
        try:
            exports = of_account([read_export(_bytes(file), file.name) for file in self._files], self.account)
            refuse_overlaps(exports)
        except ExportError as error:
            raise CommandError(f"{error}") from None
        self._groups = _by_provider(exports)

    def answer(self, ledger: Ledger) -> None:
        """Compare with the ledger's calls."""
        self._print([self._compare(group, ledger) for group in self._groups])

    def answer_without_ledger(self, url: str) -> None:
        """Compare with no calls: whatever the provider has was not metered."""
        if not self.json and not self.csv:
            self.say_nothing_yet(url)
        self._print([self._compare(group, None) for group in self._groups])

    def _refuse_unknown_words(self) -> None:
        words, self.extra_args = list(self.extra_args), []
        super()._refuse_unknown_words()
        if not words:
            raise CommandError("name one FILE or more; see --help")
        self._files = [Path(word).expanduser() for word in words]

    def _compare(self, exports: list[Export], ledger: Ledger | None) -> Reconciliation:
        start, end = min(each.start for each in exports), max(each.end for each in exports)
        providers = exports[0].format.providers
        days: list[LedgerDay] = [] if ledger is None else ledger_days(ledger, providers, start, end)
        return reconcile(exports, days, self._tolerance)

    def _print(self, found: list[Reconciliation]) -> None:
        differing = [each for one in found for each in one.differing]
        self.exit_code = DIFFERS if differing else 0
        if self.json:
            self.print_json(self._document(found))
            return
        shown = [each for one in found for each in (one.comparisons if self.all else one.differing)]
        if self.csv:
            self.print_csv(_CSV, (row for each in shown for row in _csv_rows(each)))
            return
        if shown:
            self._print_table(shown)
        self._print_notes(found, len(differing))

    def _print_table(self, shown: list[Comparison]) -> None:
        rows = []
        for each in shown:
            names = each.figures if self.all else each.differing
            codes = ", ".join(reason.code for reason in each.reasons)
            for number, name in enumerate(names):
                is_first = number == 0
                rows.append(
                    (
                        each.day.isoformat() if is_first else "",
                        (each.model or "all models") if is_first else "",
                        _TITLES[name],
                        *_cells(name, each.figures[name]),
                        codes if is_first else "",
                    )
                )
        print_table(self.console(), _COLUMNS, rows)

    def _print_notes(self, found: list[Reconciliation], differing: int) -> None:
        lines = list(_explained(each for one in found for each in one.comparisons))
        exports = [export for group in self._groups for export in group]
        lines += [
            f"Not read of {each.name}, although it holds tokens: {text}."
            for each in exports
            for text in each.unread
        ]
        lines += dict.fromkeys(each.format.note for each in exports if each.format.note)
        for one in found:
            compared = f"{format_count(len(one.comparisons))} compared, in UTC days"
            lines.append(f"{format_time(one.start)} to {format_time(one.end)}: {compared}.")
        lines.append("No figure differs." if not differing else f"{format_count(differing)} of them differ.")
        for line in lines:
            self.console().print(escape(line), soft_wrap=True)

    def _document(self, found: list[Reconciliation]) -> dict[str, Any]:
        return {
            "differs": any(one.differing for one in found),
            "time_zone": "UTC",
            "files": [
                {
                    "name": each.name,
                    "format": each.format.name,
                    "from": format_time(each.start),
                    "to": format_time(each.end),
                    "unread": list(each.unread),
                }
                for group in self._groups
                for each in group
            ],
            "rows": [_row(each) for one in found for each in one.comparisons],
        }


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error


def _by_provider(exports: Iterable[Export]) -> list[list[Export]]:
    groups: dict[tuple[str, ...], list[Export]] = {}
    for export in exports:
        groups.setdefault(export.format.providers, []).append(export)
    return list(groups.values())


def _cells(name: str, pair: Pair) -> tuple[str, str, str]:
    def written(value: Decimal | None, sign: str = "") -> str:
        if value is None:
            return UNKNOWN
        if name == "cost" or value != value.to_integral_value():
            return f"{value:{sign},f}"
        return f"{int(value):{sign},}"

    return written(pair.export), written(pair.ledger), written(pair.difference, "+")


def _figures(pair: Pair) -> dict[str, str]:
    known = {"export": pair.export, "ledger": pair.ledger, "difference": pair.difference}
    return {name: format_decimal(value) for name, value in known.items() if value is not None}


def _row(each: Comparison) -> dict[str, Any]:
    named = {} if each.model is None else {"model": each.model}
    return {
        "day": each.day.isoformat(),
        **named,
        "export_models": list(each.export_models),
        "ledger_models": list(each.ledger_models),
        "figures": {name: _figures(pair) for name, pair in each.figures.items()},
        "differing": list(each.differing),
        "reasons": [{"code": reason.code, "text": reason.text} for reason in each.reasons],
    }


def _csv_rows(each: Comparison) -> Iterator[dict[str, Any]]:
    for name, pair in each.figures.items():
        yield {
            "day": each.day.isoformat(),
            "model": each.model,
            "figure": name,
            **_figures(pair),
            "differs": "yes" if name in each.differing else "no",
            "reasons": " ".join(reason.code for reason in each.reasons),
        }


def _explained(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """Each reason once, or with every day where its text has values."""
    seen = set()
    for each in comparisons:
        for reason in each.reasons:
            where = f" ({each.day.isoformat()}, {each.model or 'all models'})" if reason.values else ""
            line = f"{reason.code}{where}: {reason.text}"
            if line not in seen:
                seen.add(line)
                yield line
