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
        ({"since": "2026-02-30"}, "since is '2026-02-30'; it must be a date such as 2026-07-02"),
        ({"since": "01.07.2026"}, "since is '01.07.2026'; it must be a date such as 2026-07-02"),
        ({"since": ""}, "since is ''; it must be a date"),
        ({"provider": ""}, "provider is ''"),
        ({"tier": 1}, "tier is 1"),
        ({"currency": "CNY"}, "currency is 'CNY'; it must be USD, or a currency with a rate in the list"),
        ({"currency": 7}, "currency is 7"),
        ({"currency": "usd"}, "currency is 'usd'; it must be USD, or a currency with a rate in the list"),
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
        {"code": "cny", "per_usd": "7", "as_of": "2026-01-01"},
        {"code": "CNY", "per_usd": "seven", "as_of": "2026-01-01"},
        {"code": "CNY", "per_usd": "7", "as_of": 2026},
        {"code": "CNY", "per_usd": "7", "as_of": "2026-01-01", "until": "2026-02-01"},
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
        ("[[prices]]\nsince = 2026-02-30", "at line 2"),
        ("[[prices]]\nsince = 2026-7-1", "at line 2"),
        ("[[prices]]\nsince = 2026-07-01\nsince = 2026-08-01\n", "Cannot overwrite a value (at "),
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


DAY = "2026-07-01"
LATER = "2026-08-01"
RATE = {"code": "CNY", "per_usd": "7.1", "as_of": DAY}
BATCH = {"provider": "alibaba", "since": DAY, "source": "contract", "ratio": "0.5"}
FEE = {"provider": "alibaba", "tool": "search", "since": DAY, "source": "contract", "usd": "0.01"}


@pytest.mark.parametrize(
    ("name", "first", "again", "apart"),
    [
        ("prices", ENTRY, {"input_mtok": "3"}, {"since": LATER}),
        ("prices", ENTRY, {"model": "QWEN-MAX", "source": "list"}, {"host": "example.com"}),
        ("prices", {**ENTRY, "tier": "batch"}, {"tier": "Batch"}, {"tier": "standard"}),
        ("currencies", RATE, {"per_usd": "7.2"}, {"as_of": LATER}),
        ("batch", BATCH, {"ratio": "0.4"}, {"since": LATER}),
        ("fees", FEE, {"usd": "0.02"}, {"tool": "browse"}),
    ],
)
def test_two_entries_for_the_same_from_the_same_day_are_named(tmp_path, name, first, again, apart):
    def read(*entries):
        lists = {"prices": [], name: entries}
        return read_price_file(write_price_table(tmp_path, *lists.pop("prices"), **lists))

    read(first, {**first, **apart})
    with pytest.raises(PriceTableError) as caught:
        read({**first, **apart}, first, {**first, **again})
    assert str(caught.value) == (
        f"{tmp_path / 'prices.toml'}, entry 3 of {name} is for the same calls from the same day on "
        "as entry 2; remove one of them, or change its date"
    )


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("since = 2026-07-01T10:00:00", "entry 1 of prices: since is datetime"),
        ("since = 10:00:00", "entry 1 of prices: since is datetime"),
        ("since = [2026-07-01]", "entry 1 of prices: since is [datetime"),
        ("", "entry 1 of prices: since is None; it must be a date such as"),
    ],
)
def test_what_toml_takes_for_another_kind_of_time_is_no_date(tmp_path, date, words):
    path = tmp_path / "prices.toml"
    path.write_text(f"[[prices]]\nprovider = 'a'\nmodel = 'm'\nsource = 's'\ninput_mtok = 1\n{date}\n")
    with pytest.raises(PriceTableError) as caught:
        read_price_file(path)
    assert words in str(caught.value)


def test_the_day_of_a_rate_is_a_date_and_no_time_of_day(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text("prices = []\n[[currencies]]\ncode = 'CNY'\nper_usd = 7.1\nas_of = 2026-07-01T10:00:00\n")
    with pytest.raises(PriceTableError, match=r"entry 1 of currencies: .* it must be the day of the rate"):
        read_price_file(path)
