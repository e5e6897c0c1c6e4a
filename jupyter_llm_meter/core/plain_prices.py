"""Prices of plain figures by the genai-prices data set: which model is meant, and its rates.

Plain figures are input and output with cache reads and writes, as nearly every call has. Their price is
a sum of four products, which takes a tenth of the time of genai-prices' own arithmetic over every unit that a
model can have. All other figures are left to genai-prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

_MILLION, _THOUSAND = Decimal(1_000_000), Decimal(1_000)
_PLAIN = frozenset(("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"))
_TIMED = "groq"


class PlainPrice(NamedTuple):
    """What plain figures cost.

    Attributes:
        amount: Dollars; None where the model has no price of tokens.
        has_searches: Whether the model has a price of web searches.
    """

    amount: Decimal | None
    has_searches: bool


class _Rates(NamedTuple):
    """A model's prices of a million tokens, and of a request in dollars."""

    input: Decimal | TieredPrices | None
    output: Decimal | TieredPrices | None
    cache_read: Decimal | TieredPrices | None
    cache_write: Decimal | TieredPrices | None
    request: Decimal
    has_searches: bool


def is_plain(figures: Mapping[str, int]) -> bool:
    """Whether figures, under genai-prices' names, are plain; what is zero does not count."""
    return all(name in _PLAIN or not count for name, count in figures.items())


class KnownModel(NamedTuple):
    """A model of the data set.

    Attributes:
        info: The model.
        is_timed: Whether its provider rounds seconds of audio in a way of its own.
    """

    info: ModelInfo
    is_timed: bool


@lru_cache(2048)
def find_model(model: str, provider_api_url: str | None, provider_id: str | None) -> KnownModel | None:
    """The model of the data set that a name means; None where it has none of that name.

    Args:
        model: The name, as the request or the answer has it.
        provider_api_url: The host that was asked, as a URL; None: `provider_id` says who it is.
        provider_id: The provider, by the data set's name.
    """
    import genai_prices  # its data set takes a while to load: only who prices pays for it

    place = {"provider_api_url": provider_api_url} if provider_api_url else {"provider_id": provider_id}
    try:
        found = genai_prices.calc_price(genai_prices.Usage(), model, **place)
    except LookupError:
        return None
    return KnownModel(found.model, found.provider.id == _TIMED)


def plain_price(model: KnownModel, figures: Mapping[str, int], at: datetime) -> PlainPrice | None:
    """What plain figures cost at a time, in the standard tier.

    Args:
        model: The model of the data set.
        figures: See `is_plain`.
        at: When the call was made.

    Returns:
        The price; None where only genai-prices' own arithmetic can tell.
    """
    rates = None if model.is_timed else _rates_of(model.info.get_prices(at))
    if rates is None:
        return None
    if rates.input is None and rates.output is None:
        return PlainPrice(None, rates.has_searches)
    whole = figures["input_tokens"]
    rest, amount = whole, rates.request
    for name, rate in (("cache_read_tokens", rates.cache_read), ("cache_write_tokens", rates.cache_write)):
        count = figures.get(name, 0)
        if rate is not None and count:
            rest -= count
            amount += _rate_at(rate, whole) * count / _MILLION
    if rest < 0:
        return None
    for rate, count in ((rates.input, rest), (rates.output, figures["output_tokens"])):
        if rate is not None and count:
            amount += _rate_at(rate, whole) * count / _MILLION
    return PlainPrice(amount, rates.has_searches)


def _rate_at(rate: Decimal | TieredPrices, input_tokens: int) -> Decimal:
    """A price by the size of the input: the whole call pays that of the highest tier that it has reached."""
    if isinstance(rate, Decimal):
        return rate
    return next((tier.price for tier in reversed(rate.tiers) if input_tokens > tier.start), rate.base)


_known_rates: dict[int, tuple[ModelPrice, _Rates | None]] = {}


def _rates_of(prices: ModelPrice) -> _Rates | None:
    # The data set holds its prices for good; the reference keeps the number from being another's.
    known = _known_rates.get(id(prices))
    if known is None:
        known = _known_rates[id(prices)] = prices, _read_rates(vars(prices))
    return known[1]


def _read_rates(prices: Mapping[str, Decimal | TieredPrices | None]) -> _Rates | None:
    per_request = prices.get("requests_kcount") or Decimal(0)
    if not isinstance(per_request, Decimal):
        return None
    return _Rates(
        prices.get("input_mtok"),
        prices.get("output_mtok"),
        prices.get("cache_read_mtok"),
        prices.get("cache_write_mtok"),
        per_request / _THOUSAND,
        prices.get("web_searches_kcount") is not None,
    )
