"""Why a provider and the ledger may differ, from what is known of a day and model. Pure.

Each reason is one that the facts allow, the likeliest first; none is proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from jupyter_llm_meter.ledger import Oddities

TEXTS = {
    "not-metered": (
        "The provider has more: calls were made without the meter, by a program outside of the lab, a"
        " kernel without a tap or one that is not Python (`jupyter llm-meter doctor` lists what is "
        "not metered)."
    ),
    "other-key": (
        "The provider has more: another API key of the same account or organisation was used elsewhere."
    ),
    "not-in-export": (
        "The export has nothing of this model on this day: it is not booked yet (exports are late by "
        "hours to days), it belongs to another account, or it costs nothing."
    ),
    "not-in-ledger": ("The ledger has no call of this model on this day."),
    "figures-missing": (
        "The usage of {count} calls is unknown to the ledger (basis missing), so its sums are too low."
    ),
    "figures-partial": (
        "{count} calls were broken off, and the ledger has their usage as far as known (basis partial)."
    ),
    "figures-counted": (
        "The tokens of {count} calls were counted by a tokenizer, not reported (basis counted)."
    ),
    "retries": (
        "{count} calls ended with an error or were aborted: each attempt is a call in the ledger, and"
        " the provider may book none of it, or all."
    ),
    "batch": (
        "There are calls of batches: they are booked on the day on which the batch ends, at another price."
    ),
    "cached": (
        "Cached input is booked otherwise: the ledger's input includes {count} tokens read from caches."
    ),
    "model-names": ("The same model has other names: {export} in the export, {ledger} in the ledger."),
    "aliases": ("The ledger has this model under the name that answered; asked for was {requested}."),
    "edge": (
        "{count} calls were made within 15 minutes of midnight UTC, and may be booked on the day beside."
    ),
    "beside": ("The day beside differs the other way round: the same calls are booked on another day."),
    "partial-day": ("The export covers only a part of this UTC day."),
    "unpriced": (
        "{count} calls have no known price, so that the ledger's cost is too low; set prices in a "
        "price file and run `jupyter llm-meter reprice`."
    ),
    "price": (
        "The tokens agree and the cost does not: the provider's price is another one (contract, "
        "discount, tier), or has other items in it, such as tools."
    ),
    "rounding": ("The provider rounds amounts to cents."),
    "currency": (
        "The export's cost is in {currency}, and the ledger's in US dollars: costs are not compared."
    ),
}
"""The English texts by code; what is in braces is a value of the reason."""

_CENT = Decimal("0.05")


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes:
        code: One of ``TEXTS``.
        values: What its text names.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text in English."""
        return TEXTS[self.code].format(**self.values)


@dataclass(frozen=True)
class Facts:
    """What is known of a day and model.

    Attributes:
        differences: Of the figures that differ, the provider's less the ledger's; None: unknown.
        is_in_export: Whether the export has the model on this day.
        is_in_ledger: Whether the ledger has it.
        export_models: Its names in the export.
        ledger_models: Its names in the ledger.
        has_cache_figures: Whether the export has what was read from caches.
        ledger_cached: Tokens read from caches, by the ledger.
        has_batch: Whether the export has usage of batches.
        currency: Of the export's cost.
        is_partly: Whether the export covers a part of the day.
        unpriced: Calls without a known price.
        oddities: What is particular about the ledger's calls.
    """

    differences: Mapping[str, Decimal | None]
    is_in_export: bool
    is_in_ledger: bool
    export_models: tuple[str, ...]
    ledger_models: tuple[str, ...]
    has_cache_figures: bool
    ledger_cached: Decimal
    has_batch: bool
    currency: str
    is_partly: bool
    unpriced: int
    oddities: Oddities


def reasons_for(facts: Facts) -> tuple[Reason, ...]:
    """The reasons that the facts allow."""
    return tuple(_all(facts))


def _all(facts: Facts) -> Iterator[Reason]:
    if facts.currency != "USD":
        yield Reason("currency", {"currency": facts.currency})
    if not facts.differences:
        return
    yield from _of_presence(facts)
    yield from _of_calls(facts)
    yield from _of_names(facts)
    yield from _of_cost(facts)


def _of_presence(facts: Facts) -> Iterator[Reason]:
    usage = [value for name, value in facts.differences.items() if name != "cost"]
    is_more = any(value is not None and value > 0 for value in usage)
    if not facts.is_in_ledger:
        yield Reason("not-in-ledger")
    if is_more or not facts.is_in_ledger:
        yield Reason("not-metered")
        yield Reason("other-key")
    if not facts.is_in_export:
        yield Reason("not-in-export")
    if facts.is_partly:
        yield Reason("partial-day")


def _of_calls(facts: Facts) -> Iterator[Reason]:
    odd = facts.oddities
    counted = {
        "figures-missing": odd.missing,
        "figures-partial": odd.partial,
        "figures-counted": odd.counted,
        "retries": odd.failed,
        "edge": odd.edge,
    }
    for code, count in counted.items():
        if count:
            yield Reason(code, {"count": f"{count:,}"})
    if odd.batch or facts.has_batch:
        yield Reason("batch")
    of_input = {name for name in facts.differences if name.endswith("input_tokens")}
    is_split_otherwise = not facts.has_cache_figures or len(of_input) > 1
    if facts.is_in_export and facts.ledger_cached and of_input and is_split_otherwise:
        yield Reason("cached", {"count": f"{facts.ledger_cached:,f}"})


def _of_names(facts: Facts) -> Iterator[Reason]:
    export, ledger = set(facts.export_models), set(facts.ledger_models)
    if export and ledger and export != ledger:
        names = {"export": ", ".join(facts.export_models), "ledger": ", ".join(facts.ledger_models)}
        yield Reason("model-names", names)
    if facts.oddities.requested:
        yield Reason("aliases", {"requested": ", ".join(facts.oddities.requested)})


def _of_cost(facts: Facts) -> Iterator[Reason]:
    if "cost" not in facts.differences:
        return
    difference = facts.differences["cost"]
    if facts.unpriced:
        yield Reason("unpriced", {"count": f"{facts.unpriced:,}"})
    if difference is not None and abs(difference) < _CENT:
        yield Reason("rounding")
    if facts.differences.keys() == {"cost"} and facts.is_in_export and facts.is_in_ledger:
        yield Reason("price")
