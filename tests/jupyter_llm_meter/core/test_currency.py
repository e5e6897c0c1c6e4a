"""The currency beside the dollar: what an administrator may write, and how amounts read in it."""

from datetime import date
from decimal import Decimal

import pytest

from jupyter_llm_meter.core.currency import EXAMPLE, Currency, CurrencyError, read_currency
from jupyter_llm_meter.core.format import format_amount, format_money, format_rate

YUAN = Currency("CNY", Decimal("7.10"), date(2026, 11, 1))
YEN = Currency("JPY", Decimal("151.25"), date(2026, 11, 1))


def given(**changes):
    return {"code": "CNY", "per_usd": "7.10", "as_of": "2026-11-01", **changes}


@pytest.mark.parametrize("written", [given(), given(per_usd=7.10), given(as_of=date(2026, 11, 1)), EXAMPLE])
def test_a_currency_is_read_as_it_is_written(written):
    assert read_currency(written) == YUAN


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("CNY", EXAMPLE),
        (7.1, EXAMPLE),
        ({"code": "CNY"}, "must have code, per_usd, as_of"),
        (given(source="bank"), "nothing else"),
        (given(code="yuan"), "code 'yuan'"),
        (given(code="USD"), "not USD"),
        (given(per_usd="0"), "greater than 0"),
        (given(per_usd="-1"), "greater than 0"),
        (given(per_usd="NaN"), "greater than 0"),
        (given(per_usd="seven"), "per_usd 'seven'"),
        (given(per_usd=True), "greater than 0"),
        (given(as_of="2026-02-30"), "as_of '2026-02-30'"),
        (given(as_of="01.11.2026"), "2026-11-01"),
    ],
)
def test_what_is_no_currency_is_refused_with_what_is_allowed(written, words):
    with pytest.raises(CurrencyError) as caught:
        read_currency(written)
    assert words in str(caught.value)


def test_the_wire_has_the_rate_as_a_decimal():
    assert YUAN.to_wire() == given()


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1.20", YUAN, "$1.20 (8.52 CNY)"),
        ("0", YUAN, "$0.00 (0.00 CNY)"),
        ("0.0002", YUAN, "$0.0002 (0.0014 CNY)"),
        ("1234.5", YUAN, "$1,234.50 (8,764.95 CNY)"),
        ("2", YEN, "$2.00 (303 JPY)"),
        ("0.001", YEN, "$0.001 (0.15 JPY)"),
        ("1.20", None, "$1.20"),
    ],
)
def test_an_amount_is_shown_in_both_and_a_small_one_is_not_nothing(amount, currency, text):
    assert format_money(Decimal(amount), currency) == text


def test_only_amounts_of_dollars_are_converted():
    assert format_amount(Decimal(1000), "tokens", YUAN) == "1k tokens"
    assert format_amount(Decimal(1), "USD", YUAN) == "$1.00 (7.10 CNY)"


def test_the_rate_has_all_its_digits_and_its_day():
    assert format_rate(YUAN) == "1 USD = 7.10 CNY (2026-11-01)"
