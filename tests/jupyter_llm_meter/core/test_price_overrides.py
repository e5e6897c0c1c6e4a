"""Prices that go before genai-prices: which of several holds for a call, and the table that we ship."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from price_tables import ENTRY, write_price_table

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.price_file import read_price_file
from jupyter_llm_meter.core.price_overrides import (
    Override,
    bundled_overrides,
    find_override,
    read_overrides,
)

AT = datetime(2026, 11, 23, tzinfo=timezone.utc)


def read(tmp_path, *entries, **lists):
    return read_price_file(write_price_table(tmp_path, *entries, **lists)).prices


def test_the_newest_price_that_has_begun_holds(tmp_path):
    later = {**ENTRY, "since": "2026-06-01", "input_mtok": "1"}
    future = {**ENTRY, "since": "2027-01-01", "input_mtok": "9"}
    overrides = read(tmp_path, later, ENTRY, future)

    def input_price(at):
        found = find_override(overrides, "alibaba", None, "qwen-max", at)
        return None if found is None else found.rates["input_mtok"]

    day = datetime(2026, 5, 31, 23, 59, tzinfo=timezone.utc)
    assert input_price(AT) == 1
    assert input_price(day) == 2
    assert input_price(day.replace(year=2025)) is None


@pytest.mark.parametrize(
    ("model", "host", "tier", "price"),
    [
        ("qwen-max", None, "", "1"),
        ("Qwen-Max", None, "", "1"),
        ("qwen-turbo", None, "", "3"),
        ("qwen-vl-plus", None, "", "2"),
        ("qwen-turbo", "example.com", "", "5"),
        ("qwen-max", None, "batch", "4"),
        ("qwen-max", None, "priority", "1"),
        ("llama", None, "", None),
    ],
)
def test_the_entry_that_says_more_about_a_call_holds(tmp_path, model, host, tier, price):
    overrides = read(
        tmp_path,
        {**ENTRY, "model": "qwen-*", "input_mtok": "3"},
        {**ENTRY, "model": "qwen-vl-*", "input_mtok": "2"},
        {**ENTRY, "input_mtok": "1"},
        {**ENTRY, "input_mtok": "4", "tier": "Batch"},
        {**ENTRY, "model": "qwen-t?rbo", "input_mtok": "5", "host": "example.com"},
    )
    found = find_override(overrides, "alibaba", host, model, AT, tier)
    assert (found and found.rates["input_mtok"]) == (price and Decimal(price))


def test_own_prices_go_before_ours_also_where_ours_names_the_host(tmp_path):
    own = read(tmp_path, {**ENTRY, "provider": "*", "model": "qwen3-*"})
    host = "dashscope.aliyuncs.com"
    found = find_override((*own, *bundled_overrides()), "alibaba", host, "qwen3-max", AT)
    assert found.label == "own: contract"
    assert find_override(bundled_overrides(), "alibaba", host, "qwen3-max", AT).label == "override"


def test_each_kind_of_tokens_has_its_price_or_that_of_its_side(tmp_path):
    (plain, full) = read(
        tmp_path,
        ENTRY,
        {**ENTRY, "model": "qwen-full", "cache_read_mtok": "0.5", "cache_write_mtok": "3"}
        | {"reasoning_mtok": "7", "audio_input_mtok": "20", "image_output_mtok": "40", "per_call": "0.25"},
    )
    used = {
        "uncached_input_tokens": 1_000_000,
        "cache_read_input_tokens": 1_000_000,
        "cache_write_input_tokens": 1_000_000,
        "audio_input_tokens": 1_000_000,
        "text_output_tokens": 1_000_000,
        "reasoning_output_tokens": 1_000_000,
        "image_output_tokens": 1_000_000,
    }
    assert plain.cost(used, AT) == 4 * 2 + 3 * 6
    assert full.cost(used, AT) == Decimal("2") + Decimal("0.5") + 3 + 20 + 6 + 7 + 40 + Decimal("0.25")


def test_tokens_without_a_price_make_the_cost_unknown_and_not_smaller(tmp_path):
    (embedding,) = read(tmp_path, {name: value for name, value in ENTRY.items() if name != "output_mtok"})
    assert embedding.cost({"uncached_input_tokens": 500_000, "text_output_tokens": 0}, AT) == 1
    assert embedding.cost({"uncached_input_tokens": 500_000, "text_output_tokens": 1}, AT) is None


def test_another_currency_is_dollars_at_the_rate_of_the_day(tmp_path):
    currencies = [
        {"code": "CNY", "per_usd": "8", "as_of": "2026-06-01"},
        {"code": "CNY", "per_usd": "7", "as_of": "2026-03-01"},
    ]
    (entry,) = read(tmp_path, {**ENTRY, "currency": "CNY"}, currencies=currencies)
    tokens = {"uncached_input_tokens": 1_000_000}
    assert entry.cost(tokens, AT) == Decimal("0.25")
    assert entry.cost(tokens, AT.replace(month=5)) == Decimal("0.285714285714")
    assert entry.cost(tokens, AT.replace(month=1)) == Decimal("0.285714285714")


def test_the_table_that_we_ship_says_where_each_price_is_from():
    for entry in bundled_overrides():
        assert isinstance(entry, Override)
        assert entry.source
        assert entry.since <= date(2026, 11, 24)


def test_a_shipped_table_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(PriceTableError, match=r"missing\.json"):
        read_overrides(tmp_path / "missing.json")
