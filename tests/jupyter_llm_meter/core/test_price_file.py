"""Price files that cannot be used: each names its line or its entry."""

import pytest
from price_tables import ENTRY, write_price_table

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.price_file import read_price_file


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"input_mtok": "-2"}, "input_mtok is '-2'; it must be a decimal string such as"),
        ({"output_mtok": "NaN"}, "output_mtok is 'NaN'"),
        ({"output_mtok": True}, "output_mtok is True"),
        ({"per_call": []}, "per_call is []"),
        ({"since": "soon"}, "since is 'soon'; it must be a date"),
        ({"since": 2026}, "since is 2026; it must be a date"),
        ({"provider": ""}, "provider is ''"),
        ({"tier": 1}, "tier is 1"),
        ({"currency": "CNY"}, "currency is 'CNY'; it must be USD, or a currency with a rate in the list"),
        ({"currency": 7}, "currency is 7"),
        ({"inputmtok": "2"}, "unknown field 'inputmtok'; allowed are provider"),
    ],
)
def test_a_mistyped_price_is_named(tmp_path, change, words):
    with pytest.raises(PriceTableError) as caught:
        read_price_file(write_price_table(tmp_path, ENTRY, {**ENTRY, **change}))
    assert words in str(caught.value)
    assert "prices.toml, entry 2 of prices" in str(caught.value)


def test_an_entry_without_any_price_is_named(tmp_path):
    entry = {name: value for name, value in ENTRY.items() if not name.endswith("_mtok")}
    with pytest.raises(PriceTableError, match="entry 1 of prices: no price; it needs"):
        read_price_file(write_price_table(tmp_path, entry))


@pytest.mark.parametrize(
    "rate",
    [
        {"code": "USD", "per_usd": "1", "as_of": "2026-01-01"},
        {"code": "CNY", "per_usd": "0", "as_of": "2026-01-01"},
        {"code": "CNY", "per_usd": "7", "as_of": "2026-02-30"},
        {"code": "CNY"},
    ],
)
def test_a_mistyped_rate_is_named(tmp_path, rate):
    with pytest.raises(PriceTableError, match="entry 1 of currencies: not a rate of a currency"):
        read_price_file(write_price_table(tmp_path, ENTRY, currencies=[rate]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it needs a list named prices"),
        ("prices = 1", "prices is 1; it must be a list"),
        ("prices = [1]", "entry 1 of prices is 1; it must be an object"),
        ("prices = []\nfees = [1]", "entry 1 of fees is 1; it must be an object"),
        ("[[prices]]\nprovider openai", "at line 2"),
        ("prices = []\nprice = []", "unknown field 'price'; allowed are prices, currencies, batch, fees"),
        ("\udcff", "not a table of prices"),
    ],
)
def test_a_file_that_is_not_a_price_file_is_refused(tmp_path, content, words):
    path = tmp_path / "prices.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(PriceTableError, match=r"prices\.toml") as caught:
        read_price_file(path)
    assert words in str(caught.value)


def test_numbers_and_dates_of_toml_are_exact(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(
        "[[prices]]\nprovider = 'openai'\nmodel = 'm'\nsince = 2026-01-02\nsource = 's'\n"
        "input_mtok = 0.1\noutput_mtok = 3\n"
    )
    (entry,) = read_price_file(path).prices
    assert {name: str(rate) for name, rate in entry.rates.items()} == {
        "input_mtok": "0.1",
        "output_mtok": "3",
    }
    assert entry.since.isoformat() == "2026-01-02"
