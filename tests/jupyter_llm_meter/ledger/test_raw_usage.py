"""Raw usage that is taken apart comes back whole, whatever a provider puts into it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from jupyter_llm_meter.ledger.raw_usage import put_together, taken_apart

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(st.dictionaries(st.text(), VALUES, max_size=6))
def test_it_comes_back_as_it_was(raw):
    back = put_together(*taken_apart(raw))
    assert json.dumps(back) == json.dumps(raw)


def test_calls_with_the_same_members_share_a_shape():
    one = taken_apart({"prompt_tokens": 12, "details": {"cached": 0}, "tier": "default", "ok": True})
    other = taken_apart({"prompt_tokens": 9999, "details": {"cached": 7}, "tier": "default", "ok": True})
    assert one[0] == other[0]
    assert (one[1], other[1]) == ("12,0", "9999,7")


def test_a_long_text_is_a_calls_own_and_a_word_is_part_of_the_shape():
    shape, figures = taken_apart({"tier": "flex", "id": "x" * 41})
    assert shape == '{"tier":"flex","id":0}'
    assert figures == json.dumps("x" * 41)


def test_usage_of_more_members_than_others_could_share_is_kept_whole():
    raw = {f"member {number}": number for number in range(300)}
    shape, figures = taken_apart(raw)
    assert shape is None
    assert put_together(shape, figures) == raw


def test_no_usage_and_empty_usage_differ():
    assert put_together(*taken_apart(None)) is None
    assert put_together(*taken_apart({})) == {}
