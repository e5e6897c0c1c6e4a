"""Discounts and fees: which holds on a day, and tables that cannot be read."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from price_tables import write_price_table

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.price_file import read_price_file

DISCOUNT = {"provider": "openai", "since": "2026-01-01", "source": "https://example.com", "ratio": "0.5"}
FEE = {
    "provider": "openai",
    "tool": "web_search",
    "since": "2026-01-01",
    "source": "https://example.com",
    "usd": "0.01",
}


def read_terms(tmp_path, **lists):
    return read_price_file(write_price_table(tmp_path, **lists)).terms


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def test_the_newest_term_that_has_begun_holds(tmp_path):
    newer = {**DISCOUNT, "since": "2026-06-01", "ratio": "0.25"}
    terms = read_terms(tmp_path, batch=[newer, DISCOUNT], fees=[FEE])
    assert terms.batch_ratio("openai", day("2026-05-31")) == Decimal("0.5")
    assert terms.batch_ratio("openai", day("2026-06-01")) == Decimal("0.25")
    assert terms.batch_ratio("openai", day("2025-12-31")) is None
    assert terms.fee("openai", "web_search", day("2026-05-31")) == Decimal("0.01")
    assert terms.fee("openai", "code_interpreter", day("2026-05-31")) is None


def test_two_tables_together_hold_the_terms_of_both(tmp_path):
    both = read_terms(tmp_path, batch=[DISCOUNT]) + read_terms(tmp_path, fees=[FEE])
    assert both.batch_ratio("openai", day("2026-05-31")) == Decimal("0.5")
    assert both.fee("openai", "web_search", day("2026-05-31")) == Decimal("0.01")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            {"batch": [{**DISCOUNT, "rate": 1}]},
            "batch: unknown field 'rate'; allowed are provider",
        ),
        ({"fees": [{**FEE, "usd": "free"}]}, "entry 1 of fees"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(tmp_path, content, words):
    with pytest.raises(PriceTableError, match=words):
        read_terms(tmp_path, **content)
