"""A currency beside the dollar: an administrator's rate, with its date. The ledger stays in dollars."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

EXAMPLE = '{"code": "CNY", "per_usd": "7.10", "as_of": "2026-11-01"}'

_CODE = re.compile("[A-Z]{3}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MEMBERS = ("code", "per_usd", "as_of")
_LARGEST_RATE = Decimal(10) ** 9
_WITHOUT_DECIMALS = frozenset(
    (
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF",
        "XOF", "XPF",
    )
)  # fmt: skip
"""The currencies of ISO 4217 whose amounts have no decimals."""


class CurrencyError(ValueError):
    """Not a currency; the message says what is wrong and what is allowed, without the setting's name."""


@dataclass(frozen=True)
class Currency:
    """A currency and what a dollar costs in it.

    Attributes:
        code: ISO 4217 code.
        per_usd: Units of the currency for one dollar, greater than 0.
        as_of: The day of the rate.
    """

    code: str
    per_usd: Decimal
    as_of: date

    @property
    def decimals(self) -> int:
        """How many decimals its amounts have."""
        return 0 if self.code in _WITHOUT_DECIMALS else 2

    def of_usd(self, amount: Decimal) -> Decimal:
        """What an amount of dollars is in this currency, not rounded."""
        return amount * self.per_usd

    def to_wire(self) -> dict[str, str]:
        """Return the member ``currency`` of the standing document."""
        return {"code": self.code, "per_usd": f"{self.per_usd:f}", "as_of": self.as_of.isoformat()}


def read_currency(given: Any) -> Currency:
    """Read a currency as an administrator writes it; on a command line it is JSON in a text.

    Raises:
        CurrencyError: It is none.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise CurrencyError(f"is {given!r}; write it as {EXAMPLE}") from None
    if not isinstance(given, Mapping):
        raise CurrencyError(f"is {given!r}; write it as {EXAMPLE}")
    if sorted(given, key=str) != sorted(_MEMBERS):
        raise CurrencyError(f"must have {', '.join(_MEMBERS)} and nothing else; write it as {EXAMPLE}")
    return Currency(_code(given["code"]), _rate(given["per_usd"]), _day(given["as_of"]))


def _code(given: Any) -> str:
    if not isinstance(given, str) or not _CODE.fullmatch(given) or given == "USD":
        raise CurrencyError(
            f"has code {given!r}; it must be an ISO 4217 code such as CNY, in capital letters and not USD"
        )
    return given


def _rate(given: Any) -> Decimal:
    try:
        # A float is read as it was written.
        rate = Decimal(str(given)) if not isinstance(given, bool) else Decimal(0)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate <= _LARGEST_RATE:
        raise CurrencyError(
            f'has per_usd {given!r}; it must be what one dollar costs, greater than 0, such as "7.10"'
        )
    return rate


def _day(given: Any) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    wrong = CurrencyError(f'has as_of {given!r}; it must be the day of the rate, such as "2026-11-01"')
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise wrong
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise wrong from None
