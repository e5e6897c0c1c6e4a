"""Which endpoints are allowed, and how one is shown."""

import pytest

from jupyter_llm_meter.telemetry import endpoint_of, shown_endpoint


@pytest.mark.parametrize(
    "text",
    ["http://localhost:4318", "https://collector.example.com/otlp", "http://[::1]:4318", "https://u:p@host"],
)
def test_a_base_url_is_an_endpoint(text):
    assert endpoint_of(f" {text}/ ") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:4318",
        "grpc://localhost:4317",
        "http://",
        "http://[::1",
        "http://h:99999",
        "http://h?a=b",
    ],
)
def test_anything_else_is_none(text):
    assert endpoint_of(text) is None


def test_a_password_is_not_shown():
    assert shown_endpoint("https://user:secret@collector:4318/otlp") == "https://collector:4318/otlp"
