"""Figures as people read them in English: the twin of the browser's formatter for terminals and logs.

Compact counts are cut, so that "1M" is only shown when it was reached. Shares are rounded half up, but "100%"
is only shown when the whole was reached, and "0%" only for nothing.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from jupyter_llm_meter.core.currency import Currency

_SUFFIXES = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(1000), "k"))
_CENT = Decimal("0.01")
_ALMOST = Decimal(99)
_LEAST_PERCENT = Decimal("0.005")


def format_compact(value: Decimal | int) -> str:
    """A count in few characters, three significant digits: ``812k``, ``1.23M``."""
    amount = Decimal(value)
    for size, suffix in _SUFFIXES:
        if amount >= size:
            return _plain(_significant(amount / size, 3, ROUND_DOWN)) + suffix
    return _plain(_significant(amount, 3, ROUND_DOWN))


def format_count(value: Decimal | int) -> str:
    """A count in full: ``812,345``."""
    return f"{Decimal(value).normalize():,f}"


def format_percent(ratio: Decimal) -> str:
    """A share of a whole, rounded half up: ``67%`` for two of three; ``100%`` only for the whole, ``0%`` only
    for nothing.
    """
    if 0 < ratio < _LEAST_PERCENT:
        return "<1%"
    percent = (ratio * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{min(percent, _ALMOST) if ratio < 1 else percent:,f}%"


def format_usd(amount: Decimal) -> str:
    """Dollars; below ten cents two significant digits, so that small calls do not read as nothing."""
    if 0 < amount < Decimal("0.1"):
        return f"${_plain(_significant(amount, 2, ROUND_HALF_UP))}"
    return f"${amount.quantize(_CENT, ROUND_HALF_UP):,f}"


def format_money(amount: Decimal, currency: Currency | None, beside: str = "{amount} ({own})") -> str:
    """Dollars with the amount in a currency beside them: ``$1.20 (8.52 CNY)``.

    Args:
        amount: Dollars.
        currency: The administrator's; None: dollars alone.
        beside: How a language writes both.
    """
    dollars = format_usd(amount)
    return dollars if currency is None else beside.format(amount=dollars, own=format_own(amount, currency))


def format_own(amount: Decimal, currency: Currency) -> str:
    """Dollars in another currency, with its code; small amounts have two significant digits, as dollars."""
    own = currency.of_usd(amount)
    unit = Decimal(1).scaleb(-currency.decimals)
    if 0 < own < unit * 10:
        return f"{_plain(_significant(own, 2, ROUND_HALF_UP))} {currency.code}"
    return f"{own.quantize(unit, ROUND_HALF_UP):,f} {currency.code}"


def format_rate(currency: Currency) -> str:
    """A currency's rate with its day: ``1 USD = 7.10 CNY (2026-11-01)``."""
    return f"1 USD = {currency.per_usd:f} {currency.code} ({currency.as_of.isoformat()})"


def format_amount(value: Decimal, unit: str, currency: Currency | None = None) -> str:
    """An amount in a limit's unit: ``812k tokens``, ``$1.20``, ``1 call``."""
    return format_money(value, currency) if unit == "USD" else _counted(format_compact(value), unit)


def format_exact(value: Decimal, unit: str) -> str:
    """An amount in a limit's unit with every digit: ``1,530 tokens``, ``0.000001 USD``, ``1 call``."""
    return _counted(f"{value.normalize():,f}" if value else "0", unit)


def _counted(number: str, unit: str) -> str:
    """A number with its unit; one is singular."""
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def _significant(value: Decimal, digits: int, rounding: str) -> Decimal:
    if not value:
        return value
    return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), rounding)


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
