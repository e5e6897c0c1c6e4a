"""Headers of which only those asked for are decoded."""

from __future__ import annotations

from llm_meter_tap.transports.raw_headers import RawHeaders

HEADERS = RawHeaders([(b"Content-Type", b"text/plain"), (b"x-a", b"1"), (b"X-A", b"\xe9")])


def test_a_header_is_found_by_its_name_in_lower_case():
    assert HEADERS["content-type"] == HEADERS.get("content-type") == "text/plain"
    assert "content-type" in HEADERS
    assert dict(HEADERS) == {"content-type": "text/plain", "x-a": "\xe9"}


def test_a_missing_header_is_none():
    assert HEADERS.get("content-encoding") is None
    assert HEADERS.get("content-encoding", "") == ""
    assert "content-encoding" not in HEADERS


def test_a_name_that_comes_twice_counts_once():
    assert len(HEADERS) == 2
