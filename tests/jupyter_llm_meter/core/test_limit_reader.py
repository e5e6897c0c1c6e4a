"""Reading limits from configuration and settings."""

import json
import math
from decimal import Decimal
from pathlib import Path

import pytest

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.limit_reader import parse_limits

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "limits.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["name"])
def test_a_limit_is_completed_with_its_defaults(case):
    (limit,) = parse_limits([case["given"]], "settings", "Asia/Shanghai")
    assert limit.to_dict() == case["limit"]


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["name"])
def test_a_limit_that_cannot_be_kept_is_named_with_what_is_allowed(case):
    with pytest.raises(LimitError) as caught:
        parse_limits([case["given"]], "settings", "UTC")
    for words in case["says"]:
        assert words in str(caught.value)


@pytest.mark.parametrize("amount", [math.nan, math.inf, Decimal("NaN"), Decimal("Infinity")])
def test_an_amount_must_be_finite(amount):
    with pytest.raises(LimitError, match="amount"):
        parse_limits([{"window": "day", "unit": "tokens", "amount": amount}], "config", "UTC")


def test_an_error_counts_limits_as_a_person_does():
    good = {"window": "day", "unit": "tokens", "amount": 1}
    with pytest.raises(LimitError, match=r"^limit 2: amount"):
        parse_limits([good, {**good, "amount": 0}], "config", "UTC")


def test_the_same_limit_twice_is_refused():
    limit = {"window": "day", "unit": "tokens", "amount": 1}
    with pytest.raises(LimitError, match=r"limit 2: user/day/tokens is set twice"):
        parse_limits([limit, {**limit, "amount": 2}], "config", "UTC")


@pytest.mark.parametrize("given", ["user", {"window": "day"}, 5, None, ["user"], [None]])
def test_limits_must_be_a_list_of_objects(given):
    with pytest.raises(LimitError, match="must be"):
        parse_limits(given, "config", "UTC")


def test_an_amount_keeps_the_figure_that_was_written():
    (limit,) = parse_limits([{"window": "day", "unit": "USD", "amount": 0.1}], "config", "UTC")
    assert limit.amount == Decimal("0.1")


@pytest.mark.parametrize("name", ["", 8, ["UTC"], "Mars/Olympus", "../etc/passwd"])
def test_a_time_zone_that_does_not_exist_is_named(name):
    item = {"window": "day", "unit": "tokens", "amount": 1, "time_zone": name}
    with pytest.raises(LimitError, match=r"time_zone is .* must be an IANA name"):
        parse_limits([item], "config", "UTC")
