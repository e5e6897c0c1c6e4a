"""Server-sent events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.formats.sse import StreamEvent, divided, events


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_ending_of_the_standard_ends_a_line(newline: str) -> None:
    text = newline.join(["event: a", "data: 1", "data: 2", "", ": comment", "", "data:3", "", ""])
    assert list(events(text.encode())) == [StreamEvent("a", b"1\n2"), StreamEvent("", b"3")]


def test_only_one_space_behind_the_colon_is_taken_away() -> None:
    assert list(events(b"data:  two\n\n")) == [StreamEvent("", b" two")]


def test_an_event_that_the_end_cuts_short_is_still_given() -> None:
    assert list(events(b"data: 1\n\ndata: [DONE]")) == [StreamEvent("", b"1"), StreamEvent("", b"[DONE]")]


def test_lines_that_are_each_a_whole_object_are_events_of_their_own() -> None:
    body = b'event: a\ndata: {"n": 1}\ndata: {"n": 2}\ndata: [DONE]\n'
    assert [event.data for event in events(body)] == [b'{"n": 1}', b'{"n": 2}', b"[DONE]"]


def test_an_object_over_many_lines_is_one_event() -> None:
    body = b'data: {\ndata: "n": {"m": 1}\ndata: }\n\n'
    assert [event.data for event in events(body)] == [b'{\n"n": {"m": 1}\n}']


def test_a_byte_order_mark_is_not_part_of_the_first_field() -> None:
    assert list(events(b"\xef\xbb\xbfdata: 1\n\n")) == [StreamEvent("", b"1")]


def test_fields_without_data_make_no_event() -> None:
    assert list(events(b"id: 7\nretry: 1\n\nevent: ping\n\ndataset: 1\n\n")) == []


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_can_be_taken_apart(body: bytes) -> None:
    assert all(isinstance(event, StreamEvent) for event in events(body))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["data: 1", "data: 2\nid: 7", ": comment", "event: a\ndata: 3"])),
    st.integers(1, 9),
)
def test_the_two_parts_of_a_stream_hold_the_events_of_the_whole(blocks: list[str], last: int) -> None:
    body = "".join(f"{block}\r\n\r\n" for block in blocks).encode()
    before, after = divided(body, last)
    assert [*events(before), *events(after)] == list(events(body))
