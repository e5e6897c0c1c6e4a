"""What is special to requests and urllib3; what holds for every client is in test_conformance.py."""

import gc
import json
import pickle
import weakref

import pytest
import requests
import urllib3
import vcr
from tap_clients import BODY, JSON, STREAM
from tap_process import settled, spool_lines
from urllib3.util import Retry

CHAT = "v1/chat/completions"


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


def test_an_unreferenced_response_is_freed_without_the_garbage_collector(provider, metered):
    gc.disable()
    try:
        urllib3.PoolManager().request(
            "POST", f"{provider.url}/halfway/{CHAT}", json=STREAM, preload_content=False
        )
        assert len(settled(metered)) == 1
    finally:
        gc.enable()


@pytest.mark.parametrize("path", [CHAT, "other"])
def test_a_response_of_a_retry_is_freed_when_it_is_no_longer_referenced(provider, metered, path):
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


def test_a_body_given_as_text_is_read(provider, metered):
    url = f"{provider.url}/json/{CHAT}"
    urllib3.PoolManager().request("POST", url, body=json.dumps(BODY), headers=JSON)

    (record,) = settled(metered)
    assert record["gen_ai.request.model"] == "gpt-5"


def test_an_answer_that_is_drained_is_left(provider, metered):
    url = f"{provider.url}/sse/{CHAT}"
    urllib3.PoolManager().request("POST", url, json=STREAM, preload_content=False).drain_conn()

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda response: response.read(), id="read"),
        pytest.param(lambda response: [*iter(lambda: response.read(16), b"")], id="read in pieces"),
        pytest.param(lambda response: [*response.stream(16)], id="stream"),
        pytest.param(lambda response: [*response.read_chunked()], id="read_chunked"),
        pytest.param(lambda response: [*response], id="by line"),
    ],
)
def test_an_answer_that_breaks_in_the_middle_names_its_error(read, provider, metered):
    url = f"{provider.url}/drop/{CHAT}"
    response = urllib3.PoolManager().request("POST", url, json=STREAM, preload_content=False)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        read(response)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["error.type"]) == ("aborted", "ProtocolError")


def test_an_answer_that_breaks_while_the_library_reads_it_whole_names_its_error(provider, metered):
    with pytest.raises(urllib3.exceptions.ProtocolError):
        urllib3.PoolManager(retries=False).request("POST", f"{provider.url}/drop/{CHAT}", json=STREAM)

    (record,) = settled(metered)
    assert record["error.type"] == "ProtocolError"


def test_an_answer_closed_between_two_pieces_is_left_without_an_error(provider, metered):
    url = f"{provider.url}/sse/{CHAT}"
    response = urllib3.PoolManager().request("POST", url, json=STREAM, preload_content=False)
    next(response.read_chunked())
    response.close()

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"
    assert "error.type" not in record


def test_a_proxy_that_cannot_be_reached_makes_no_call(metered):
    proxy = urllib3.ProxyManager("http://127.0.0.1:1")
    with pytest.raises(urllib3.exceptions.ProxyError):
        proxy.request("POST", f"http://llm.example/{CHAT}", json=BODY, retries=False)

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped"]


def test_a_request_that_vcrpy_records_is_a_call_and_one_it_plays_back_is_not(provider, metered, tmp_path):
    for _ in range(2):
        with vcr.use_cassette(str(tmp_path / "tape.yaml")):
            response = requests.post(f"{provider.url}/json/{CHAT}", json=BODY)
        assert response.json()["usage"]["total_tokens"] == 18

    assert [record["gen_ai.usage.input_tokens"] for record in settled(metered)] == [11]
    assert [line["event"] for line in spool_lines(metered)] == ["opened", "settled", "opened", "dropped"]
