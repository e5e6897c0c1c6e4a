"""Streams as gateways and servers really write them are counted exactly, and reach user code unchanged.

Sources: the forms that OpenRouter, Azure, Groq, vLLM and LiteLLM were seen to send, and the grammar of
server-sent events in the HTML standard.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
from tap_clients import PATIENCE_S, STREAM, answer_once
from tap_process import settled

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
DONE = b"[DONE]"


def chunk(**more: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5", **more}


def choice(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}


def stream(*events: bytes | dict[str, Any], newline: bytes = b"\n", field: bytes = b"data: ") -> bytes:
    texts = [
        each if isinstance(each, bytes) else json.dumps(each, ensure_ascii=False).encode() for each in events
    ]
    return b"".join(field + text + newline * 2 for text in texts)


TEXT = chunk(choices=[choice({"role": "assistant", "content": "早上好 🚗"})])
STOP = chunk(choices=[choice({}, "stop")])
END = chunk(choices=[], usage=USAGE)
FILTERED = chunk(
    model="", choices=[], prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}]
)
PLAIN = stream(TEXT, STOP, END, DONE)
STREAMS = {
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "CR LF": stream(TEXT, STOP, END, DONE, newline=b"\r\n"),
    "CR": stream(TEXT, STOP, END, DONE, newline=b"\r"),
    "no blank behind the colon": stream(TEXT, STOP, END, DONE, field=b"data:"),
    "thousands of comments": b": OPENROUTER PROCESSING\n\n" * 3000 + PLAIN,
    "comments behind the end": (
        stream(TEXT, STOP, END) + b": keep-alive\n\n" * 40 + stream(DONE) + b": bye\n\n" * 20
    ),
    "an event over many lines": (
        b"event: message\nid: 7\nretry: 3\n"
        + b"".join(b"data: " + line + b"\n" for line in json.dumps(END, indent=1).encode().split(b"\n"))
        + b"\n"
        + stream(DONE)
    ),
    "a content filter's event first": stream(FILTERED, TEXT, STOP, END, DONE),
    "usage beside the last choice": stream(TEXT, {**STOP, "usage": USAGE}, DONE),
    "usage in x_groq": stream(TEXT, {**STOP, "x_groq": {"id": "r", "usage": USAGE}}, DONE),
    "usage in every event": stream(
        *[{**TEXT, "usage": {**USAGE, "completion_tokens": n, "total_tokens": 11 + n}} for n in range(7)],
        {**STOP, "usage": USAGE},
        DONE,
    ),
    "usage long before the end": stream(TEXT, END, *[STOP] * 12, DONE),
    "no [DONE]": stream(TEXT, STOP, END),
    "no empty lines": PLAIN.replace(b"\n\n", b"\n"),
    "zeros behind the usage": stream(TEXT, STOP, END, {**END, "usage": dict.fromkeys(USAGE, 0)}, DONE),
    "JSON lines": b"".join(json.dumps(each).encode() + b"\n" for each in (TEXT, STOP, END)),
}  # fmt: skip


def of_httpx(url: str) -> bytes:
    with httpx.stream("POST", url, json=STREAM, timeout=PATIENCE_S) as response:
        return b"".join(response.iter_bytes())


def of_requests(url: str) -> bytes:
    with requests.post(url, json=STREAM, stream=True, timeout=PATIENCE_S) as response:
        return b"".join(response.iter_content(5))


def of_aiohttp(url: str) -> bytes:
    async def main() -> bytes:
        async with aiohttp.ClientSession() as session, session.post(url, json=STREAM) as response:
            return b"".join([piece async for piece in response.content.iter_any()])

    return asyncio.run(main())


READERS = {"httpx": of_httpx, "requests": of_requests, "aiohttp": of_aiohttp}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
@pytest.mark.parametrize("body", STREAMS.values(), ids=STREAMS.keys())
def test_a_stream_is_counted_exactly_and_unchanged(
    body: bytes, reader: Callable[[str], bytes], metered: Path
) -> None:
    kind = b"application/json" if body.startswith(b"{") else b"text/event-stream; charset=utf-8"
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\ncontent-type: " + kind
    size = 7 if len(body) < 5000 else 1000
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    answer = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_once, args=(server, head + b"\r\n\r\n" + answer))
        thread.start()
        got = reader(f"http://127.0.0.1:{server.getsockname()[1]}/v1/chat/completions")
        thread.join()

    assert got == body
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert (record["gen_ai.usage.input_tokens"], record["gen_ai.usage.output_tokens"]) == (11, 7)
