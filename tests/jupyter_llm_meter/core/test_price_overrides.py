"""The override table: which price holds on a day, and tables that cannot be read."""

from datetime import date, datetime, timezone

import pytest
from price_tables import ENTRY, write_price_table

from jupyter_llm_meter.core.errors import PriceTableError
from jupyter_llm_meter.core.price_overrides import (
    Override,
    bundled_overrides,
    find_override,
    read_overrides,
)


def test_the_newest_price_that_has_begun_holds(tmp_path):
    later = {**ENTRY, "since": "2026-06-01", "input_mtok": "1"}
    future = {**ENTRY, "since": "2027-01-01", "input_mtok": "9"}
    overrides = read_overrides(write_price_table(tmp_path, later, ENTRY, future))

    def input_price(at):
        found = find_override(overrides, "alibaba", None, "qwen-max", at)
        return None if found is None else found.input_mtok

    day = datetime(2026, 5, 31, 23, 59, tzinfo=timezone.utc)
    assert input_price(datetime(2026, 11, 23, tzinfo=timezone.utc)) == 1
    assert input_price(day) == 2
    assert input_price(day.replace(year=2025)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"input_mtok": 2}, 'input_mtok is 2; it must be a decimal string such as "0.6"'),
        ({"input_mtok": "-2"}, "input_mtok is '-2'"),
        ({"output_mtok": "NaN"}, "output_mtok is 'NaN'"),
        ({"output_mtok": None}, "output_mtok is None"),
        ({"since": "soon"}, "since is 'soon'; it must be a date"),
        ({"provider": ""}, "provider is ''"),
        ({"inputmtok": "2"}, "unknown field 'inputmtok'; allowed are provider"),
    ],
)
def test_a_mistyped_price_is_named(tmp_path, change, words):
    with pytest.raises(PriceTableError) as caught:
        read_overrides(write_price_table(tmp_path, ENTRY, {**ENTRY, **change}))
    assert words in str(caught.value)
    assert "prices.json, entry 2 of prices" in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"prices": 1}', '{"prices": [1]}'])
def test_a_file_that_is_not_a_price_table_is_refused(tmp_path, content):
    path = tmp_path / "prices.json"
    path.write_text(content)
    with pytest.raises(PriceTableError, match=r"prices\.json"):
        read_overrides(path)


def test_the_table_that_we_ship_says_where_each_price_is_from():
    for entry in bundled_overrides():
        assert isinstance(entry, Override)
        assert entry.source
        assert entry.since <= date(2026, 11, 24)
