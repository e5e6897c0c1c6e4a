"""HTTP/2 through httpx and httpx2, against a real server: calls that share a connection are distinguished."""

import asyncio
import json
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpcore
import httpcore2
import httpx
import httpx2
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from tap_process import settled
from tap_provider import ANSWER, CHAT_EVENTS

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}


async def provider(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers `/json/...` whole and `/sse/...` event by event."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    is_stream = scope["path"].startswith("/sse/")
    pieces = [event.encode() for event in CHAT_EVENTS] if is_stream else [json.dumps(ANSWER).encode()]
    content_type = b"text/event-stream" if is_stream else b"application/json"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    loop, config, stop = asyncio.new_event_loop(), Config(), asyncio.Event()
    config.bind, config.loglevel = ["127.0.0.1:0"], "CRITICAL"
    sockets = config.create_sockets()
    (socket,) = sockets.insecure_sockets
    socket.listen()  # so that it takes connections before the server's loop runs
    config.create_sockets = lambda: sockets  # type: ignore[method-assign]
    running = serve(provider, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
    thread = threading.Thread(target=loop.run_until_complete, args=(running,))
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_call_over_http2_is_recorded_once(url: str, metered: Any, library: ModuleType) -> None:
    with library.Client(http1=False, http2=True) as client:
        answer = client.post(f"{url}/json/{CHAT}", json=BODY)
        with client.stream("POST", f"{url}/sse/{CHAT}", json={**BODY, "stream": True}) as stream:
            lines = list(stream.iter_lines())

    assert (answer.http_version, stream.http_version) == ("HTTP/2", "HTTP/2")
    assert "data: [DONE]" in lines
    records = settled(metered)
    assert [record["gen_ai.usage.input_tokens"] for record in records] == [11, 11]


@pytest.fixture
def old_httpcore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Responses over HTTP/2 as httpcore gave them before 0.17.3, without the connection."""
    for core in (httpcore, httpcore2):
        answer, answer_async = (
            core.HTTP2Connection.handle_request,
            core.AsyncHTTP2Connection.handle_async_request,
        )

        def handle_request(self: Any, request: Any, answer: Any = answer) -> Any:
            return without_connection(answer(self, request))

        async def handle_async_request(self: Any, request: Any, answer: Any = answer_async) -> Any:
            return without_connection(await answer(self, request))

        monkeypatch.setattr(core.HTTP2Connection, "handle_request", handle_request)
        monkeypatch.setattr(core.AsyncHTTP2Connection, "handle_async_request", handle_async_request)


def without_connection(response: Any) -> Any:
    del response.extensions["network_stream"]
    return response


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_a_call_over_http2_through_an_old_httpcore_is_recorded_once(
    url: str, metered: Any, library: ModuleType, old_httpcore: None
) -> None:
    async def main() -> str:
        async with library.AsyncClient(http1=False, http2=True) as client:
            return (await client.post(f"{url}/json/{CHAT}", json=BODY)).http_version

    with library.Client(http1=False, http2=True) as client:
        assert client.post(f"{url}/json/{CHAT}", json=BODY).http_version == "HTTP/2"
    assert asyncio.run(main()) == "HTTP/2"
    assert [record["gen_ai.usage.input_tokens"] for record in settled(metered)] == [11, 11]


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_concurrent_calls_on_one_connection_are_separate_calls(
    url: str, metered: Any, library: ModuleType
) -> None:
    async def main() -> list[str]:
        async with library.AsyncClient(http1=False, http2=True) as client:
            posted = [client.post(f"{url}/{how}/{CHAT}", json=BODY) for how in ("json", "sse") * 4]
            return [answer.http_version for answer in await asyncio.gather(*posted)]

    assert asyncio.run(main()) == ["HTTP/2"] * 8
    records = settled(metered)
    assert [record["gen_ai.usage.output_tokens"] for record in records] == [7] * 8
