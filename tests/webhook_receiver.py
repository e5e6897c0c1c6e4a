"""A webhook on loopback that keeps the messages it receives."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WebhookReceiver:
    """A webhook, running. It refuses messages to ``/bad``.

    Attributes:
        messages: The bodies received, in order.
        address: ``http://127.0.0.1:PORT``.
    """

    def __init__(self):
        self.messages = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.messages = self.messages
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(500 if self.path == "/bad" else 204)
        self.end_headers()

    def log_message(self, *_arguments):
        pass
