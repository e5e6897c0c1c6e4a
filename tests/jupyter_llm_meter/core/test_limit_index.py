"""Which limits a call comes under."""

from jupyter_llm_meter.core.limit_index import LimitIndex
from jupyter_llm_meter.core.limit_reader import parse_limits

ITEM = {"window": "day", "unit": "tokens", "amount": 1}
LIMITS = parse_limits(
    [
        {**ITEM, "scope": "model", "value": "gpt-4o"},
        {**ITEM, "scope": "user"},
        {**ITEM, "scope": "model", "value": "o3"},
        {**ITEM, "scope": "model"},
        {**ITEM, "scope": "notebook"},
    ],
    "config",
)


def test_a_call_comes_under_the_limits_of_its_subjects_in_the_order_of_the_limits():
    index = LimitIndex(LIMITS)
    found = list(index.matching({"user": "alice", "model": "gpt-4o", "notebook": None}))
    assert found == [(LIMITS[0], "gpt-4o"), (LIMITS[1], "alice"), (LIMITS[3], "gpt-4o")]
    assert list(index.matching({})) == []


def test_limits_are_found_by_id_and_their_scopes_are_known():
    index = LimitIndex(LIMITS)
    assert index.by_id["model=o3/day/tokens"] is LIMITS[2]
    assert set(index.scopes) == {"model", "user", "notebook"}
    assert list(LimitIndex([]).scopes) == []
