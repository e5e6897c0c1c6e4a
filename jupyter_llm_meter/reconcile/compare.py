"""Compares exports with the ledger by UTC day and model. Pure.

A model of an export is compared with the ledger's model of the same name on that day. Names that are left
over on both sides are compared by their family (`models.py`), together where several share one. What an
export does not split by model is compared with the whole day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from jupyter_llm_meter.ledger import Oddities, sum_of_oddities
from jupyter_llm_meter.reconcile.export import DAY, FIGURES, Export, ExportRow
from jupyter_llm_meter.reconcile.ledger_days import LedgerDay
from jupyter_llm_meter.reconcile.models import family
from jupyter_llm_meter.reconcile.reasons import Facts, Reason, reasons_for

_HUNDRED = Decimal(100)
Figures = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Pair:
    """One figure on both sides.

    Attributes:
        export: What the provider says; None: the export does not have it.
        ledger: What the ledger says; None: unknown.
    """

    export: Decimal | None
    ledger: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """The provider's figure less the ledger's; None where one is unknown."""
        return None if self.export is None or self.ledger is None else self.export - self.ledger

    def differs(self, tolerance: Decimal) -> bool:
        """Whether they are further apart than a share of the provider's, or unknown to the ledger."""
        difference = self.difference
        if difference is None:
            return self.export is not None and self.export != 0
        return abs(difference) > abs(self.export or Decimal(0)) * tolerance / _HUNDRED


@dataclass(frozen=True)
class Comparison:
    """One model on one day.

    Attributes:
        day: The UTC day.
        export_models: Its names in the export; empty: the export says nothing of it, or does not split.
        ledger_models: Its names in the ledger.
        figures: What both sides say, by the names of ``FIGURES``.
        differing: The names of the figures that differ.
        is_whole_day: Whether it is about all models, since the export does not split by model.
        reasons: Why they may differ.
    """

    day: date
    export_models: tuple[str, ...]
    ledger_models: tuple[str, ...]
    figures: Mapping[str, Pair]
    differing: tuple[str, ...] = ()
    is_whole_day: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def model(self) -> str | None:
        """The name that is shown: the ledger's, else the export's; None: all models."""
        return next(iter((*self.ledger_models, *self.export_models)), None)


@dataclass(frozen=True)
class Reconciliation:
    """The outcome.

    Attributes:
        comparisons: By day and model.
        start: The first instant compared.
        end: The first instant not compared.
    """

    comparisons: tuple[Comparison, ...]
    start: datetime
    end: datetime

    @property
    def differing(self) -> tuple[Comparison, ...]:
        """Those that differ."""
        return tuple(each for each in self.comparisons if each.differing)


@dataclass
class _Side:
    """What one side says of a model on a day."""

    names: list[str] = field(default_factory=list)
    figures: dict[str, Decimal | None] = field(default_factory=dict)
    has_batch: bool = False
    currency: str = "USD"
    unpriced: int = 0
    oddities: Oddities = field(default_factory=Oddities)

    def add(self, name: str | None, figures: Figures) -> None:
        if name is not None and name not in self.names:
            self.names.append(name)
        for key, value in figures.items():
            known = self.figures.get(key)
            self.figures[key] = known if value is None else value + (known or 0)

    def merge(self, other: _Side) -> None:
        for name in other.names:
            self.add(name, {})
        self.add(None, other.figures)
        self.has_batch |= other.has_batch
        self.unpriced += other.unpriced
        self.currency = other.currency
        self.oddities = sum_of_oddities((self.oddities, other.oddities))


_Sides = dict[str, _Side]


def reconcile(
    exports: Sequence[Export], ledger: Iterable[LedgerDay], tolerance: Decimal = Decimal(0)
) -> Reconciliation:
    """Compare exports of one provider with the ledger.

    Args:
        exports: The exports.
        ledger: The ledger's days between the begin and the end of the exports.
        tolerance: Differences up to so many per cent of the provider's figure count as none.
    """
    rows = [row for export in exports for row in export.rows]
    of_ledger: dict[date, _Sides] = {}
    for each in ledger:
        side = of_ledger.setdefault(each.day, {}).setdefault(each.model or "", _Side())
        side.add(each.model, each.figures)
        side.unpriced += each.unpriced_calls
        side.oddities = sum_of_oddities((side.oddities, each.oddities))
    of_export, whole = _by_day(rows)
    start, end = min(each.start for each in exports), max(each.end for each in exports)
    split = {name for row in rows if row.model is not None for name in row.figures}
    found: list[Comparison] = []
    for day in sorted({*of_export, *whole, *of_ledger}):
        mine = of_ledger.get(day, {})
        partly = _is_partly(day, start, end)
        if split:
            pairs = _paired(of_export.get(day, {}), mine)
            found += [_comparison(day, pair, split, tolerance, partly) for pair in pairs]
        if day in whole:
            all_ = _Side()
            for side in mine.values():
                all_.merge(side)
            compared = _comparison(day, (whole[day], all_), set(whole[day].figures), tolerance, partly)
            found.append(replace(compared, is_whole_day=True, ledger_models=(), export_models=()))
    return Reconciliation(tuple(_with_edges(found)), start, end)


