"""What is special to http.client and urllib; what holds for every client is in test_conformance.py."""

import gc
import http.client
import io
import json
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import urllib3
from replay.authority import make_certificates
from tap_clients import BODY as CALL
from tap_clients import JSON, PATIENCE_S, answer_once, connected, outcome, urllib_opened
from tap_clients import STREAM as STREAMED_CALL
from tap_process import environment, settled, spool_lines

from llm_meter_tap import tap
from llm_meter_tap.transports import http_client as adapter

CHAT = "v1/chat/completions"
BODY, STREAM = json.dumps(CALL).encode(), json.dumps(STREAMED_CALL).encode()


def test_reading_up_to_the_stated_length_ends_the_call(provider, metered):
    _, response = connected(f"{provider.url}/json/{CHAT}")
    response.read1(int(response.headers["content-length"]))

    assert len(settled(metered)) == 1


def test_an_answer_that_is_closed_already_ends_the_call():
    class Seen:
        def responded(self, status: int, headers: dict[str, str]) -> None:
            events.append(status)

        def ended(self) -> None:
            events.append("ended")

    events: list[object] = []
    answer = SimpleNamespace(status=200, getheaders=lambda: [], isclosed=lambda: True)
    adapter._tee(answer, Seen())

    assert events == [200, "ended"]


def test_an_error_answer_that_is_not_read_is_still_an_error(provider, metered):
    with pytest.raises(urllib.error.HTTPError):
        urllib_opened(f"{provider.url}/limited/{CHAT}")
    gc.collect()

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "none")


def test_a_request_that_http_client_refuses_is_dropped_and_the_one_before_it_stands(provider, metered):
    connection = http.client.HTTPConnection("127.0.0.1", provider.port)
    connection.request("POST", f"/json/{CHAT}", BODY, JSON)
    with pytest.raises(http.client.CannotSendRequest):
        connection.request("POST", f"/json/{CHAT}", BODY, JSON)
    connection.getresponse().read()

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "opened", "dropped", "settled"]


def test_a_handshake_that_fails_has_sent_nothing(provider, metered):
    connection = http.client.HTTPSConnection("127.0.0.1", provider.port, timeout=PATIENCE_S)
    with pytest.raises(ssl.SSLError):
        connection.request("POST", f"/{CHAT}", BODY, JSON)

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped"]


def test_a_second_call_on_a_kept_connection_is_a_separate_call(provider, metered):
    connection, response = connected(f"{provider.url}/json/{CHAT}")
    response.read()
    connection.request("POST", f"/sse/{CHAT}", STREAM, JSON)
    connection.getresponse().read()

    assert [record["gen_ai.usage.input_tokens"] for record in settled(metered)] == [11, 11]


def test_a_body_that_breaks_off_is_aborted_however_it_is_read(metered):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    for read in (lambda r: r.read(), lambda r: list(iter(lambda: r.read(40), b""))):
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=answer_once, args=(server, head), daemon=True).start()
            outcome(lambda r=read, s=server: r(connected(f"http://127.0.0.1:{s.getsockname()[1]}/{CHAT}")[1]))

    assert [record["llm_meter.call.status"] for record in settled(metered)] == ["aborted", "aborted"]


def test_requests_and_urllib3_are_seen_by_their_own_adapter_only(provider, metered):
    requests.post(f"{provider.url}/chunked/{CHAT}", data=BODY, headers=JSON)
    retries = urllib3.Retry(total=3, status_forcelist=[503], allowed_methods=None, backoff_factor=0)
    pool = urllib3.PoolManager(retries=retries)
    pool.request("POST", f"{provider.url}/flaky/{CHAT}", body=BODY, headers=JSON)

    assert [record["llm_meter.call.status"] for record in settled(metered)] == ["ok", "error", "error", "ok"]


@pytest.mark.parametrize("body", [iter([b'{"a": 1}']), io.BytesIO(b'{"a": 1}'), b'{"a": 1}', '{"a": 1}'])
def test_a_body_of_any_kind_passes_untouched(provider, metered, body):
    connection = http.client.HTTPConnection("127.0.0.1", provider.port)
    connection.request("POST", "/json/other", body, {**JSON, "Content-Length": "8"})

    assert connection.getresponse().status == 200
    assert not (metered / "spool").exists()


def test_a_body_given_as_text_is_read(provider, metered):
    _, response = connected(f"{provider.url}/json/{CHAT}", STREAM.decode())
    response.read()

    (record,) = settled(metered)
    assert record["gen_ai.request.model"] == "gpt-5"


def test_a_call_over_tls_through_a_tunnel_is_named_by_its_own_host(provider, metered, tmp_path):
    certificates = make_certificates(tmp_path, ["llm.example"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=tunnel, args=(server, certificates.server), daemon=True).start()
        context = ssl.create_default_context(cafile=str(certificates.authority))
        connection = http.client.HTTPSConnection(*server.getsockname(), context=context, timeout=PATIENCE_S)
        connection.set_tunnel("llm.example", 443)
        connection.request("POST", f"/{CHAT}", BODY, JSON)
        assert json.loads(connection.getresponse().read())["usage"]["prompt_tokens"] == 2

    (record,) = settled(metered)
    assert (record["server.address"], record["server.port"]) == ("llm.example", 443)
    assert record["gen_ai.usage.input_tokens"] == 2


def tunnel(server: socket.socket, certificate: Path) -> None:
    """A proxy that is the far end, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    connection, _ = server.accept()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    with context.wrap_socket(connection, server_side=True) as secured:
        while BODY not in secured.recv(65536):
            pass
        body = b'{"usage": {"prompt_tokens": 2, "completion_tokens": 1}}'
        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def test_the_taps_own_lines_are_not_calls(provider, metered, service):
    urllib_opened(f"{provider.url}/json/{CHAT}", BODY).read()
    tap.current().sender.flush()

    assert [line["event"] for line in service.lines].count("settled") == 1


@pytest.mark.parametrize(
    ("code", "is_adapter_loaded"),
    [
        ("import http.client", False),
        ("import http.client as h; c = h.HTTPConnection('127.0.0.1', 1); c.request('GET', '/')", True),
    ],
    ids=["only loads it", "asks for something"],
)
def test_a_process_loads_the_adapter_with_its_first_request_and_the_rest_with_a_post(
    metered, code, is_adapter_loaded
):
    code = f"""
import atexit, sys
atexit.register(lambda: print(*sorted(name for name in sys.modules if "llm_meter" in name)))
{code}
"""
    environ = environment(metered)
    output = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True).stdout

    assert "llm_meter_tap.patching.patches" in output.split()
    assert ("llm_meter_tap.transports.http_client" in output.split()) is is_adapter_loaded
    assert "llm_meter_tap.calls.call" not in output.split()
