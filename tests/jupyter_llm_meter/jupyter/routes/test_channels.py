"""``POST channels/test``: the outcome of each channel, on a real server."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .test_openapi import schema

SECRET = "signing-secret-0123456789"


@pytest.fixture
def receiver():
    """A webhook that keeps its messages and refuses those to ``/bad``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            server.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/bad" else 204)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.messages = []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def extension_config(receiver):
    address = f"http://127.0.0.1:{receiver.server_port}"
    return {
        "channels": {
            "desk": {"url": f"{address}/desk", "secret": SECRET, "language": "zh-CN"},
            "bad": {"url": f"{address}/bad", "secret": SECRET},
            "typo": {"url": f"{address}/path-secret", "langauge": "en"},
        }
    }


def test_each_channel_gets_a_test_message_and_has_its_outcome(api, receiver):
    status, answer = api("channels", "test", method="POST", body="")
    assert status == 200
    schema("ChannelTest").validate(answer)
    desk, bad, typo = answer["channels"]
    assert desk == {"channel": "desk", "delivered": True}
    assert bad == {"channel": "bad", "delivered": False, "problem": "HTTP status 500"}
    assert (typo["channel"], typo["delivered"]) == ("typo", False)
    assert "unknown field 'langauge'" in typo["problem"]
    assert sorted(message["title"] for message in receiver.messages) == [
        "LLM Meter: Test message",
        "LLM Meter\N{FULLWIDTH COLON}测试消息",
    ]
    assert "secret" not in json.dumps(answer).replace("allowed are url, secret", "")


@pytest.mark.parametrize("extension_config", [{}])
def test_a_server_without_channels_sends_nothing(api):
    assert api("channels", "test", method="POST", body="") == (200, {"channels": []})