def _by_day(rows: Iterable[ExportRow]) -> tuple[dict[date, _Sides], dict[date, _Side]]:
    """The rows by day and model, and those that are not split by model by day."""
    split: dict[date, _Sides] = {}
    whole: dict[date, _Side] = {}
    for row in rows:
        day = row.start.date()
        if row.model is None:
            side = whole.setdefault(day, _Side())
        else:
            side = split.setdefault(day, {}).setdefault(row.model, _Side())
        side.add(row.model, row.figures)
        side.has_batch |= row.is_batch
        if "cost" in row.figures:
            side.currency = row.currency
    return split, whole


def _paired(export: _Sides, ledger: _Sides) -> list[tuple[_Side, _Side]]:
    """The two sides of every model: by name, else by family; a missing side is empty."""
    same = [name for name in export if name in ledger]
    pairs = [(export[name], ledger[name]) for name in same]
    families: dict[object, tuple[_Side, _Side]] = {}
    for number, sides in enumerate((export, ledger)):
        for name, side in sides.items():
            if name not in same:
                families.setdefault(family(name), (_Side(), _Side()))[number].merge(side)
    return pairs + list(families.values())


def _comparison(
    day: date, sides: tuple[_Side, _Side], asked: set[str], tolerance: Decimal, is_partly: bool
) -> Comparison:
    export, ledger = sides
    is_dollars = export.currency == "USD"
    # What was not metered or not billed is none, and what one side does not say is unknown.
    none = dict.fromkeys(FIGURES, Decimal(0))
    theirs: Figures = export.figures or {name: none[name] for name in asked}
    mine: Figures = ledger.figures or none
    figures = {
        name: Pair(theirs[name], mine.get(name))
        for name in FIGURES
        if theirs.get(name) is not None and (name != "cost" or is_dollars)
    }
    differing = tuple(name for name, pair in figures.items() if pair.differs(tolerance))
    facts = Facts(
        differences={name: figures[name].difference for name in differing},
        is_in_export=bool(export.figures),
        is_in_ledger=bool(ledger.figures),
        export_models=tuple(export.names),
        ledger_models=tuple(ledger.names),
        has_cache_figures="cache_read_input_tokens" in theirs,
        ledger_cached=mine.get("cache_read_input_tokens") or Decimal(0),
        has_batch=export.has_batch,
        currency=export.currency,
        is_partly=is_partly,
        unpriced=ledger.unpriced,
        oddities=ledger.oddities,
    )
    reasons = reasons_for(facts) if differing or not is_dollars else ()
    return Comparison(day, facts.export_models, facts.ledger_models, figures, differing, reasons=reasons)


def _is_partly(day: date, start: datetime, end: datetime) -> bool:
    first = datetime(day.year, day.month, day.day, tzinfo=start.tzinfo)
    return first < start or first + DAY > end


def _with_edges(found: Sequence[Comparison]) -> Iterable[Comparison]:
    """The comparisons, with the reason of those whose difference is made up for on the day beside."""
    known = {(each.day, each.model): each for each in found}
    for each in found:
        beside = [known.get((each.day + step, each.model)) for step in (DAY, -DAY)]
        name = next(iter(each.differing), None)
        if name is not None and any(other and _is_opposite(each, other, name) for other in beside):
            yield replace(each, reasons=(*each.reasons, Reason("beside")))
        else:
            yield each


def _is_opposite(one: Comparison, other: Comparison, name: str) -> bool:
    differences = [each.figures[name].difference for each in (one, other) if name in each.figures]
    known = [each for each in differences if each]
    return len(known) == 2 and (known[0] > 0) != (known[1] > 0)
