"""The administrator's own prices: one TOML file.

It has the lists ``prices``, ``currencies``, ``batch`` and ``fees``; ``docs/how-to/prices.md`` shows one.
Amounts may be numbers or texts: TOML's numbers are read as decimals, exactly as they are written.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
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
    return OwnPrices(
        tuple(
            override_of(entry, entry_in(path, "prices", n), currencies, is_own=True) for n, entry in entries
        ),
        terms_in(table, path),
    )


def _currencies_in(table: Mapping[str, Any], path: Path) -> dict[str, tuple[Currency, ...]]:
    """The rates of each currency, oldest first."""
    found: dict[str, tuple[Currency, ...]] = {}
    for number, entry in enumerate(entries_in(table, path, "currencies"), start=1):
        try:
            rate = read_currency(entry)
        except CurrencyError as error:
            where = entry_in(path, "currencies", number)
            raise PriceTableError("prices-rate", where=where, error=str(error)) from None
        rates = (*found.get(rate.code, ()), rate)
        found[rate.code] = tuple(sorted(rates, key=lambda each: each.as_of))
    return found
