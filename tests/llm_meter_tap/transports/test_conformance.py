"""Every client against a real server: each attempt is seen once, and nothing else changes for user code.

What is special to one library is in the file of its adapter.
"""

from __future__ import annotations

import gc
import importlib
import json
import socket
import threading
from types import SimpleNamespace

import pytest
from tap_clients import BODY, CLIENTS, JSON, STREAM, answer_once, outcome
from tap_process import run, settled, spool_lines

from llm_meter_tap import startup, tap
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy

CHAT = "v1/chat/completions"
ENDINGS = ["json", "gzip", "chunked", "sse", "silent", "gzipsse", "nonsense"]
ENDINGS += ["limited", "broken", "moved", "drop", "hangs up"]
COMPLETE = ["json", "gzip", "chunked", "sse", "gzipsse"]

of_each_client = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS.keys())
of_each_reader = pytest.mark.parametrize(
    ("client", "reader"),
    [
        pytest.param(client, reader, id=f"{client.name} {name}")
        for client in CLIENTS.values()
        for name, reader in client.readers.items()
    ],
)


def ended(record):
    return record["llm_meter.call.status"], record["llm_meter.call.basis"]


def events(folder):
    return [line["event"] for line in spool_lines(folder)]


@of_each_reader
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_call_gives_and_raises_what_it_would_without_the_tap(
    client, reader, ending, provider, folder, monkeypatch
):
    how = ending
    if ending == "hangs up":
        how = "hang"
        provider.release()
    url = f"{provider.url}/{how}/{CHAT}"
    plain = outcome(lambda: reader(url))

    monkeypatch.setenv("LLM_METER_DIR", str(folder))
    startup.activate()
    try:
        assert outcome(lambda: reader(url)) == plain
    finally:
        startup.deactivate()
        tap.close_tap()
    gc.collect()
    counts = {event: events(folder).count(event) for event in ("opened", "dropped", "settled")}
    assert counts["settled"] == (0 if ending == "moved" and not client.follows_by_itself else 1)
    assert counts["opened"] == counts["settled"] + counts["dropped"]
    assert not faults.counts


@of_each_reader
@pytest.mark.parametrize("ending", COMPLETE)
def test_reported_usage_is_recorded_once(client, reader, ending, provider, metered):
    outcome(lambda: reader(f"{provider.url}/{ending}/{CHAT}"))

    (record,) = settled(metered)
    assert ended(record) == ("ok", "reported")
    assert record["gen_ai.usage.input_tokens"] == 11
    assert record["gen_ai.usage.output_tokens"] == 7
    assert record["gen_ai.request.model"] == "gpt-5"
    assert record["gen_ai.request.stream"] is True
    assert record["gen_ai.response.model"] == "gpt-5-2025"
    assert (record["server.address"], record["server.port"]) == ("127.0.0.1", provider.port)


@of_each_client
def test_the_settled_line_is_on_disk_before_the_terminal_event_is_handed_over(client, provider, metered):
    assert client.until_done(f"{provider.url}/sse/{CHAT}", lambda: len(settled(metered))) == 1
    assert len(settled(metered)) == 1


@of_each_client
@pytest.mark.parametrize(("ending", "error_type"), [("limited", "rate_limit_exceeded"), ("broken", "503")])
def test_a_refused_call_costs_nothing_and_names_its_error(client, ending, error_type, provider, metered):
    refused = outcome(lambda: client.post(f"{provider.url}/{ending}/{CHAT}"))

    assert refused[client.is_refusal_raised] in (429, 503)
    (record,) = settled(metered)
    assert ended(record) == ("error", "none")
    assert record["error.type"] == error_type
    assert "gen_ai.usage.input_tokens" not in record


@of_each_client
def test_an_answer_that_is_not_what_was_asked_for_leaves_the_usage_unknown(client, provider, metered):
    assert client.post(f"{provider.url}/nonsense/{CHAT}")[1].startswith(b"<html>")

    (record,) = settled(metered)
    assert ended(record) == ("ok", "missing")


@of_each_client
def test_a_request_that_did_not_reach_the_network_is_not_a_call(client, metered):
    with pytest.raises(client.unreachable):
        client.post(f"http://127.0.0.1:1/{CHAT}")

    assert events(metered) == list(client.lines_unreachable)


@of_each_client
def test_a_read_timeout_is_an_error_with_unknown_usage(client, provider, metered):
    with pytest.raises(client.timed_out):
        client.time_out(f"{provider.url}/hang/{CHAT}")

    (record,) = settled(metered)
    assert ended(record) == ("error", "missing")
    assert client.timed_out_name in record["error.type"]


@of_each_client
def test_a_redirection_is_not_a_separate_call(client, provider, metered):
    status, body = client.follow(f"{provider.url}/moved/{CHAT}")

    assert (status, json.loads(body)["usage"]["total_tokens"]) == (200, 18)
    assert sorted(events(metered)) == ["dropped", "opened", "opened", "settled"]
    assert ended(settled(metered)[0]) == ("ok", "reported")


@of_each_client
def test_each_attempt_that_reached_the_provider_is_a_separate_call(client, provider, metered):
    status, body = client.repeat(f"{provider.url}/flaky/{CHAT}")

    assert (status, json.loads(body)["usage"]["total_tokens"]) == (200, 18)
    found = [(record["llm_meter.call.status"], record.get("error.type")) for record in settled(metered)]
    assert found == [("error", "503"), ("error", "503"), ("ok", None)]


