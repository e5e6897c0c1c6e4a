"""Names of limits: what tells two apart is said, in both languages, and nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_llm_meter.core.limit_names import (
    CHINESE_NAMES,
    ENGLISH_NAMES,
    limit_name,
    limit_of_id,
    limit_title,
    with_name_parts,
)
from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.core.limits import merge_limits

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "limit-names.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH_NAMES), ("zh-CN", CHINESE_NAMES)])
def test_a_limit_is_named_as_on_the_page(case, language, words):
    limits = with_name_parts(parse_limits(case["limits"], "settings"))
    titles = [
        limit_title(limit, each["subject"], words, case["reader"])
        for limit, each in zip(limits, case["names"], strict=True)
    ]
    assert titles == [each[language] for each in case["names"]]


def test_a_user_s_limit_beside_the_administrator_s_says_so():
    given = {"window": "day", "unit": "USD", "amount": 10}
    admin, own = with_name_parts(
        merge_limits(parse_limits([given], "config"), parse_limits([{**given, "amount": 5}], "settings"))
    )
    assert limit_title(admin, "alice", reader="alice") == "Today"
    assert limit_title(own, "alice", reader="alice") == "Today (set by the user)"


def test_a_name_inside_a_sentence_begins_small():
    (limit,) = parse_limits([{"scope": "model", "window": "day", "unit": "calls", "amount": 3}], "settings")
    assert limit_name(limit, "gpt-5-nano") == "model gpt-5-nano today"
    assert limit_name(replace(limit, scope="user"), "alice", reader="alice") == "today"


@pytest.mark.parametrize(
    ("limit_id", "title"),
    [
        ("user/month/tokens", "User x this month"),
        ("notebook=a/b=c.ipynb/hour/USD", "Notebook x this hour"),
        ("key/total/USD/own", "API key x, all time"),
    ],
)
def test_a_limit_that_is_no_longer_set_is_named_after_its_id(limit_id, title):
    assert limit_title(limit_of_id(limit_id, "USD"), "x") == title
