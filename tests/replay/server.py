"""The replay server: recorded responses over TLS and plain HTTP on loopback, streams chunk by chunk.

Which recording answers is said by the header ``x-replay-id``; without it, by host, path and JSON body. One
whose request has no body answers whatever is posted to its URL, streamed or whole as asked for.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .authority import Certificates, make_certificates
from .corpus import Exchange, hosts
from .wire import encoded, headers_of, pieces

ID_HEADER = "x-replay-id"
CALLER = Path(__file__).parent / "process" / "caller.py"
"""The program that makes recorded calls again; its folder is on the path of the processes under test."""

_TLS_HANDSHAKE = b"\x16"  # RFC 8446, 5.1: the first byte of a client's hello


class Replay(NamedTuple):
    """A running replay.

    Attributes:
        port: where it listens on loopback.
        environment: variables for a process that shall reach it (name resolution and trust).
        served: ids of the recordings served so far, in order.
    """

    port: int
    environment: dict[str, str]
    served: list[str]


@contextmanager
def replaying(
    exchanges: Iterable[Exchange], folder: Path, pace_s: float = 0.0, most_pieces: int | None = None
) -> Iterator[Replay]:
    """Serve the exchanges until the block ends.

    Args:
        exchanges: the recordings.
        folder: where the certificates go.
        pace_s: seconds between two events of a stream.
        most_pieces: how many pieces a stream is sent in at most; None: each event is one.
    """
    recordings = tuple(exchanges)
    names = hosts(recordings)
    certificates = make_certificates(folder, names)
    server = _Server(recordings, certificates, pace_s, most_pieces)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]
    try:
        yield Replay(port, _environment(port, names, certificates.authority), server.served)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        recordings: tuple[Exchange, ...],
        certificates: Certificates,
        pace_s: float,
        most_pieces: int | None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.by_id = {recording["id"]: recording for recording in recordings}
        self.by_request = {_key(one["url"], one["request_body"]): one for one in recordings}
        self.by_url = {_place(one["url"], one["stream"]): one for one in recordings}
        self.pace_s = pace_s
        self.most_pieces = most_pieces
        self.served: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.server)

    def finish_request(self, request: Any, client_address: Any) -> None:
        # In the connection's own thread: a client that stalls in its handshake delays no other client.
        request.settimeout(60)
        try:
            if request.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
                super().finish_request(request, client_address)
                return
            with self._context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except (ssl.SSLError, ConnectionError, TimeoutError):
            return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        named = self.headers.get(ID_HEADER)
        url = f"https://{self.headers['host']}{self.path}"
        recording = self.server.by_id.get(named) if named else self._recording(url, body)
        if recording is None:
            self._send(501, {"content-type": "text/plain"}, [f"not recorded: {url}".encode()])
            return
        self.server.served.append(recording["id"])
        headers = headers_of(recording)
        coding, content = encoded(recording, self.headers.get("accept-encoding", ""))
        if coding is not None:
            headers["Content-Encoding"] = coding
        sent = pieces(recording, content, coding is not None, self.server.most_pieces)
        self._send(recording["status"], headers, sent)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_POST

    def _recording(self, url: str, body: bytes) -> Exchange | None:
        found = self.server.by_request.get(_key(url, body))
        if found is None and (whatever := self.server.by_url.get(_place(url, _asks_for_stream(body)))):
            return whatever if whatever["request_body"] is None else None
        return found

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the requests are none of the log's business."""

    def _send(self, status: int, headers: dict[str, str], pieces: list[bytes]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status == 204 or self.command == "HEAD":
            self.end_headers()
            return
        if len(pieces) == 1:
            self.send_header("Content-Length", str(len(pieces[0])))
            self.end_headers()
            self.wfile.write(pieces[0])
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in [*pieces, b""]:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            time.sleep(self.server.pace_s)


def _key(url: str, body: str | bytes | None) -> tuple[str, str, str]:
    parts = urlsplit(url)
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    with suppress(ValueError):  # no JSON: as it stands
        text = json.dumps(json.loads(text or "null"), sort_keys=True)
    return parts.hostname or "", parts.path, text or ""


def _place(url: str, is_stream: bool) -> tuple[str, str, bool]:
    parts = urlsplit(url)
    is_named = "stream" in parts.path.lower()
    return parts.hostname or "", parts.path, bool(is_stream) and not is_named


def _asks_for_stream(body: bytes) -> bool:
    return re.search(rb'"stream"\s*:\s*true', body) is not None


def _environment(port: int, names: list[str], authority: Path) -> dict[str, str]:
    return {
        "REPLAY_PORT": str(port),
        "REPLAY_HOSTS": ",".join(names),
        "PYTHONPATH": str(CALLER.parent),
        "SSL_CERT_FILE": str(authority),
        "REQUESTS_CA_BUNDLE": str(authority),
        "NO_PROXY": "*",
        "no_proxy": "*",
    }
