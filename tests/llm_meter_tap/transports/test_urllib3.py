"""requests and urllib3 against a real server: each attempt seen once, otherwise as without the tap."""

import gc
import io
import pickle
import weakref
from typing import Any

import pytest
import requests
import urllib3
from tap_process import settled, spool_lines
from urllib3.util import Retry

from llm_meter_tap import startup, tap
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}


def outcome(call: Any) -> Any:
    """What user code sees of a call: its value, or its exception."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
        return type(error)


def whole(url: str) -> Any:
    response = requests.post(url, json=BODY, timeout=1)
    return response.status_code, response.content, response.history != []


def raw(url: str) -> Any:
    response = requests.post(url, json=STREAM, stream=True, timeout=1)
    return response.status_code, response.raw.read(), response.raw.read()


def raw_in_pieces(url: str) -> Any:
    response = requests.post(url, json=STREAM, stream=True, timeout=1)
    pieces = list(iter(lambda: response.raw.read(50, decode_content=True), b""))
    return b"".join(pieces), response.raw.closed


def raw_read1(url: str) -> Any:
    response = requests.post(url, json=STREAM, stream=True, timeout=1)
    return b"".join(iter(lambda: response.raw.read1(50), b""))


def raw_readinto(url: str) -> Any:
    response = requests.post(url, json=STREAM, stream=True, timeout=1)
    return io.BufferedReader(response.raw).read()


def content_in_pieces(url: str) -> Any:
    response = requests.post(url, json=STREAM, stream=True, timeout=1)
    return b"".join(response.iter_content(33))


def lines(url: str) -> Any:
    with requests.post(url, json=STREAM, stream=True, timeout=1) as response:
        return list(response.iter_lines())


def pooled(url: str) -> Any:
    response = urllib3.PoolManager().request("POST", url, json=STREAM, timeout=1, retries=False)
    return response.status, response.data


def pooled_stream(url: str) -> Any:
    options = {"preload_content": False, "timeout": 1, "retries": False}
    response = urllib3.PoolManager().request("POST", url, json=STREAM, **options)
    return b"".join(response.stream(64)), response.data


READERS = [
    whole, raw, raw_in_pieces, raw_read1, raw_readinto, content_in_pieces, lines, pooled, pooled_stream,
]  # fmt: skip
ENDINGS = [
    "json",
    "gzip",
    "chunked",
    "sse",
    "silent",
    "gzipsse",
    "nonsense",
    "limited",
    "broken",
    "drop",
    "hang",
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_call_gives_and_raises_what_it_would_without_the_tap(provider, folder, monkeypatch, ending, reader):
    url = f"{provider.url}/{ending}/{CHAT}"
    if ending == "hang":
        monkeypatch.setattr(provider._server.released, "wait", lambda _: None)
    plain = outcome(lambda: reader(url))

    monkeypatch.setenv("LLM_METER_DIR", str(folder))
    startup.activate()
    try:
        assert outcome(lambda: reader(url)) == plain
    finally:
        startup.deactivate()
        tap.leave()
    assert len([line for line in spool_lines(folder) if line["event"] == "opened"]) == 1
    assert not faults.counts


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("ending", ["json", "gzip", "chunked", "sse", "gzipsse"])
def test_reported_usage_is_recorded_once(provider, metered, ending, reader):
    reader(f"{provider.url}/{ending}/{CHAT}")

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert record["gen_ai.usage.input_tokens"] == 11
    assert record["gen_ai.usage.output_tokens"] == 7
    assert record["server.port"] == provider.port


def test_the_settled_line_is_on_disk_before_the_terminal_event_is_handed_over(provider, metered):
    response = requests.post(f"{provider.url}/sse/{CHAT}", json=STREAM, stream=True)
    for line in response.iter_lines(chunk_size=1):
        if line == b"data: [DONE]":
            break
    assert len(settled(metered)) == 1


def test_each_attempt_that_reached_the_provider_is_a_call_of_its_own(provider, metered):
    session = requests.Session()
    retries = Retry(total=5, status_forcelist=[503], allowed_methods=None, backoff_factor=0)
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
    assert session.post(f"{provider.url}/flaky/{CHAT}", json=BODY).json()["usage"]["total_tokens"] == 18

    statuses = [(r["llm_meter.call.status"], r.get("error.type")) for r in settled(metered)]
    assert statuses == [("error", "503"), ("error", "503"), ("ok", None)]


def test_attempts_that_never_connected_are_dropped(metered):
    pool = urllib3.HTTPConnectionPool("127.0.0.1", 1, retries=Retry(connect=2, backoff_factor=0))
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        pool.request("POST", f"/{CHAT}", json=BODY)

    assert sorted(line["event"] for line in spool_lines(metered)) == ["dropped"] * 3 + ["opened"] * 3


def test_when_the_last_attempt_allowed_is_refused_it_is_refused_and_not_missing(provider, metered):
    retries = Retry(total=1, status_forcelist=[503], allowed_methods=None, backoff_factor=0)
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        urllib3.PoolManager(retries=retries).request("POST", f"{provider.url}/broken/{CHAT}", json=BODY)

    records = settled(metered)
    assert [(r["llm_meter.call.basis"], r["error.type"]) for r in records] == [("none", "503")] * 2


def test_a_redirection_is_no_call_of_its_own(provider, metered):
    assert requests.post(f"{provider.url}/moved/{CHAT}", json=BODY).json()["usage"]["total_tokens"] == 18
    assert urllib3.PoolManager().request("POST", f"{provider.url}/moved/{CHAT}", json=BODY).status == 200

    assert len(settled(metered)) == 2


def test_a_read_timeout_is_an_error_with_unknown_usage(provider, metered):
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{provider.url}/hang/{CHAT}", json=BODY, timeout=0.1)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "missing")
    assert record["error.type"] == "ReadTimeoutError"


def close_early(url: str) -> None:
    with requests.post(url, json=STREAM, stream=True) as response:
        next(response.iter_lines(chunk_size=1))


def forget(url: str) -> None:
    response = requests.post(url, json=STREAM, stream=True)
    next(response.iter_content(10))
    del response
    gc.collect()


def never_read(url: str) -> None:
    response = requests.post(url, json=STREAM, stream=True)
    pieces = response.iter_content(10)
    del response, pieces
    gc.collect()


@pytest.mark.parametrize("leave", [close_early, forget, never_read])
def test_a_stream_left_before_its_end_is_aborted(provider, metered, leave):
    leave(f"{provider.url}/halfway/{CHAT}")

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")


def test_a_response_nobody_holds_is_freed_without_waiting_for_the_garbage_collector(provider, metered):
    gc.disable()
    try:
        urllib3.PoolManager().request(
            "POST", f"{provider.url}/halfway/{CHAT}", json=STREAM, preload_content=False
        )
        assert len(settled(metered)) == 1
    finally:
        gc.enable()


@pytest.mark.parametrize("path", [CHAT, "other"])
def test_a_response_got_by_a_retry_is_freed_as_soon_as_nobody_holds_it(provider, metered, path):
    pool, retries = urllib3.connection_from_url(provider.url), Retry(total=1, allowed_methods=None)
    gc.disable()
    try:
        response = pool.request("POST", f"/hangup/{path}", json=BODY, retries=retries, preload_content=False)
        freed = weakref.ref(response)
        del response
        assert freed() is None
    finally:
        gc.enable()


def test_a_response_can_be_pickled(provider, metered):
    response = requests.post(f"{provider.url}/json/{CHAT}", json=BODY)

    assert pickle.loads(pickle.dumps(response)).json() == response.json()


def test_a_streamed_response_is_still_of_its_own_class(provider, metered):
    response = urllib3.PoolManager().request(
        "POST", f"{provider.url}/sse/{CHAT}", json=STREAM, preload_content=False
    )

    assert isinstance(response, urllib3.HTTPResponse)
    assert type(response).__name__ == "HTTPResponse"


def test_other_requests_leave_no_trace(provider, metered):
    requests.post(f"{provider.url}/json/other", json={"hello": 1})
    requests.get(f"{provider.url}/json/{CHAT}")

    assert not (metered / "spool").exists()


def test_a_call_through_a_plain_http_proxy_is_named_by_its_own_host(provider, metered):
    proxy = urllib3.ProxyManager(provider.url)
    proxy.request("POST", f"http://llm.example:8080/{CHAT}", json=BODY, retries=False)

    (record,) = settled(metered)
    assert (record["server.address"], record["server.port"]) == ("llm.example", 8080)


def test_deactivating_gives_the_library_back(metered):
    startup.deactivate()

    assert not hasattr(urllib3.HTTPConnectionPool.urlopen, "__wrapped__")
