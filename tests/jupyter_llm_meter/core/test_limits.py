"""Limits, and which of the administrator's and the user's apply."""

from decimal import Decimal

import pytest

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import DEFAULT_LIMIT, limits_at, merge_limits, notebooks_of


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


def on_notebooks(*limits):
    base = {"scope": "notebook", "window": "day", "unit": "calls"}
    return parse_limits([{**base, "value": value, "amount": amount} for value, amount in limits], "settings")


def test_the_limit_of_a_moved_notebook_has_its_new_path():
    limits = [*on_notebooks(("a.ipynb", 1), ("b.ipynb", 2)), *parse_limits([DEFAULT_LIMIT], "default")]
    assert notebooks_of(limits) == ["a.ipynb", "b.ipynb"]
    moved = limits_at(limits, {"a.ipynb": "x/a.ipynb"})
    assert [each.id for each in moved] == [
        "notebook=x/a.ipynb/day/calls",
        "notebook=b.ipynb/day/calls",
        "user/month/tokens",
    ]
    assert limits_at(limits, {"c.ipynb": "d.ipynb"}) is limits


@pytest.mark.parametrize(
    ("limits", "in_force"),
    [
        ([("a.ipynb", 9), ("b.ipynb", 2)], [(9, False), (2, True)]),
        ([("a.ipynb", 2), ("b.ipynb", 9)], [(2, False)]),
        ([("b.ipynb", 9), ("a.ipynb", 2), ("c.ipynb", 1)], [(9, False), (2, True)]),
    ],
)
def test_of_two_limits_of_one_notebook_the_later_applies_only_if_it_is_tighter(limits, in_force):
    moved = limits_at(on_notebooks(*limits), {"a.ipynb": "b.ipynb", "c.ipynb": "b.ipynb"})
    assert [(each.amount, each.is_own) for each in moved] == in_force
