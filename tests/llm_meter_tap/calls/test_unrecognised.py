"""What the doctor may show of requests that looked like LLM calls and were none that the tap knows."""

import json
import stat

import httpx
import pytest

from llm_meter_tap.calls import unrecognised
from llm_meter_tap.calls.unrecognised import looks_like_call, shown_path

ASKING = b'{"model": "new-1", "prompt": "secret words"}'


@pytest.fixture(autouse=True)
def long_ago(monkeypatch):
    """Nothing was noted a minute ago."""
    monkeypatch.setattr(unrecognised, "_noted_at", float("-inf"))


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        ("llm.example.org", "/ask", ASKING),
        ("llm.example.org", "/ask", b'{"messages": [{"role": "user"}]}'),
        ("llm.example.org", "/ask", b'{"contents": [ {"parts": []}]}'),
        ("api.openai.com", "/v9/think", b'{"input": "words"}'),
        ("api.openai.com", "/v9/think", None),
    ],
)
def test_a_request_for_an_answer_looks_like_a_call(host, path, body):
    assert looks_like_call(host, path, "application/json", body)


@pytest.mark.parametrize(
    ("host", "path", "content_type", "body"),
    [
        ("shop.example.org", "/orders", "application/json", b'{"article": 7}'),
        ("shop.example.org", "/search", "application/json", b'{"query": "shoes"}'),
        ("shop.example.org", "/cars", "application/json", b'{"model": "T"}'),
        ("llm.example.org", "/ask", "application/x-www-form-urlencoded", ASKING),
        ("llm.example.org", "/ask", None, ASKING),
        ("llm.example.org", "/ask", "application/json", None),
        ("api.anthropic.com", "/v1/messages/count_tokens", "application/json", ASKING),
        ("generativelanguage.googleapis.com", "/v1/models/x:countTokens", "application/json", ASKING),
        ("api.openai.com", "/v1/batches", "application/json", ASKING),
        ("api.openai.com", "/v1/files", "application/json", ASKING),
    ],
)
def test_any_other_request_does_not(host, path, content_type, body):
    assert not looks_like_call(host, path, content_type, body)


def test_host_and_path_are_kept_and_nothing_else(metered, provider):
    url = f"{provider.url}/json/v9/think/sk-4f6a8b2c9d1e7f3a5b?key=hidden"
    assert httpx.post(url, content=ASKING, headers={"content-type": "application/json"}).status_code == 200
    file = metered / "unrecognised.json"
    found = json.loads(file.read_text())
    assert (found["host"], found["path"]) == ("127.0.0.1", "/json/v9/think/...")
    assert set(found) == {"host", "path", "at"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in metered.iterdir()] == ["unrecognised.json"]


def test_it_is_written_at_most_once_a_minute(metered, provider):
    for name in ("first", "second"):
        httpx.post(f"{provider.url}/json/{name}", json={"model": "m", "prompt": "p"})
    assert json.loads((metered / "unrecognised.json").read_text())["path"] == "/json/first"


def test_ordinary_requests_and_known_calls_leave_no_trace(metered, provider):
    httpx.post(f"{provider.url}/json/orders", json={"article": 7})
    httpx.post(f"{provider.url}/json/v1/chat/completions", json={"model": "m", "messages": []})
    assert not (metered / "unrecognised.json").exists()


def test_the_members_of_a_usage_object_that_no_reader_knows_are_kept_by_name(metered, monkeypatch):
    monkeypatch.setattr(unrecognised, "_seen_members", set())
    unrecognised.record_unknown_members(str(metered), "openai", "openai.chat", ["dream_tokens"])
    file = metered / unrecognised.MEMBERS_FILE
    found = json.loads(file.read_text())
    assert found.pop("at")
    assert found == {"provider": "openai", "api": "openai.chat", "members": ["dream_tokens"]}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.unlink()
    unrecognised.record_unknown_members(str(metered), "openai", "openai.chat", ["dream_tokens"])
    assert not file.exists()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/think", "/v1/think"),
        ("/v1/text-generation-streaming", "/v1/text-generation-streaming"),
        ("/hooks/T0001/B0002/abcdefgh12345678ijklmnop", "/hooks/T0001/B0002/..."),
        ("/a?key=b", "/a"),
        ("/x" * 300, "/x" * 100),
    ],
)
def test_parts_of_a_path_that_may_be_secret_are_left_out(path, shown):
    assert shown_path(path) == shown
