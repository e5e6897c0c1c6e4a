"""What may be seen of a URL."""

import pytest

from jupyter_llm_meter.alerts.masking import mask_text, mask_url


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("mailtos://user:secret@smtp.example.com:465/a@b.c?cc=x", "mailtos://smtp.example.com/****"),
        ("https://hooks.slack.com/services/secret", "https://hooks.slack.com/****"),
        ("jsons://localhost:8000/secret", "jsons://localhost/****"),
        ("ntfy://secret-topic", "ntfy://****"),
        ("slack://T1/A1/secret", "slack://****"),
        ("dingtalk://SECsecret@token", "dingtalk://****"),
        # A token with dots, in the storage of a host.
        ("pbul://o.secret.token", "pbul://****"),
        ("https://[secret/x", "https://****"),
        ("secret", "****"),
        ("se cret://x", "****"),
    ],
)
def test_a_url_shows_its_scheme_and_a_host_that_is_one(url, seen):
    assert mask_url(url) == seen


@pytest.mark.parametrize(
    "text",
    [
        "secret%2Fpath",
        "secret/path",
        "pass@word",
        "pass%40word",
        "key-in-query",
        "https://u:pass%40word@h.io",
    ],
)
def test_a_text_loses_every_spelling_of_a_part(text):
    url = "https://u:pass%40word@h.io/secret%2Fpath?key=key-in-query"
    assert text not in mask_text(f"it said: {text}, and more", url)
    assert mask_text("it said: no", url) == "it said: no"