@pytest.mark.parametrize(
    ("client", "leave"),
    [
        pytest.param(client, leave, id=f"{client.name} {name}")
        for client in CLIENTS.values()
        for name, leave in client.leave.items()
    ],
)
def test_a_stream_left_before_its_end_is_aborted(client, leave, provider, metered):
    leave(f"{provider.url}/halfway/{CHAT}")
    gc.collect()  # some answers hold themselves

    (record,) = settled(metered)
    assert ended(record) == ("aborted", "missing")


@of_each_client
def test_a_stream_broken_by_the_network_is_aborted_and_names_its_error(client, provider, metered):
    error, name = client.broken
    with pytest.raises(error):
        next(iter(client.readers.values()))(f"{provider.url}/drop/{CHAT}")

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"
    assert record["error.type"] == name


@pytest.mark.parametrize("client", [one for one in CLIENTS.values() if one.cancel], ids=lambda one: one.name)
def test_a_call_cancelled_while_it_waits_for_the_answer_is_aborted(client, provider, metered):
    name = client.cancel(f"{provider.url}/hang/{CHAT}", lambda: bool(provider.seen))

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["error.type"]) == ("aborted", name)


@of_each_client
def test_a_call_left_open_when_the_process_exits_is_aborted(client, provider, folder):
    run(folder, client.leave_at_exit.format(url=f"{provider.url}/halfway/{CHAT}", body=STREAM))

    (record,) = settled(folder)
    assert record["llm_meter.call.status"] == "aborted"


@of_each_client
def test_what_user_code_holds_is_still_of_the_library_s_classes(client, provider, metered):
    for one, cls in client.pieces(f"{provider.url}/halfway/{CHAT}"):
        assert isinstance(one, cls)
        assert type(one).__module__.partition(".")[0] == cls.__module__.partition(".")[0]
    answer, cls = client.pieces(f"{provider.url}/halfway/{CHAT}")[0]
    assert type(answer).__name__ == cls.__name__


@of_each_client
def test_other_requests_leave_no_trace(client, provider, metered):
    other = client.send("POST", f"{provider.url}/json/other", JSON, b'{"hello": 1}')
    read = client.send("GET", f"{provider.url}/json/{CHAT}", {}, None)

    assert [other[0], read[0]] == [200, 200]
    assert not (metered / "spool").exists()


@of_each_client
def test_another_request_that_fails_leaves_no_trace(client, metered):
    with pytest.raises(client.unreachable):
        client.send("GET", f"http://127.0.0.1:1/{CHAT}", {}, None)

    assert not (metered / "spool").exists()


@of_each_client
def test_the_taps_own_requests_are_not_calls(client, provider, metered):
    with PassingBy():
        assert client.post(f"{provider.url}/json/{CHAT}")[0] == 200

    assert not (metered / "spool").exists()


@of_each_client
def test_an_empty_answer_ends_the_call(client, metered):
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        threading.Thread(target=answer_once, args=(server, answer), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/{CHAT}"
        assert client.post(url) == (204, b"")

    (record,) = settled(metered)
    assert ended(record) == ("ok", "missing")


@pytest.mark.parametrize("library", ["httpx", "httpx2", "urllib3", "aiohttp"])
def test_a_release_older_than_the_supported_ones_is_not_patched(library):
    name = {"httpx2": "httpx"}.get(library, library)
    adapter = importlib.import_module(f"llm_meter_tap.transports.{name}")
    with pytest.raises(NotImplementedError, match=rf"{library} 0\.1\.0"):
        adapter.patch(SimpleNamespace(__name__=library, __version__="0.1.0"))


@of_each_client
def test_a_key_is_known_by_the_same_fingerprint_in_each_call(client, provider, metered):
    for key in ("sk-x", "sk-x", "sk-y"):
        headers = {**JSON, "Authorization": f"Bearer {key}"}
        client.send("POST", f"{provider.url}/json/{CHAT}", headers, json.dumps(BODY).encode())

    records = settled(metered)
    first, second, other = (record["llm_meter.key.fingerprint"] for record in records)
    assert first == second != other
    assert [record["gen_ai.request.model"] for record in records] == ["gpt-5"] * 3
    assert "sk-x" not in str(spool_lines(metered))


@of_each_client
def test_a_call_through_a_plain_http_proxy_is_named_by_its_own_host(client, provider, metered):
    client.by_proxy(f"http://llm.example:8080/{CHAT}", provider.url)

    (record,) = settled(metered)
    assert (record["server.address"], record["server.port"]) == ("llm.example", 8080)


@of_each_client
def test_switching_on_twice_changes_nothing_and_switching_off_gives_the_library_back(client, metered):
    before = [vars(owner)[name] for owner, name in client.patched]
    assert all(hasattr(function, "__wrapped__") for function in before)
    startup.activate()
    assert [vars(owner)[name] for owner, name in client.patched] == before

    startup.deactivate()
    after = [vars(owner)[name] for owner, name in client.patched]
    assert after == [function.__wrapped__ for function in before]


@of_each_client
def test_a_failure_of_the_tap_is_counted_and_not_the_users(client, provider, metered, monkeypatch):
    def fail(*_arguments):
        raise ZeroDivisionError("a secret prompt")

    monkeypatch.setattr("llm_meter_tap.calls.entry.match", fail)
    status, body = client.post(f"{provider.url}/json/{CHAT}")

    assert (status, json.loads(body)["usage"]["total_tokens"]) == (200, 18)
    assert sum(faults.counts.values()) == 1
    assert "secret" not in str(faults.counts)
    faults.counts.clear()
