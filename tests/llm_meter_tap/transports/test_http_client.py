"""http.client and urllib.request against a real server: seen once, otherwise as without the tap."""

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
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from replay.authority import make_certificates
from tap_process import environment, run, settled, spool_lines

from llm_meter_tap import startup, tap
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}).encode()
STREAM = json.dumps({"model": "gpt-5", "messages": [], "stream": True}).encode()
JSON = {"Content-Type": "application/json"}


def posted(url: str, body: Any = STREAM) -> Any:
    return urllib.request.urlopen(urllib.request.Request(url, data=body, headers=JSON), timeout=1)


def connected(url: str, body: Any = STREAM) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    address, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(address, timeout=1)
    connection.request("POST", f"/{path}", body, JSON)
    return connection, connection.getresponse()


def outcome(call: Any) -> Any:
    """What user code sees of a call: its value, or its exception and what can be read of it."""
    try:
        return call()
    except urllib.error.HTTPError as error:
        return type(error), error.code, error.read(), error.headers["content-type"]
    except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
        return type(error), str(error)


def whole(url: str) -> Any:
    with posted(url) as response:
        return response.status, response.read(), response.headers["content-type"], response.read()


def sized(url: str) -> Any:
    with posted(url) as response:
        return list(iter(lambda: response.read(50), b""))


def by_line(url: str) -> Any:
    with posted(url) as response:
        return list(response)


def by_readline(url: str) -> Any:
    response = posted(url)
    lines = list(iter(response.readline, b""))
    return lines, response.isclosed()


def by_read1(url: str) -> Any:
    _, response = connected(url)
    return response.status, b"".join(iter(lambda: response.read1(50), b""))


def by_readinto(url: str) -> Any:
    _, response = connected(url)
    buffer = bytearray(64)
    pieces = list(iter(lambda: bytes(buffer[: response.readinto(buffer)]), b""))
    return b"".join(pieces), response.isclosed()


def as_text(url: str) -> Any:
    _, response = connected(url)
    return io.TextIOWrapper(response, encoding="utf-8", newline="").read()


def peeked(url: str) -> Any:
    _, response = connected(url)
    return response.peek(1)[:1], response.readlines()


READERS = [whole, sized, by_line, by_readline, by_read1, by_readinto, as_text, peeked]
ENDINGS = ["json", "gzip", "chunked", "sse", "silent", "gzipsse", "nonsense"]
ENDINGS += ["limited", "broken", "moved", "drop", "hang"]


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
    outcome(lambda: reader(f"{provider.url}/{ending}/{CHAT}"))

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert record["gen_ai.usage.input_tokens"] == 11
    assert record["gen_ai.usage.output_tokens"] == 7
    assert (record["server.address"], record["server.port"]) == ("127.0.0.1", provider.port)


def test_reading_no_more_than_the_length_told_ends_the_call(provider, metered):
    _, response = connected(f"{provider.url}/json/{CHAT}")
    response.read1(int(response.headers["content-length"]))

    assert len(settled(metered)) == 1


def test_the_settled_line_is_on_disk_before_the_terminal_event_is_handed_over(provider, metered):
    for line in posted(f"{provider.url}/sse/{CHAT}"):
        if line.startswith(b"data: [DONE]"):
            break
    # The line of the event is whole when its line feed comes; the empty line behind it is not needed.
    assert len(settled(metered)) == 1


@pytest.mark.parametrize(("ending", "error_type"), [("limited", "rate_limit_exceeded"), ("broken", "503")])
def test_a_refused_call_costs_nothing_and_names_its_error(provider, metered, ending, error_type):
    with pytest.raises(urllib.error.HTTPError) as refused:
        posted(f"{provider.url}/{ending}/{CHAT}")
    refused.value.read()

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "none")
    assert record["error.type"] == error_type


def test_a_refusal_that_nobody_reads_is_one_all_the_same(provider, metered):
    with pytest.raises(urllib.error.HTTPError):
        posted(f"{provider.url}/limited/{CHAT}")
    gc.collect()

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "none")


def test_a_call_that_reached_no_network_is_dropped(metered):
    with pytest.raises(urllib.error.URLError):
        posted(f"http://127.0.0.1:1/{CHAT}")

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped"]


def test_a_request_that_http_client_refuses_is_dropped_and_the_one_before_it_stands(provider, metered):
    connection = http.client.HTTPConnection("127.0.0.1", provider.port)
    connection.request("POST", f"/json/{CHAT}", BODY, JSON)
    with pytest.raises(http.client.CannotSendRequest):
        connection.request("POST", f"/json/{CHAT}", BODY, JSON)
    connection.getresponse().read()

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "opened", "dropped", "settled"]


def test_a_handshake_that_fails_has_sent_nothing(provider, metered):
    connection = http.client.HTTPSConnection("127.0.0.1", provider.port, timeout=1)
    with pytest.raises(ssl.SSLError):
        connection.request("POST", f"/{CHAT}", BODY, JSON)

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped"]


