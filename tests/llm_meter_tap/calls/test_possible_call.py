"""Requests to unknown paths over a real client: the answer decides, and only where the server is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from standin_service import StandInService
from tap_process import settled, spool_lines
from tap_provider import Provider

from llm_meter_tap import LimitExceeded
from llm_meter_tap.calls import local_servers, possible_call, unrecognised

ASKING = {"model": "asked-1", "prompt": "secret words"}
KNOWN = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No request was noted as unrecognised lately."""
    monkeypatch.setattr(unrecognised, "_noted_at", float("-inf"))
    return iter([None])


@pytest.fixture
def seen(metered: Path, provider: Provider) -> Path:
    """The provider has answered in a known format; gives the private folder."""
    httpx.post(f"{provider.url}/json/v1/chat/completions", json=KNOWN)
    # Not by the spool: where a service listens, it may be empty again.
    assert list(local_servers._answered.values()) == [True]
    return metered


def test_an_unknown_path_of_a_server_that_spoke_a_known_format_is_a_call(
    seen: Path, provider: Provider
) -> None:
    httpx.post(f"{provider.url}/json/v9/think", json=ASKING)
    record = settled(seen)[1]
    assert record["gen_ai.usage.input_tokens"] == 11
    assert record["gen_ai.usage.output_tokens"] == 7
    assert record["gen_ai.request.model"] == "asked-1"
    assert record["gen_ai.response.model"] == "gpt-5-2025"
    assert record["llm_meter.usage.flags"] == ["recognised-by-answer"]
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")


def test_a_call_to_a_proved_path_is_booked_as_its_answer_says(seen: Path, provider: Provider) -> None:
    for _ in range(2):
        httpx.post(f"{provider.url}/json/v9/our-messages", json=ASKING)
    assert [record["gen_ai.provider.name"] for record in settled(seen)[1:]] == ["anthropic"] * 2


def test_the_diagnostics_learn_its_host_and_path_and_nothing_else(seen: Path, provider: Provider) -> None:
    httpx.post(f"{provider.url}/json/v9/think/sk-4f6a8b2c9d1e7f3a5b?key=hidden", json=ASKING)
    found = json.loads((seen / possible_call.FILE).read_text())
    assert found.pop("at")
    assert found == {"host": "127.0.0.1", "path": "/json/v9/think/...", "api": "openai.chat"}
    assert not (seen / unrecognised.FILE).exists()


def test_a_stream_is_a_call_too(seen: Path, provider: Provider) -> None:
    with httpx.stream("POST", f"{provider.url}/sse/v9/think", json={**ASKING, "stream": True}) as answer:
        text = "".join(answer.iter_text())
    assert "[DONE]" in text
    record = settled(seen)[1]
    assert (record["gen_ai.usage.input_tokens"], record["gen_ai.usage.output_tokens"]) == (11, 7)
    assert record["llm_meter.usage.flags"] == ["recognised-by-answer"]


def test_a_server_that_never_spoke_a_known_format_is_not_asked(metered: Path, provider: Provider) -> None:
    httpx.post(f"{provider.url}/json/v9/think", json=ASKING)
    assert not (metered / "spool").exists()
    assert (metered / unrecognised.FILE).exists()


@pytest.mark.parametrize("how", ["nonsense", "limited", "broken", "silent"])
def test_an_answer_without_usage_leaves_no_record(seen: Path, provider: Provider, how: str) -> None:
    lines = spool_lines(seen)
    httpx.post(f"{provider.url}/{how}/v9/think", json=ASKING)
    assert spool_lines(seen) == lines


def test_it_can_be_turned_off(seen: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_METER_BY_ANSWER", "0")
    httpx.post(f"{provider.url}/json/v9/think", json=ASKING)
    assert len(settled(seen)) == 1


def test_a_limit_refuses_the_next_call_to_a_path_that_was_proved(
    service: StandInService, seen: Path, provider: Provider
) -> None:
    httpx.post(f"{provider.url}/json/v9/think", json=ASKING)
    service.wait_for(settled=2)
    service.most_calls = 0
    service.write_gate("block")
    asked = len(provider.seen)
    with pytest.raises(LimitExceeded):
        httpx.post(f"{provider.url}/json/v9/think", json=ASKING)
    assert len(provider.seen) == asked


@pytest.mark.parametrize(
    "asked",
    [
        ASKING,
        KNOWN,
        {"model": "m", "input": "Hi"},
        {"model": "m", "contents": [{"parts": [{"text": "Hi"}]}]},
    ],
    ids=["prompt", "messages", "input", "contents"],
)
def test_a_limit_refuses_the_first_call_to_an_unknown_path(
    service: StandInService, seen: Path, provider: Provider, asked: dict[str, object]
) -> None:
    service.wait_for(settled=1)
    service.most_calls = 0
    service.write_gate("block")
    sent = len(provider.seen)
    with pytest.raises(LimitExceeded):
        httpx.post(f"{provider.url}/json/v9/think", json=asked)
    assert len(provider.seen) == sent
    assert service.wait_for(settled=2)[1]["record"]["llm_meter.call.status"] == "refused"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/json/v9/think", {"name": "m", "prompt": "Hi"}),
        ("/json/v9/think", {"model": "m", "prompt": {"id": "kept"}}),
        ("/json/v9/think", {"model": "m", "messages": []}),
        ("/json/v9/cachedContents", {"model": "m", "contents": [{"parts": []}]}),
        ("/json/v9/prompts", {"model": "m", "prompt": "Hi"}),
        ("/json/api/create", {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}),
    ],
)
def test_a_limit_lets_other_requests_to_unknown_paths_through(
    service: StandInService, seen: Path, provider: Provider, path: str, body: dict[str, object]
) -> None:
    service.most_calls = 0
    service.write_gate("block")
    assert httpx.post(provider.url + path, json=body).status_code == 200
    assert service.reservation_requests == []


def test_a_reservation_for_what_was_no_call_is_released_without_a_record(
    service: StandInService, seen: Path, provider: Provider
) -> None:
    service.wait_for(settled=1)
    service.most_calls = 2
    service.write_gate("block")
    for _ in range(3):
        assert httpx.post(f"{provider.url}/limited/v9/think", json=ASKING).status_code == 429
    assert httpx.post(f"{provider.url}/json/v9/think", json=ASKING).status_code == 200
    assert len(service.wait_for(settled=2)) == 2
    service.wait_until(lambda: not service.reserved)
    assert len(service.settled()) == 2


def test_a_proved_path_that_answers_without_usage_is_not_a_call_this_time(
    seen: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx.post(f"{provider.url}/json/v9/think", json=ASKING)
    ((key, shape),) = possible_call._proved.items()
    monkeypatch.setitem(possible_call._proved, (*key[:2], "/nonsense/v9/think"), shape)
    httpx.post(f"{provider.url}/nonsense/v9/think", json=ASKING)
    assert len(settled(seen)) == 2
    assert [line["event"] for line in spool_lines(seen)][-2:] == ["opened", "dropped"]
