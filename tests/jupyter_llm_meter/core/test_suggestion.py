"""A suggestion covers most past uses, is rounded up, and is none where too little is known."""

from decimal import Decimal

import pytest

from jupyter_llm_meter.core.suggestion import suggest


@pytest.mark.parametrize(
    ("used", "unit", "suggested"),
    [
        ([*range(1, 20), 5000], "tokens", "19"),
        ([*range(1, 21), 5000], "calls", "20"),
        (["0.001"] * 5, "USD", "0.01"),
        (["1.234"] * 5, "USD", "1.3"),
        ([123_456] * 5, "tokens", "130000"),
        ([1, 2, 3, 4], "tokens", None),
        ([0] * 10, "tokens", None),
    ],
)
def test_the_amount_is_what_most_uses_were_at_most(used, unit, suggested):
    found = suggest([Decimal(each) for each in used], unit)
    assert found == (None if suggested is None else Decimal(suggested))
