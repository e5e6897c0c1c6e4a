"""Stands in for every provider of channels: a proxy that answers for the hosts itself, TLS included.

The libraries under test are not touched: they take the proxy and the authority from the environment, as in a
company's network, and send their real requests.
"""

import json
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from replay.authority import make_certificates

HOSTS = (
    "oapi.dingtalk.com",
    "qyapi.weixin.qq.com",
    "open.feishu.cn",
    "open.larksuite.com",
    "hooks.slack.com",
    "api.telegram.org",
    "ntfy.sh",
    "prod-01.westus.logic.azure.com",
)


@dataclass(frozen=True)
class ChannelRequest:
    """What a channel sent."""

    host: str
    path: str
    query: dict
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class ChannelProvider:
    """Keeps every request, and answers as `answer` says: a function of the request to status and body."""

    def __init__(self, folder):
        certificates = make_certificates(folder, HOSTS)
        self.authority = certificates.authority
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificates.server)
        self.requests = []
        self.answer = lambda _request: (200, b'{"errcode": 0, "code": 0, "ok": true}')
        self.headers = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.provider = self
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host = "127.0.0.1"

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.host = self.path.partition(":")[0]
        try:
            self.connection = self.server.provider.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            self.close_connection = True
            return
        self.close_connection = False
        self.rfile = self.connection.makefile("rb", self.rbufsize)
        self.wfile = _Writer(self.connection)

    def do_POST(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        request = ChannelRequest(self.host, parts.path, query, dict(self.headers), body)
        self.server.provider.requests.append(request)
        status, answer = self.server.provider.answer(request)
        self.send_response(status)
        for name, value in self.server.provider.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_PUT = do_GET = do_POST

    def log_message(self, *_arguments):
        pass


class _Writer:
    def __init__(self, connection):
        self._connection = connection
        self.closed = False

    def write(self, data):
        self._connection.sendall(data)

    def flush(self):
        pass

    def close(self):
        self.closed = True
