"""A hub's limits hold for calls through LiteLLM's real proxy, whatever the user's program does.

The hub's service is real, on SQLite; the users' tokens are their names.
"""

import json
import socket
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hub_services import HubProcess, call, lines, wait_for
from proxy_process import KEY, PYTHON, Proxy, StandIn, chat

from jupyter_llm_meter.ledger import sqlite_url

pytestmark = pytest.mark.skipif(PYTHON is None, reason="LiteLLM's proxy is not installed (group litellm)")

LIMITS = [
    {"scope": "user", "window": "total", "unit": "calls", "amount": 3, "on_exceed": "block", "value": "ben"}
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = HubProcess(sqlite_url(tmp_path_factory.mktemp("hub") / "ledger.sqlite3"), LIMITS)
    hub.start()
    yield hub
    hub.kill()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, hub):
    upstream = StandIn(pace_s=0.01)
    proxy = Proxy(tmp_path_factory.mktemp("proxy"), upstream.url, hub.url)
    proxy.start()
    yield proxy
    proxy.kill()
    upstream.stop()


def calls(hub, user, **known):
    found = hub.ask("GET", f"api/v1/calls?user={user}&limit=100", "boss")[1]["calls"]
    return [each for each in found if all(each.get(name) == value for name, value in known.items())]


def settled(hub, user, count, **known):
    """The calls of a user with certain members, once there are as many."""
    wait_for(lambda: len(calls(hub, user, **known)) >= count, f"{count} calls of {user}")
    found = calls(hub, user, **known)
    assert len(found) == count, found
    return found


@pytest.mark.parametrize("header", ["Authorization", "api-key", "x-api-key"])
def test_a_call_with_the_user_s_token_is_recorded_for_the_user(hub, proxy, header):
    token = "Bearer both" if header == "Authorization" else "both"
    before = len(calls(hub, "both"))
    status, _headers, text = proxy.post("/v1/chat/completions", None, chat(), **{header: token})
    assert status == 200, text
    answer = json.loads(text)
    [record] = settled(hub, "both", 1, **{"gen_ai.response.id": answer["id"]})
    assert record["gen_ai.usage.output_tokens"] == answer["usage"]["completion_tokens"] > 0
    assert record["gen_ai.provider.name"] == "openai" and record["llm_meter.call.source"] == "gateway"
    assert float(record["llm_meter.cost.amount"]) > 0 and record["llm_meter.team"] == "history"
    assert len(calls(hub, "both")) == before + 1


@pytest.mark.parametrize(
    ("path", "body", "provider"),
    [
        ("/v1/chat/completions", chat(stream=True), "openai"),
        ("/v1/chat/completions", chat(**{"no-log": True}), "openai"),
        ("/v1/chat/completions", chat("claude", max_tokens=9), "anthropic"),
        ("/v1/messages", chat("claude", max_tokens=9), "anthropic"),
        ("/v1/messages", chat("claude", max_tokens=9, stream=True), "anthropic"),
        ("/v1/embeddings", {"model": "embedding", "input": "hello"}, "openai"),
        ("/v1/responses", {"model": "gpt-4o", "input": "hello"}, "openai"),
    ],
)
def test_every_kind_of_call_is_recorded_once_with_its_figures(hub, proxy, path, body, provider):
    before = len(calls(hub, "dee"))
    status, _headers, text = proxy.post(path, "dee", body)
    assert status == 200, text
    found = settled(hub, "dee", before + 1)[0]
    assert found["llm_meter.call.status"] == "ok" and found["llm_meter.call.basis"] == "reported"
    assert found["gen_ai.provider.name"] == provider and found["gen_ai.usage.input_tokens"] > 0
    assert bool(found.get("gen_ai.usage.output_tokens")) == ("embeddings" not in path)


def test_a_limit_refuses_plain_http_streamed_or_not_and_says_why(hub, proxy):
    for _ in range(3):
        assert proxy.post("/v1/chat/completions", "ben", chat(max_tokens=5))[0] == 200
    settled(hub, "ben", 3, **{"llm_meter.call.status": "ok"})
    for path, body in (
        ("/v1/chat/completions", chat()),
        ("/v1/chat/completions", chat(stream=True)),
        ("/v1/messages", chat("claude", max_tokens=5)),
    ):
        status, headers, text = proxy.post(path, "ben", body)
        assert status == 402 and headers["x-should-retry"] in ("false", None), text
        assert "3 of 3" in text or "3 calls" in text, text
    refused = settled(hub, "ben", 3, **{"llm_meter.call.status": "refused"})
    assert {each["llm_meter.limit.id"] for each in refused} == {"user=ben/total/calls"}
    assert proxy.post("/v1/chat/completions", "ann", chat(max_tokens=5))[0] == 200


@pytest.mark.parametrize("token", ["nobody", "", "gateway", KEY])
def test_what_is_no_user_s_token_is_refused_with_a_clear_message(proxy, token):
    status, _headers, text = proxy.post("/v1/chat/completions", token, chat())
    assert status == 401 and "token of a user" in text, text


