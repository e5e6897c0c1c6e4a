"""Figures as people read them, against the vectors that both languages share."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from jupyter_llm_meter.core import format as figures

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "format.json").read_text("utf-8"))
FORMS = {
    "compact": figures.format_compact,
    "count": figures.format_count,
    "percent": figures.format_percent,
    "money": figures.format_usd,
}


@pytest.mark.parametrize(
    ("form", "given", "shown"),
    [(form, given, shown) for form in FORMS for given, shown in VECTORS[form]],
)
def test_a_figure_is_shown_as_the_vectors_say(form, given, shown):
    assert FORMS[form](Decimal(given)) == shown


def test_an_amount_is_shown_with_its_unit():
    assert figures.format_amount(Decimal("1.2"), "USD") == "$1.20"
    assert figures.format_amount(Decimal(812345), "tokens") == "812k tokens"
    assert figures.format_amount(Decimal(1), "calls") == "1 call"
    assert figures.format_amount(Decimal("1.5"), "calls") == "1.5 calls"


def test_an_exact_amount_has_every_digit():
    assert figures.format_exact(Decimal("0.000001"), "USD") == "0.000001 USD"
    assert figures.format_exact(Decimal(1530), "tokens") == "1,530 tokens"
    assert figures.format_exact(Decimal(1), "tokens") == "1 token"
    assert figures.format_exact(Decimal(0), "calls") == "0 calls"
