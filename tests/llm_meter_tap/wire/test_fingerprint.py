"""Telling API keys apart."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from llm_meter_tap.wire.fingerprint import fingerprint

SECRET = b"\x01" * 32
KEY = "sk-canary-0123456789"
OF_KEY = "key-" + hmac.new(SECRET, KEY.encode(), hashlib.sha256).hexdigest()[:16]
SIGV4 = (
    "AWS4-HMAC-SHA256 Credential={}/20261123/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature={}"
)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": f"Bearer {KEY}"}, ""),
        ({"authorization": f"bearer  {KEY} "}, ""),
        ({"x-api-key": KEY}, ""),
        ({"api-key": KEY}, "api-version=2026-01-01"),
        ({"x-goog-api-key": KEY}, ""),
        ({}, f"alt=sse&key={KEY}"),
        ({"authorization": SIGV4.format(KEY, "aa")}, ""),
        ({"authorization": SIGV4.format(KEY, "bb")}, ""),
    ],
)
def test_one_key_has_one_fingerprint_wherever_it_stands(headers: dict[str, str], query: str) -> None:
    assert fingerprint(headers, query, SECRET) == OF_KEY


def test_another_key_or_another_secret_has_another_fingerprint() -> None:
    assert fingerprint({"api-key": KEY + "x"}, "", SECRET) != OF_KEY
    assert fingerprint({"api-key": KEY}, "", b"other") != OF_KEY


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({"authorization": ""}, ""),
        ({"authorization": "Bearer "}, "monkey=1"),
        ({"api-key": " "}, "a=key"),
    ],
)
def test_a_request_without_a_key_has_none(headers: dict[str, str], query: str) -> None:
    assert fingerprint(headers, query, SECRET) is None


def test_nothing_of_the_key_is_in_its_fingerprint() -> None:
    made = fingerprint({"x-api-key": KEY}, "", SECRET)
    assert made is not None
    assert not any(KEY[at : at + 5] in made for at in range(len(KEY) - 4))