@pytest.mark.parametrize(
    "path", ["/key/generate", "/model/new", "/v1/files", "/openai/v1/chat/completions/x"]
)
def test_other_routes_are_closed_to_users(proxy, path):
    status, _headers, text = proxy.post(path, "ann", {})
    assert status == 403 and "not open" in text, text


def test_a_call_that_tap_and_proxy_report_is_one_call_with_the_place_of_the_tap(hub, proxy):
    _status, _headers, text = proxy.post("/v1/chat/completions", "alone", chat("claude", max_tokens=5))
    answer = json.loads(text)
    place = {"llm_meter.kernel.id": "k", "llm_meter.notebook.path": "a.ipynb", "llm_meter.project": "course"}
    # It claims to have used nothing.
    of_tap = call(0, **place, **{"gen_ai.response.id": answer["id"], "llm_meter.cost.amount": "0"})
    of_tap |= {"llm_meter.cost.source": "provider", "llm_meter.cost.currency": "USD"}
    assert hub.ask("POST", "v1/lines", "alone", lines(of_tap))[0] == 200
    [record] = settled(hub, "alone", 1, **{"gen_ai.response.id": answer["id"]})
    wait_for(lambda: calls(hub, "alone", **{"llm_meter.call.source": "gateway"}), "the gateway's record")
    [record] = settled(hub, "alone", 1)
    assert record["gen_ai.usage.output_tokens"] == answer["usage"]["completion_tokens"]
    assert float(record["llm_meter.cost.amount"]) > 0 and record["gen_ai.provider.name"] == "anthropic"
    assert {name: record[name] for name in place} == place


def test_a_failed_call_ends_its_reservation_and_costs_nothing(hub, proxy):
    before = len(calls(hub, "ann"))
    assert proxy.post("/v1/chat/completions", "ann", chat("away"))[0] >= 500
    failed = settled(hub, "ann", before + 1)[0]
    assert failed["llm_meter.call.status"] == "error" and failed["llm_meter.call.basis"] == "none"


def test_a_client_that_leaves_in_mid_answer_pays_for_what_came(hub, proxy):
    body = json.dumps(chat(stream=True, text="leave")).encode()
    head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer boss\r\n"
    head += f"Content-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.sendall(f"{head}\r\nContent-Type: application/json\r\n\r\n".encode() + body)
        assert connection.recv(400)
        connection.recv(200)
    [record] = settled(hub, "boss", 1)
    assert record["llm_meter.call.status"] == "aborted" and record["llm_meter.call.basis"] == "partial"
    assert record["gen_ai.usage.input_tokens"] > 0


def test_an_answer_from_the_cache_costs_nothing(hub, proxy):
    before = len(calls(hub, "ann"))
    body = chat(text="again", max_tokens=5, cache={"use-cache": True})
    for _ in range(2):
        assert proxy.post("/v1/chat/completions", "ann", body)[0] == 200
    cached, first = settled(hub, "ann", before + 2)[:2]
    assert first["llm_meter.call.basis"] == "reported"
    assert cached["llm_meter.usage.flags"] == ["gateway-cache-hit"] and "llm_meter.cost.amount" not in cached


def test_a_team_of_the_user_s_can_be_named_and_no_other(hub, proxy):
    for team, counted in (("physics", "physics"), ("chemistry", "history")):
        before = len(calls(hub, "both"))
        headers = {"Authorization": "Bearer both", "x_llm_meter_team": team}
        assert proxy.post("/v1/chat/completions", None, chat(max_tokens=5), **headers)[0] == 200
        assert settled(hub, "both", before + 1)[0]["llm_meter.team"] == counted


def test_the_call_id_of_another_call_is_refused(proxy):
    headers = {"Authorization": "Bearer ann", "x_litellm_call_id": "chosen"}
    assert proxy.post("/v1/chat/completions", None, chat(max_tokens=5), **headers)[0] == 200
    assert proxy.post("/v1/chat/completions", None, chat(max_tokens=5), **headers)[0] == 400


def test_calls_wait_on_disk_while_the_hub_is_away_and_none_is_made_meanwhile(hub, proxy):
    before = len(calls(hub, "dee"))
    assert proxy.post("/v1/chat/completions", "dee", chat(max_tokens=5))[0] == 200
    hub.kill()
    status, _headers, text = proxy.post("/v1/chat/completions", "dee", chat())
    assert status == 503 and "Nothing was sent" in text
    hub.start()
    wait_for(lambda: proxy.post("/v1/chat/completions", "dee", chat())[0] == 200, "the hub to be asked again")
    wait_for(lambda: len(calls(hub, "dee")) >= before + 2, "both calls")


def test_neither_key_nor_token_nor_text_is_on_disk_or_in_the_log(proxy):
    text = "a question that nobody may keep"
    assert proxy.post("/v1/chat/completions", "ann", chat(text=text))[0] == 200
    kept = [file.read_bytes() for file in (proxy.folder / "gateway").rglob("*") if file.is_file()]
    for content in (*kept, proxy.log.read_bytes()):
        assert KEY.encode() not in content and text.encode() not in content
