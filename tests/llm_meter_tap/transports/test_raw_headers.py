"""Headers as they are on the wire, decoded."""

from __future__ import annotations

from llm_meter_tap.transports.raw_headers import decoded


def test_a_header_is_found_by_its_name_in_lower_case():
    assert decoded([(b"Content-Type", b"text/plain"), (b"x-a", b"\xe9")]) == {
        "content-type": "text/plain",
        "x-a": "\xe9",
    }


def test_of_a_name_that_comes_twice_the_last_value_counts():
    assert decoded([(b"x-a", b"1"), (b"X-A", b"2")]) == {"x-a": "2"}


def test_no_headers_are_an_empty_mapping():
    assert decoded([]) == {}


def test_a_line_break_in_a_value_does_not_mix_headers_up():
    assert decoded([(b"X-A", b"1\nb"), (b"x-c", b"2")]) == {"x-a": "1\nb", "x-c": "2"}
