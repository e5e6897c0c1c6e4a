"""The parts of a call's cost beyond the price of its model: discounts for batches, and fees for the
provider's own tools.

They come from two lists of a table of prices, `batch` and `fees`. Like a price, each entry says since when
it applies and gives its source. What has no entry is unknown, never free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.explanation import Explanation
from jupyter_llm_meter.core.price_overrides import (
    BUNDLED,
    entries_in,
    entry_in,
    json_table,
    price_in,
    since_in,
    text_in,
)


@dataclass(frozen=True)
class Discount:
    """What a provider charges for calls made in a batch.

    Attributes:
        provider: ``gen_ai.provider.name``.
        since: First day, UTC, on which it holds.
        source: Who says so.
        ratio: Of the standard price of tokens.
    """

    provider: str
    since: date
    source: str
    ratio: Decimal


@dataclass(frozen=True)
class Fee:
    """What a provider charges for one run of a tool of its own.

    Attributes:
        provider: ``gen_ai.provider.name``.
        tool: The name in ``llm_meter.usage.tool_calls``.
        since: First day, UTC, on which it holds.
        source: Who says so.
        usd: Dollars a run.
    """

    provider: str
    tool: str
    since: date
    source: str
    usd: Decimal


@dataclass(frozen=True)
class Terms:
    """Discounts and fees. Of several entries that have begun, the newest applies, or the first of the same
    day."""

    discounts: tuple[Discount, ...] = ()
    fees: tuple[Fee, ...] = ()

    def batch_ratio(self, provider: str | None, at: datetime) -> Decimal | None:
        """The share of the standard price that a batch's tokens cost; None when it is not known."""
        entry = _newest([entry for entry in self.discounts if entry.provider == provider], at)
        return None if entry is None else entry.ratio

    def fee(self, provider: str | None, tool: str, at: datetime) -> Decimal | None:
        """Dollars for one run of a tool; None when it is not known."""
        fitting = [entry for entry in self.fees if (entry.provider, entry.tool) == (provider, tool)]
        entry = _newest(fitting, at)
        return None if entry is None else entry.usd

    def __add__(self, other: Terms) -> Terms:
        return Terms(self.discounts + other.discounts, self.fees + other.fees)


_Entry = TypeVar("_Entry", Discount, Fee)


def _newest(entries: Sequence[_Entry], at: datetime) -> _Entry | None:
    day = at.astimezone(timezone.utc).date()
    begun = [entry for entry in entries if entry.since <= day]
    return max(begun, key=lambda entry: entry.since, default=None)


@cache
def bundled_terms() -> Terms:
    """The terms that we ship."""
    return terms_in(json_table(BUNDLED), BUNDLED)


def terms_in(table: Mapping[str, Any], path: Path) -> Terms:
    """The terms of a table.

    Args:
        table: It may have ``batch``, a list of ``{"provider", "since", "source", "ratio"}``, and ``fees``, a
            list of ``{"provider", "tool", "since", "source", "usd"}``.
        path: Its file, for errors.

    Raises:
        PriceTableError: An entry is not valid.
    """
    discounts = enumerate(entries_in(table, path, "batch"), start=1)
    fees = enumerate(entries_in(table, path, "fees"), start=1)
    return Terms(
        tuple(_discount(entry, entry_in(path, "batch", n)) for n, entry in discounts),
        tuple(_fee(entry, entry_in(path, "fees", n)) for n, entry in fees),
    )


def _discount(entry: Any, where: Explanation) -> Discount:
    _check(entry, ("provider", "since", "source", "ratio"), where)
    return Discount(
        provider=text_in(entry, "provider", where),
        since=since_in(entry, where),
        source=text_in(entry, "source", where),
        ratio=price_in(entry, "ratio", where),
    )


def _fee(entry: Any, where: Explanation) -> Fee:
    _check(entry, ("provider", "tool", "since", "source", "usd"), where)
    return Fee(
        provider=text_in(entry, "provider", where),
        tool=text_in(entry, "tool", where),
        since=since_in(entry, where),
        source=text_in(entry, "source", where),
        usd=price_in(entry, "usd", where),
    )


def _check(entry: Any, fields: Sequence[str], where: Explanation) -> None:
    if not isinstance(entry, Mapping):
        raise PriceTableError("prices-no-object", where=where, given=repr(entry))
    for name in entry:
        if name not in fields:
            raise PriceTableError(
                "prices-unknown-field", where=where, field=repr(name), allowed=", ".join(fields)
            )
