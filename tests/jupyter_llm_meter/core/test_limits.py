"""Reading limits from configuration, and which one wins."""

import json
import math
from decimal import Decimal
from pathlib import Path

import pytest

from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.limits import DEFAULT_LIMIT, merge_limits, parse_limits

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


def test_a_changed_amount_keeps_the_id():
    first, second = (
        parse_limits([{"window": "day", "unit": "tokens", "amount": amount}], "config", "UTC")[0]
        for amount in (1, 2)
    )
    assert first.id == second.id == "user/day/tokens"


def test_the_default_is_a_million_tokens_a_month():
    (limit,) = parse_limits([DEFAULT_LIMIT], "default", "UTC")
    assert (limit.id, limit.amount, limit.warn_at) == ("user/month/tokens", 1_000_000, (Decimal("0.8"),))


def test_config_wins_over_settings_of_the_same_id():
    config = parse_limits([{"window": "day", "unit": "tokens", "amount": 1}], "config", "UTC")
    settings = parse_limits(
        [
            {"window": "day", "unit": "tokens", "amount": 100},
            {"window": "week", "unit": "tokens", "amount": 100},
        ],
        "settings",
        "UTC",
    )
    merged = [(limit.id, limit.amount, limit.source) for limit in merge_limits(config, settings)]
    assert merged == [("user/day/tokens", 1, "config"), ("user/week/tokens", 100, "settings")]


@pytest.mark.parametrize(
    ("admin", "own", "in_force"),
    [
        ({"amount": 10}, {"amount": 9}, ["user/day/tokens", "user/day/tokens/own"]),
        ({"amount": 10}, {"amount": 10, "on_exceed": "block"}, ["user/day/tokens", "user/day/tokens/own"]),
        ({"amount": 10}, {"amount": 99, "on_exceed": "block"}, ["user/day/tokens", "user/day/tokens/own"]),
        ({"amount": 10, "on_exceed": "block"}, {"amount": 9}, ["user/day/tokens", "user/day/tokens/own"]),
        ({"amount": 10}, {"amount": 10}, ["user/day/tokens"]),
        ({"amount": 10, "on_exceed": "block"}, {"amount": 11, "on_exceed": "block"}, ["user/day/tokens"]),
    ],
)
def test_a_limit_of_the_settings_holds_beside_the_administrators_where_it_is_tighter(admin, own, in_force):
    base = {"window": "day", "unit": "tokens"}
    merged = merge_limits(
        parse_limits([{**base, **admin}], "config"), parse_limits([{**base, **own}], "settings")
    )
    assert [limit.id for limit in merged] == in_force
    assert [limit.source for limit in merged] == ["config", "settings"][: len(in_force)]


@pytest.mark.parametrize("name", ["", 8, ["UTC"], "Mars/Olympus", "../etc/passwd"])
def test_a_time_zone_that_does_not_exist_is_named(name):
    item = {"window": "day", "unit": "tokens", "amount": 1, "time_zone": name}
    with pytest.raises(LimitError, match=r"time_zone is .* must be an IANA name"):
        parse_limits([item], "config", "UTC")
