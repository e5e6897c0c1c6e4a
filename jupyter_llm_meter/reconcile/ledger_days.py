"""What the ledger says of days: the figures that reports show, and what is particular about the calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from jupyter_llm_meter.ledger import Filter, Ledger, Oddities
from jupyter_llm_meter.reconcile.export import FIGURES

_EXACT = FIGURES[1:-1]


@dataclass(frozen=True)
class LedgerDay:
    """The calls of one model on one UTC day.

    Attributes:
        day: The day.
        provider: ``gen_ai.provider.name``.
        model: The model that answered, or the requested one; None: unknown.
        figures: By the names of ``FIGURES``; None is unknown.
        unpriced_calls: How many have no known cost.
        oddities: What else is to know of the calls.
    """

    day: date
    provider: str
    model: str | None
    figures: Mapping[str, Decimal | None]
    unpriced_calls: int = 0
    oddities: Oddities = field(default_factory=Oddities)


def ledger_days(ledger: Ledger, providers: Sequence[str], start: datetime, end: datetime) -> list[LedgerDay]:
    """The days of some providers, from the first instant on and before the last.

    Args:
        ledger: The ledger.
        providers: Their ``gen_ai.provider.name``.
        start: First instant.
        end: First instant that does not count.
    """
    found = []
    for provider in providers:
        which = Filter(start, end, {"provider": provider})
        odd = ledger.oddities(which)
        for row in ledger.usage("day", which, "UTC", "model"):
            day, model = date.fromisoformat(row["group"]), row.get("split")
            found.append(
                LedgerDay(
                    day,
                    provider,
                    model,
                    _figures(row),
                    row["unpriced_calls"],
                    odd.get((day, model), Oddities()),
                )
            )
    return found


def _figures(row: Mapping[str, object]) -> dict[str, Decimal | None]:
    """The figures of a row of usage: where no call has usage or a price, tokens and cost are unknown."""
    has_usage = row["calls"] != row["missing_calls"]
    tokens = {name: Decimal(str(row[name])) if has_usage else None for name in _EXACT}
    cost = Decimal(str(row["cost"])) if "cost" in row else None
    return {"calls": Decimal(str(row["calls"])), **tokens, "cost": cost}