def test_a_read_timeout_is_an_error_with_unknown_usage(provider, metered):
    with pytest.raises(TimeoutError):
        posted(f"{provider.url}/hang/{CHAT}")

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "missing")
    assert record["error.type"] == "TimeoutError"


def test_a_redirection_is_no_call_of_its_own(provider, metered):
    with pytest.raises(urllib.error.HTTPError) as moved:
        posted(f"{provider.url}/moved/{CHAT}")
    moved.value.close()
    posted(provider.url + moved.value.headers["location"]).read()

    assert [line["event"] for line in spool_lines(metered)] == ["opened", "dropped", "opened", "settled"]


def test_a_second_call_on_a_kept_connection_is_a_call_of_its_own(provider, metered):
    connection, response = connected(f"{provider.url}/json/{CHAT}")
    response.read()
    connection.request("POST", f"/sse/{CHAT}", STREAM, JSON)
    connection.getresponse().read()

    assert [record["gen_ai.usage.input_tokens"] for record in settled(metered)] == [11, 11]


def close_early(url: str) -> None:
    with posted(url) as response:
        response.readline()


def close_connection(url: str) -> None:
    connection, response = connected(url)
    response.readline()
    connection.close()


def forget(url: str) -> None:
    posted(url).readline()


def forget_unanswered(url: str) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://").partition("/")[0])
    connection.request("POST", "/halfway/" + CHAT, STREAM, JSON)


def interrupt(url: str) -> None:
    _, response = connected(url)
    response.fp = Interrupted(response.fp)
    with pytest.raises(KeyboardInterrupt):
        response.read()


class Interrupted(io.BufferedReader):
    """A socket's file on which Ctrl-C comes."""

    def __init__(self, file: Any) -> None:
        super().__init__(file.raw)

    def readline(self, *_: Any) -> bytes:
        raise KeyboardInterrupt


@pytest.mark.parametrize("leave", [close_early, close_connection, forget, forget_unanswered, interrupt])
def test_a_stream_left_before_its_end_is_aborted(provider, metered, leave):
    leave(f"{provider.url}/halfway/{CHAT}")
    gc.collect()

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")


def test_a_body_that_breaks_off_is_aborted_however_it_is_read(metered):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    for read in (lambda r: r.read(), lambda r: list(iter(lambda: r.read(40), b""))):
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=answer_once, args=(server, head), daemon=True).start()
            outcome(lambda r=read, s=server: r(connected(f"http://127.0.0.1:{s.getsockname()[1]}/{CHAT}")[1]))

    assert [record["llm_meter.call.status"] for record in settled(metered)] == ["aborted", "aborted"]


def answer_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


def test_a_call_left_open_when_the_process_exits_is_aborted(provider, metered):
    code = f"""
        import urllib.request
        request = urllib.request.Request("{provider.url}/halfway/{CHAT}", {STREAM!r}, {JSON!r})
        response = urllib.request.urlopen(request)
        response.readline()
    """
    run(metered, code)

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"


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


def test_a_call_through_a_plain_http_proxy_is_named_by_its_own_host(provider, metered):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": provider.url}))
    opener.open(urllib.request.Request(f"http://llm.example:8080/{CHAT}", BODY, JSON)).read()

    (record,) = settled(metered)
    assert (record["server.address"], record["server.port"]) == ("llm.example", 8080)


def test_a_call_over_tls_through_a_tunnel_is_named_by_its_own_host(provider, metered, tmp_path):
    certificates = make_certificates(tmp_path, ["llm.example"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=tunnel, args=(server, certificates.server), daemon=True).start()
        context = ssl.create_default_context(cafile=str(certificates.authority))
        connection = http.client.HTTPSConnection(*server.getsockname(), context=context, timeout=5)
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


def test_the_response_is_still_of_its_own_class(provider, metered):
    response = posted(f"{provider.url}/sse/{CHAT}")

    assert isinstance(response, http.client.HTTPResponse)
    assert type(response).__name__ == "HTTPResponse"


def test_other_requests_leave_no_trace(provider, metered):
    posted(f"{provider.url}/json/other").read()
    urllib.request.urlopen(f"{provider.url}/json/{CHAT}").read()

    assert not (metered / "spool").exists()


def test_the_taps_own_lines_are_no_calls(provider, metered, listener):
    posted(f"{provider.url}/json/{CHAT}", BODY).read()
    tap.current().sender.flush()

    assert [line["event"] for line in listener.lines].count("settled") == 1


def test_a_process_that_only_loads_http_client_loads_next_to_nothing_of_the_tap(metered):
    code = "import sys, http.client; print(*sorted(name for name in sys.modules if 'llm_meter' in name))"
    environ = environment(metered)
    output = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True).stdout

    assert "llm_meter_tap.transports.http_client" in output.split()
    assert "llm_meter_tap.calls.call" not in output.split()


def test_deactivating_gives_the_library_back(metered):
    startup.deactivate()

    assert not hasattr(http.client.HTTPConnection.request, "__wrapped__")
    assert not hasattr(http.client.HTTPConnection.getresponse, "__wrapped__")
