"""Answers are counted exactly and reach user code unchanged, wherever a server cuts, flushes and ends them.

HTTP promises nothing about where the pieces of a body begin and end, nor about where a compressor flushes.
"""

from __future__ import annotations

import asyncio
import base64
import json
import queue
import socket
import struct
import threading
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import brotli
import httpx
import pytest
import requests
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tap_clients import JSON, PATIENCE_S
from tap_process import settled

TEXT = "早上好, data: 🚗 [DONE] "
CHAT = {"model": "m-x", "stream": True, "messages": [{"role": "user", "content": "Say hi"}]}
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
ANSWER = {
    "id": "c",
    "model": "m-x",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
    "usage": USAGE,
}


def chunk(**more: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "model": "m-x", **more}


def events(*documents: Any, newline: str = "\n") -> bytes:
    texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in documents]
    return "".join(f"data: {text}{newline * 2}" for text in texts).encode()


SAID = [chunk(choices=[{"index": 0, "delta": {"content": TEXT}, "finish_reason": None}])] * 4
STOP = chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
END = chunk(choices=[], usage=USAGE)
OLLAMA = [
    *[{"model": "m-x", "message": {"role": "assistant", "content": TEXT}, "done": False}] * 4,
    {"model": "m-x", "done": True, "done_reason": "stop", "prompt_eval_count": 11, "eval_count": 7},
]
CLAUDE = [
    {"type": "message_start", "message": {"id": "m", "model": "m-x", "usage": {"input_tokens": 11}}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}},
    {"type": "message_stop"},
]
GEMINI = [
    {"candidates": [{"content": {"parts": [{"text": TEXT}]}}], "modelVersion": "m-x"},
    {
        "candidates": [{"content": {"parts": [{"text": TEXT}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18},
    },
]


def frame(kind: str, document: dict[str, Any]) -> bytes:
    """An event of Amazon's binary streams, its checksums left at zero."""
    name, payload = kind.encode(), json.dumps(document).encode()
    header = b"\x0b:event-type\x07" + struct.pack(">H", len(name)) + name
    total = 16 + len(header) + len(payload)
    return struct.pack(">II", total, len(header)) + b"\0" * 4 + header + payload + b"\0" * 4


def bedrock(document: dict[str, Any]) -> bytes:
    return frame("chunk", {"bytes": base64.b64encode(json.dumps(document).encode()).decode()})


class Form(NamedTuple):
    """A form of answer, and the request for it."""

    path: str
    asked: dict[str, Any]
    content_type: str
    body: bytes


SSE = "text/event-stream"
FORMS = {
    "JSON": Form(
        "/v1/chat/completions",
        {**CHAT, "stream": False},
        "application/json",
        json.dumps(ANSWER, ensure_ascii=False).encode(),
    ),
    "events": Form("/v1/chat/completions", CHAT, SSE, events(*SAID, STOP, END, "[DONE]")),
    "events with CR LF": Form(
        "/v1/chat/completions", CHAT, SSE, events(*SAID, STOP, END, "[DONE]", newline="\r\n")
    ),
    "named events": Form(
        "/v1/messages",
        {**CHAT, "max_tokens": 9},
        SSE,
        b"".join(b"event: %s\n" % one["type"].encode() + events(one) for one in CLAUDE),
    ),
    "lines": Form(
        "/api/chat",
        CHAT,
        "application/x-ndjson",
        b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in OLLAMA),
    ),
    "an array": Form(
        "/v1beta/models/m-x:streamGenerateContent",
        {"contents": [{"parts": [{"text": "Say hi"}]}]},
        "application/json",
        json.dumps(GEMINI, ensure_ascii=False).encode(),
    ),
    "Amazon's binary events": Form(
        "/model/anthropic.claude-x/invoke-with-response-stream",
        {"anthropic_version": "bedrock-2023-05-31", **CHAT, "max_tokens": 9},
        "application/vnd.amazon.eventstream",
        b"".join(map(bedrock, CLAUDE)),
    ),
}


def by_zlib(window_bits: int) -> Callable[[list[bytes]], list[bytes]]:
    def compress(pieces: list[bytes]) -> list[bytes]:
        compressor = zlib.compressobj(wbits=window_bits)
        flushed = [compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]
        return [*flushed, compressor.flush()]

    return compress


def by_brotli(pieces: list[bytes]) -> list[bytes]:
    compressor = brotli.Compressor()
    return [*(compressor.process(piece) + compressor.flush() for piece in pieces), compressor.finish()]


# What each coding makes of the pieces of a body, flushed at the end of each.
CODINGS: dict[str, tuple[str, Callable[[list[bytes]], list[bytes]]]] = {
    "none": ("", list),
    "gzip": ("gzip", by_zlib(31)),
    "deflate": ("deflate", by_zlib(15)),
    "raw deflate": ("deflate", by_zlib(-15)),
    "br": ("br", by_brotli),
    "zstd": ("zstd", lambda pieces: [zstandard.ZstdCompressor().compress(b"".join(pieces))]),
}

Read = Callable[[str, bytes, str], bytes]


def of_httpx(url: str, asked: bytes, accepted: str) -> bytes:
    headers = {**JSON, "accept-encoding": accepted}
    with httpx.stream("POST", url, content=asked, headers=headers, timeout=PATIENCE_S) as response:
        return b"".join(response.iter_bytes())


def of_requests(url: str, asked: bytes, accepted: str) -> bytes:
    headers = {**JSON, "accept-encoding": accepted}
    with requests.post(url, data=asked, headers=headers, stream=True, timeout=PATIENCE_S) as response:
        return b"".join(response.iter_content(13))


def of_aiohttp(url: str, asked: bytes, accepted: str) -> bytes:
    async def main() -> bytes:
        headers = {**JSON, "accept-encoding": accepted}
        async with aiohttp.ClientSession() as session, session.post(url, data=asked, headers=headers) as got:
            return b"".join([piece async for piece in got.content.iter_any()])

    return asyncio.run(main())


def of_urllib(url: str, asked: bytes, accepted: str) -> bytes:
    """The standard library decodes nothing; what it reads is compared as it came."""
    request = urllib.request.Request(url, asked, JSON)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        return b"".join(iter(lambda: response.read(17), b""))


# What a client itself cannot decode: raw deflate whose first piece is one byte; zstandard without a module.
UNSUPPORTED = {"httpx": "raw deflate", "requests": "zstd", "aiohttp": "zstd"}
READERS: dict[str, Read] = {
    "httpx": of_httpx,
    "requests": of_requests,
    "aiohttp": of_aiohttp,
    "urllib": of_urllib,
}


class Server:
    """Sends the next answer to whoever asks, and hangs up."""

    def __init__(self) -> None:
        self._answers: queue.Queue[list[bytes]] = queue.Queue()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def answer_with(self, pieces: list[bytes]) -> None:
        self._answers.put(pieces)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes who waits for a connection
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while (connection := self._connected()) is not None:
            # A client that has had enough hangs up.
            with connection, suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._take_request(connection)
                for piece in self._answers.get():
                    connection.sendall(piece)

    def _connected(self) -> socket.socket | None:
        try:
            return self._socket.accept()[0]
        except OSError:
            return None

    @staticmethod
    def _take_request(connection: socket.socket) -> None:
        taken = b""
        while b"\r\n\r\n" not in taken:
            taken += connection.recv(65536)
        head, _, body = taken.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(65536)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def cut(body: bytes, places: list[int]) -> list[bytes]:
    at = sorted({place % (len(body) + 1) for place in places} - {0, len(body)})
    return [body[start:end] for start, end in zip([0, *at], [*at, len(body)], strict=True)]


def head(version: str, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/{version} 200 OK", *lines, "", ""]).encode()


def in_chunks(pieces: list[bytes], has_more: bool) -> list[bytes]:
    """Chunks, with an extension and a trailer where wanted."""
    extension, trailer = (b";x=1", b"x-trailer: 1\r\n") if has_more else (b"", b"")
    chunks = [b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces if piece]
    return [*chunks, b"0\r\n" + trailer + b"\r\n"]


def framed(how: str, named: list[str], pieces: list[bytes]) -> list[bytes]:
    if how == "by length":
        length = f"content-length: {sum(map(len, pieces))}"
        return [head("1.1", "connection: close", length, *named), *pieces]
    if how == "by the end of the connection":
        return [head("1.0", *named), *pieces]
    chunked = head("1.1", "connection: close", "transfer-encoding: chunked", *named)
    return [chunked, *in_chunks(pieces, how == "in chunks with more")]


def test_the_words_of_the_end_in_a_text_do_not_end_a_stream(server: Server, metered: Path) -> None:
    """A model that explains event streams writes them; what it used comes behind its last word."""
    pieces = [events(SAID[0])[:-2], b"\n\n" + events(STOP), events(END), events("[DONE]")]
    server.answer_with(framed("in chunks", [f"content-type: {SSE}"], pieces))
    with requests.post(f"{server.url}/v1/chat/completions", json=CHAT, stream=True) as response:
        assert [*response.iter_content(None)] == pieces
    (record,) = settled(metered)
    assert record["llm_meter.call.basis"] == "reported"
    assert record["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(sorted(FORMS)),
    coding=st.sampled_from(sorted(CODINGS)),
    how=st.sampled_from(["by length", "in chunks", "in chunks with more", "by the end of the connection"]),
    flushes=st.lists(st.integers(0, 4000), max_size=5),
    places=st.lists(st.integers(0, 4000), max_size=12),
)
def test_an_answer_is_counted_exactly_and_unchanged(
    form: str,
    coding: str,
    how: str,
    flushes: list[int],
    places: list[int],
    reader: str,
    server: Server,
    metered: Path,
) -> None:
    path, asked, content_type, body = FORMS[form]
    name, compress = CODINGS["none" if coding == UNSUPPORTED.get(reader) else coding]
    sent = b"".join(compress(cut(body, flushes)))
    named = [f"content-type: {content_type}", *([f"content-encoding: {name}"] if name else [])]
    server.answer_with(framed(how, named, cut(sent, places)))
    before = len(settled(metered))

    got = READERS[reader](server.url + path, json.dumps(asked).encode(), name or "identity")

    assert got == (sent if reader == "urllib" else body)
    (record,) = settled(metered)[before:]
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert (record["gen_ai.usage.input_tokens"], record["gen_ai.usage.output_tokens"]) == (11, 7)
