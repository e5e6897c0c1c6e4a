"""The administrator's own prices: one TOML file.

It has the lists ``prices``, ``currencies``, ``batch`` and ``fees``; ``docs/how-to/prices.md`` shows one.
Amounts may be numbers or texts: TOML's numbers are read as decimals, exactly as they are written.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from jupyter_llm_meter.core.currency import Currency, CurrencyError, read_currency
from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.price_overrides import Override, as_table, entries_in, entry_in, override_of
from jupyter_llm_meter.core.price_terms import Terms, terms_in

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LISTS = ("prices", "currencies", "batch", "fees")


NO_TERMS = Terms()


@dataclass(frozen=True)
class OwnPrices:
    """What a price file says.

    Attributes:
        prices: Prices of models.
        terms: Discounts of batches, and fees of tools.
    """

    prices: tuple[Override, ...] = ()
    terms: Terms = NO_TERMS


def read_price_file(path: Path) -> OwnPrices:
    """Read a price file.

    Raises:
        PriceTableError: It cannot be read, or an entry is not valid; the message names the line or the entry.
    """
    try:
        table = as_table(tomllib.loads(path.read_text("utf-8"), parse_float=Decimal), path)
    except (OSError, ValueError) as error:
        raise PriceTableError("prices-unreadable", path=str(path), error=str(error)) from None
    for name in table:
        if name not in _LISTS:
            raise PriceTableError(
                "prices-unknown-field",
                where=str(path),
                field=repr(name),
                allowed=", ".join(_LISTS),
            )
    currencies = _currencies_in(table, path)
    entries = enumerate(entries_in(table, path, "prices"), start=1)
    prices = tuple(
        override_of(entry, entry_in(path, "prices", n), currencies, is_own=True) for n, entry in entries
    )
    terms = terms_in(table, path)
    calls = [(each.provider, each.host, each.model.lower(), each.tier, each.since) for each in prices]
    _refuse_duplicates(calls, path, "prices")
    _refuse_duplicates([(each.provider, each.since) for each in terms.discounts], path, "batch")
    _refuse_duplicates([(each.provider, each.tool, each.since) for each in terms.fees], path, "fees")
    return OwnPrices(prices, terms)


def _refuse_duplicates(keys: Sequence[Hashable], path: Path, name: str) -> None:
    """Refuse a list in which two entries hold for the same from the same day."""
    seen: dict[Hashable, int] = {}
    for number, key in enumerate(keys, start=1):
        first = seen.setdefault(key, number)
        if first != number:
            raise PriceTableError("prices-duplicate", where=entry_in(path, name, number), number=first)


def _currencies_in(table: Mapping[str, Any], path: Path) -> dict[str, tuple[Currency, ...]]:
    """The rates of each currency, oldest first."""
    rates: list[Currency] = []
    for number, entry in enumerate(entries_in(table, path, "currencies"), start=1):
        try:
            rates.append(read_currency(entry))
        except CurrencyError as error:
            where = entry_in(path, "currencies", number)
            raise PriceTableError("prices-rate", where=where, error=str(error)) from None
    _refuse_duplicates([(rate.code, rate.as_of) for rate in rates], path, "currencies")
    oldest_first = sorted(rates, key=lambda rate: rate.as_of)
    codes = {rate.code for rate in rates}
    return {code: tuple(rate for rate in oldest_first if rate.code == code) for code in codes}
