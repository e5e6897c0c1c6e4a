"""A small LLM provider on loopback: real HTTP, with every way of answering and failing that the tap must see.

The first segment of the path says how to answer; the rest is the API's own path.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PATIENCE_S = 300.0

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-5-2025",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi!"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [{"type": "text", "text": "Hi!"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 21, "output_tokens": 5},
}
GENERATED = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "Hi!"}]}, "finishReason": "STOP", "index": 0}
    ],
    "usageMetadata": {"promptTokenCount": 31, "candidatesTokenCount": 3, "totalTokenCount": 34},
    "modelVersion": "gemini-x",
    "responseId": "g1",
}


GENERATING = {
    **GENERATED,
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hi!"}]}, "index": 0}],
    "usageMetadata": {"promptTokenCount": 31, "candidatesTokenCount": 2, "totalTokenCount": 33},
}


def _chunk(**more: object) -> dict[str, object]:
    common = {"id": "chatcmpl-2", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5-2025"}
    return {**common, **more}


def _said(words: str) -> dict[str, object]:
    return _chunk(choices=[{"index": 0, "delta": {"content": words}, "finish_reason": None}])


CHAT_EVENTS = [
    *(f"data: {json.dumps(_said(f'word{i} '))}\n\n" for i in range(4)),
    f"data: {json.dumps(_chunk(choices=[{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]))}\n\n",
    f"data: {json.dumps(_chunk(choices=[], usage=ANSWER['usage']))}\n\n",
    "data: [DONE]\n\n",
]
CHAT_EVENTS_WITHOUT_USAGE = [*CHAT_EVENTS[:5], CHAT_EVENTS[6]]


def _event(kind: str, **more: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n"


MESSAGE_EVENTS = [
    _event(
        "message_start",
        message={
            **MESSAGE,
            "content": [],
            "stop_reason": None,
            "usage": {"input_tokens": 21, "output_tokens": 1},
        },
    ),
    _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hi there"}),
    _event("content_block_stop", index=0),
    _event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 5}
    ),
    _event("message_stop"),
]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The same date in every answer, so that two answers can be compared."""
        return "Mon, 02 Mar 2026 12:00:00 GMT"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(self.path)
        if self.path.startswith("http:"):  # this server as a proxy
            self.path = f"/json/{self.path.split('/', 3)[3]}"
        _, how, rest = self.path.split("/", 2)
        getattr(self, f"_{how}")(rest)

    do_GET = do_POST

    def _json(self, rest: str) -> None:
        answer = MESSAGE if "messages" in rest else GENERATED if "generateContent" in rest else ANSWER
        self._whole(200, json.dumps(answer).encode())

    def _gzip(self, rest: str) -> None:
        self._whole(200, gzip.compress(json.dumps(ANSWER).encode(), mtime=0), {"content-encoding": "gzip"})

    def _chunked(self, rest: str) -> None:
        body = json.dumps(ANSWER)
        self._pieces([body[i : i + 40] for i in range(0, len(body), 40)], "application/json")

    def _sse(self, rest: str) -> None:
        if "messages" in rest:
            events = MESSAGE_EVENTS
        elif "GenerateContent" in rest:
            events = [f"data: {json.dumps(GENERATED)}\r\n\r\n"]
        else:
            events = CHAT_EVENTS
        self._pieces(events)

    def _silent(self, rest: str) -> None:
        self._pieces(CHAT_EVENTS_WITHOUT_USAGE)

    def _gzipsse(self, rest: str) -> None:
        body = gzip.compress("".join(CHAT_EVENTS).encode(), mtime=0)
        self._whole(200, body, {"content-encoding": "gzip", "content-type": "text/event-stream"})

    def _nonsense(self, rest: str) -> None:
        self._whole(200, b"<html>not what was promised</html>", {"content-type": "text/html"})

    def _limited(self, rest: str) -> None:
        error = {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}
        self._whole(429, json.dumps(error).encode(), {"retry-after": "0"})

    def _broken(self, rest: str) -> None:
        self._whole(503, b"upstream is away", {"content-type": "text/plain"})

    def _flaky(self, rest: str) -> None:
        """503 for the first two requests of this path, then an answer."""
        (self._broken if self.server.seen.count(self.path) <= 2 else self._json)(rest)

    def _hangup(self, rest: str) -> None:
        """Hang up on the first request of this path, then answer."""
        if self.server.seen.count(self.path) > 1:
            self._json(rest)
            return
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _moved(self, rest: str) -> None:
        self._whole(307, b"", {"location": f"/json/{rest}"})

    def _hang(self, rest: str) -> None:
        self.server.released.wait(_PATIENCE_S)
        self.close_connection = True

    def _halfway(self, rest: str) -> None:
        """A stream that stands still after its first events, until the test releases it."""
        self._stand_still(MESSAGE_EVENTS[:3] if "messages" in rest else CHAT_EVENTS[:2])

    def _nearly(self, rest: str) -> None:
        """A stream that stalls after it has sent its usage, before the event that ends it."""
        if "GenerateContent" in rest:
            self._stand_still([f"data: {json.dumps(GENERATING)}\r\n\r\n"])
        else:
            self._stand_still(MESSAGE_EVENTS[:-1] if "messages" in rest else CHAT_EVENTS[:-1])

    def _stand_still(self, events: list[str]) -> None:
        self._head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        for event in events:
            self._piece(event)
        self.server.released.wait(_PATIENCE_S)
        self.close_connection = True

    def _drop(self, rest: str) -> None:
        self._head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        for event in MESSAGE_EVENTS[:3] if "messages" in rest else CHAT_EVENTS[:2]:
            self._piece(event)
        time.sleep(0.05)
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _whole(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        usual = {"content-type": "application/json", "content-length": str(len(body))}
        self._head(status, {**usual, **(headers or {})})
        self.wfile.write(body)

    def _pieces(self, pieces: list[str], content_type: str = "text/event-stream") -> None:
        self._head(200, {"content-type": content_type, "transfer-encoding": "chunked"})
        for piece in pieces:
            self._piece(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _piece(self, piece: str) -> None:
        data = piece.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Provider:
    """The provider, running.

    Attributes:
        url: Its root, without a slash at the end.
        seen: The paths asked for, in order.
    """

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.seen = self.seen = []
        self._server.released = threading.Event()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Release all hanging requests, now and later."""
        self._server.released.set()

    def close(self) -> None:
        """Release all hanging requests, and stop."""
        self._server.released.set()
        self._server.shutdown()
        self._server.server_close()
