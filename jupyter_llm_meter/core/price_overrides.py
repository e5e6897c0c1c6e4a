"""Prices that go before genai-prices: those of our table that it lacks, and an administrator's own.

Every entry says whose model it is, what it costs, from when, and who says so. A table that cannot be read is
refused whole: a mistyped price is worse than none. The administrator's file is read by `price_file.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.explanation import Explanation, explain
from jupyter_llm_meter.core.tables import DATA
from llm_meter_tap.wire.shape import finite_decimal

_MILLION = Decimal(1_000_000)
BUNDLED = DATA / "price_overrides.json"
"""The table that we ship."""

NO_CURRENCIES: Mapping[str, tuple[Currency, ...]] = {}

_FINEST = Decimal("1E-12")
"""Dollars; an amount in another currency divided by its rate may have endless digits."""

RATES = (
    "input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "reasoning_mtok",
    "audio_input_mtok", "audio_output_mtok", "image_input_mtok", "image_output_mtok",
)  # fmt: skip
"""The prices of a million tokens that an entry may have."""

_FIELDS = ("provider", "host", "model", "since", "source", "tier", "currency", *RATES, "per_call")

_RATES_OF = {
    "cache_read_input_tokens": ("cache_read_mtok", "input_mtok"),
    "cache_write_input_tokens": ("cache_write_mtok", "input_mtok"),
    "audio_input_tokens": ("audio_input_mtok", "input_mtok"),
    "image_input_tokens": ("image_input_mtok", "input_mtok"),
    "uncached_input_tokens": ("input_mtok",),
    "reasoning_output_tokens": ("reasoning_mtok", "output_mtok"),
    "audio_output_tokens": ("audio_output_mtok", "output_mtok"),
    "image_output_tokens": ("image_output_mtok", "output_mtok"),
    "text_output_tokens": ("output_mtok",),
}
"""The prices that hold for a bucket of tokens: the first of them that the entry has."""


@dataclass(frozen=True)
class Override:
    """The price of a model at a provider from a date on.

    Attributes:
        provider: ``gen_ai.provider.name`` of who sells it, or a pattern with ``*`` and ``?``.
        host: The host it holds for, or None for every host of the provider.
        model: The model's name, exact but for case, or a pattern with ``*`` and ``?``.
        since: First day, UTC, on which it holds.
        source: Who says so, with a date.
        rates: By the names of ``RATES``, the price of a million tokens. Without one for cached, audio or
            image input, input's holds; without one for reasoning, audio or image output, output's.
        per_call: The price of a call, besides its tokens; None: none is known.
        tier: The tier of service that it holds for, such as ``batch``; None: the standard one.
        currency: Rates of the currency that the prices are in, oldest first; empty: dollars.
        is_own: Whether it is the administrator's.
    """

    provider: str
    host: str | None
    model: str
    since: date
    source: str
    rates: Mapping[str, Decimal]
    per_call: Decimal | None = None
    tier: str | None = None
    currency: tuple[Currency, ...] = ()
    is_own: bool = False

    @property
    def label(self) -> str:
        """What is recorded with a call as the source of its cost."""
        return f"own: {self.source}" if self.is_own else "override"

    @property
    def is_by_call(self) -> bool:
        """Whether calls have one price, whatever tokens they use."""
        return self.per_call is not None and not self.rates

    def cost(self, buckets: Mapping[str, int], at: datetime) -> Decimal | None:
        """Dollars for a call's disjoint buckets; None where it used tokens that have no price here.

        Args:
            buckets: Tokens by bucket, see `CallRecord.buckets`.
            at: When the call was made; picks the rate of a currency.
        """
        total = Decimal(0)
        for bucket, tokens in buckets.items() if self.rates else ():
            rate = self._rate(bucket)
            if rate is None and tokens:
                return None
            total += (rate or 0) * tokens
        return self._in_dollars(total / _MILLION + (self.per_call or 0), at)

    def _rate(self, bucket: str) -> Decimal | None:
        return next((self.rates[name] for name in _RATES_OF[bucket] if name in self.rates), None)

    def _in_dollars(self, amount: Decimal, at: datetime) -> Decimal:
        if not self.currency:
            return amount
        day = at.astimezone(timezone.utc).date()
        begun = [rate for rate in self.currency if rate.as_of <= day]
        rate = begun[-1] if begun else self.currency[0]
        return (amount / rate.per_usd).quantize(_FINEST, ROUND_HALF_EVEN)


def find_override(
    overrides: Sequence[Override],
    provider: str | None,
    host: str | None,
    model: str,
    at: datetime,
    tier: str = "",
) -> Override | None:
    """The entry for a call.

    Of several that fit, own ones go first; then one for the call's host before one for all hosts, one that
    names the model before a pattern, a longer pattern before a shorter one, one for the call's tier before
    the standard one, and the newest that has begun.
    """
    day = at.astimezone(timezone.utc).date()
    fitting = [
        entry
        for entry in overrides
        if entry.host in (None, host)
        and entry.since <= day
        and entry.tier in (None, tier)
        and _fits(entry.model.lower(), model.lower())
        and _fits(entry.provider, provider or "")
    ]
    return max(fitting, key=lambda entry: _rank(entry, model), default=None)


def _fits(pattern: str, name: str) -> bool:
    return pattern == name or (("*" in pattern or "?" in pattern) and fnmatchcase(name, pattern))


def _rank(entry: Override, model: str) -> tuple[Any, ...]:
    is_exact = entry.model.lower() == model.lower()
    closeness = len(entry.model.replace("*", ""))
    return entry.is_own, entry.host is not None, is_exact, closeness, entry.tier is not None, entry.since


@cache
def bundled_overrides() -> tuple[Override, ...]:
    """The table that we ship."""
    return read_overrides(BUNDLED)


def read_overrides(path: Path) -> tuple[Override, ...]:
    """Read the table that we ship, which the page reads as well: JSON, with prices as decimal strings.

    Raises:
        PriceTableError: The file cannot be read, or an entry is not valid.
    """
    entries = entries_in(json_table(path), path, "prices")
    return tuple(override_of(entry, entry_in(path, "prices", n)) for n, entry in enumerate(entries, start=1))


def json_table(path: Path) -> Mapping[str, Any]:
    """A table in a JSON file; raises `PriceTableError`."""
    try:
        return as_table(json.loads(path.read_text("utf-8")), path)
    except (OSError, ValueError) as error:
        raise PriceTableError("prices-unreadable", path=str(path), error=str(error)) from None


def as_table(given: Any, path: Path) -> Mapping[str, Any]:
    """What a file holds, which must be an object with a list of prices; raises `PriceTableError`."""
    if not isinstance(given, Mapping) or "prices" not in given:
        raise PriceTableError("prices-unreadable", path=str(path), error=repr(given)[:40])
    return given


def entries_in(table: Mapping[str, Any], path: Path, name: str) -> list[Any]:
    """One list of a table, empty where it is not there; raises `PriceTableError` where it is no list."""
    entries = table.get(name, [])
    if not isinstance(entries, list):
        raise PriceTableError("prices-no-list", path=str(path), field=name, given=repr(entries))
    return entries


def override_of(
    entry: Any,
    where: Explanation,
    currencies: Mapping[str, tuple[Currency, ...]] = NO_CURRENCIES,
    is_own: bool = False,
) -> Override:
    """Read one entry of a list of prices.

    Args:
        entry: What the file has.
        where: Names the entry, for errors.
        currencies: Rates of the currencies besides the dollar that the table has, by code.
        is_own: Whether it is the administrator's.

    Raises:
        PriceTableError: It is not valid.
    """
    if not isinstance(entry, dict):
        raise PriceTableError("prices-no-object", where=where, given=repr(entry))
    for name in entry:
        if name not in _FIELDS:
            raise PriceTableError(
                "prices-unknown-field", where=where, field=repr(name), allowed=", ".join(_FIELDS)
            )
    rates = {name: price_in(entry, name, where) for name in RATES if name in entry}
    per_call = price_in(entry, "per_call", where) if "per_call" in entry else None
    if not rates and per_call is None:
        raise PriceTableError("prices-none", where=where, allowed=", ".join((*RATES, "per_call")))
    return Override(
        provider=text_in(entry, "provider", where),
        host=text_in(entry, "host", where) if "host" in entry else None,
        model=text_in(entry, "model", where),
        since=since_in(entry, where),
        source=text_in(entry, "source", where),
        rates=rates,
        per_call=per_call,
        tier=_tier_in(entry, where),
        currency=_currency_in(entry, where, currencies),
        is_own=is_own,
    )


def _tier_in(entry: Mapping[str, Any], where: Explanation) -> str | None:
    tier = text_in(entry, "tier", where).lower() if "tier" in entry else "standard"
    return None if tier == "standard" else tier


def _currency_in(
    entry: Mapping[str, Any], where: Explanation, currencies: Mapping[str, tuple[Currency, ...]]
) -> tuple[Currency, ...]:
    code = entry.get("currency", "USD")
    if code == "USD":
        return ()
    if not isinstance(code, str) or code not in currencies:
        raise PriceTableError("prices-currency", where=where, given=repr(code))
    return currencies[code]


def entry_in(path: Path, name: str, number: int) -> Explanation:
    """Name an entry of a list of a table, for errors; the first has the number 1."""
    return explain("prices-entry", path=str(path), list=name, number=number)


def text_in(entry: Mapping[str, Any], name: str, where: Explanation) -> str:
    """A field that must be a text; raises `PriceTableError`."""
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise PriceTableError("prices-text", where=where, field=name, given=repr(value))
    return value


def since_in(entry: Mapping[str, Any], where: Explanation) -> date:
    """The field `since`, which must be a date; raises `PriceTableError`."""
    value = entry.get("since")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(text_in(entry, "since", where))
    except ValueError:
        raise PriceTableError("prices-date", where=where, given=repr(entry.get("since"))) from None


def price_in(entry: Mapping[str, Any], name: str, where: Explanation) -> Decimal:
    """A field that must be an amount; raises `PriceTableError`."""
    value = entry.get(name)
    # TOML's decimals are read exactly; a float of JSON is not.
    is_exact = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    amount = finite_decimal(value) if is_exact else None
    if amount is None or amount < 0:
        raise PriceTableError("prices-decimal", where=where, field=name, given=repr(value))
    return amount
