"""JSON that is too big to parse, or was cut off."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.partial_json import array_items, outer_members

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=4),
    max_leaves=20,
)
OBJECT = st.dictionaries(st.sampled_from(["a", "b", "usage", "model", 'x"usage', "d"]), JSON, max_size=6)


@settings(deadline=None)
@given(OBJECT, st.integers(4, 60), st.sampled_from([None, 1]))
def test_what_is_found_is_an_outer_member_with_its_value(
    document: dict[str, Any], window: int, indent: int | None
) -> None:
    found = outer_members(json.dumps(document, indent=indent).encode(), ("usage", "model"), window)
    assert found.items() <= document.items()


@settings(deadline=None)
@given(OBJECT, st.integers(0, 200))
def test_a_cut_object_never_gives_a_value_that_it_did_not_have(document: dict[str, Any], kept: int) -> None:
    text = json.dumps(document)
    found = outer_members(text[: min(kept, len(text) - 1)].encode(), ("usage", "model"))
    assert found.items() <= document.items()


def test_the_ends_are_enough_for_a_big_answer() -> None:
    document = {"id": "x", "data": [0.5] * 100_000, "model": "m", "usage": {"total_tokens": 3}}
    found = outer_members(json.dumps(document).encode(), ("usage", "model"))
    assert found == {"id": "x", "model": "m", "usage": {"total_tokens": 3}}


def test_an_inner_member_of_the_same_name_is_not_taken() -> None:
    document = {"data": [{"usage": {"total_tokens": 9}}, "x" * 50_000, {"usage": {"total_tokens": 9}}]}
    assert outer_members(json.dumps(document).encode(), ("usage",)) == {}


def test_a_number_at_the_edge_of_the_window_is_not_cut_in_two() -> None:
    assert outer_members(b'{"a": 12345, "b": 1}', (), window=9) == {}


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=4), st.integers(0, 120))
def test_a_cut_array_gives_its_whole_elements(items: list[dict[str, Any]], kept: int) -> None:
    found = array_items(json.dumps(items).encode()[: max(kept, 1)])
    assert found == items[: len(found)]
    assert array_items(json.dumps(items, indent=2).encode()) == items


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_can_be_looked_at(body: bytes) -> None:
    outer_members(body, ("usage",), window=20)
    array_items(b"[" + body)


def test_a_quote_that_is_escaped_just_before_the_window_begins_no_key():
    body = b'{"x\\"usage": [1]}'
    window = len(body) - body.index(b'"usage"')
    assert outer_members(body, ("usage",), window) == {}
