"""aiohttp against a real server: each attempt seen once, otherwise as without the tap."""

import asyncio
import gc
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from tap_process import run, settled, spool_lines

from llm_meter_tap import startup, tap
from llm_meter_tap.runtime import faults

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}
TIMEOUT = aiohttp.ClientTimeout(total=1)

Reader = Callable[[aiohttp.ClientResponse], Awaitable[Any]]


def outcome(call: Callable[[], Any]) -> Any:
    """What user code sees of a call: its value, or its exception."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
        return type(error), str(error)


def posted(url: str, reader: Reader, **more: Any) -> Any:
    """What a reader makes of the answer to a call."""

    async def main() -> Any:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT, **more) as session,
            session.post(url, json=STREAM) as response,
        ):
            read = await reader(response)
            return response.status, response.headers.get("content-type"), len(response.history), read

    return asyncio.run(main())


async def whole(response: aiohttp.ClientResponse) -> Any:
    return await response.read(), await response.text(), response.closed


async def parsed(response: aiohttp.ClientResponse) -> Any:
    return await response.json(content_type=None)


async def by_line(response: aiohttp.ClientResponse) -> Any:
    return [line async for line in response.content]


async def chunked(response: aiohttp.ClientResponse) -> Any:
    return b"".join([chunk async for chunk in response.content.iter_chunked(33)])


async def at_any_size(response: aiohttp.ClientResponse) -> Any:
    return b"".join([chunk async for chunk in response.content.iter_any()])


async def by_http_chunk(response: aiohttp.ClientResponse) -> Any:
    chunks = [b""]
    async for piece, is_end in response.content.iter_chunks():
        chunks[-1] += piece
        if is_end:
            chunks.append(b"")
    return [chunk for chunk in chunks if chunk]  # an empty one more or less comes by chance


async def by_hand(response: aiohttp.ClientResponse) -> Any:
    content = response.content
    first = await content.readline(), await content.readexactly(5), await content.readuntil(b"\n")
    rest = b""
    while not content.at_eof():
        rest += await content.readany()
    return first, rest, await content.read()


READERS = [whole, parsed, by_line, chunked, at_any_size, by_http_chunk, by_hand]
ENDINGS = ["json", "gzip", "chunked", "sse", "silent", "gzipsse", "nonsense"]
ENDINGS += ["limited", "broken", "moved", "drop", "hang"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_call_gives_and_raises_what_it_would_without_the_tap(provider, folder, monkeypatch, ending, reader):
    url = f"{provider.url}/{ending}/{CHAT}"
    if ending == "hang":
        monkeypatch.setattr(provider._server.released, "wait", lambda _: None)
    plain = outcome(lambda: posted(url, reader))

    monkeypatch.setenv("LLM_METER_DIR", str(folder))
    startup.activate()
    try:
        assert outcome(lambda: posted(url, reader)) == plain
    finally:
        startup.deactivate()
        tap.leave()
    assert [line["event"] for line in spool_lines(folder)].count("settled") == 1
    assert not faults.counts


@pytest.mark.parametrize("auto_decompress", [True, False])
@pytest.mark.parametrize("reader", [whole, by_line, chunked, at_any_size, by_http_chunk, by_hand])
@pytest.mark.parametrize("ending", ["json", "gzip", "chunked", "sse", "gzipsse"])
def test_reported_usage_is_recorded_once(provider, metered, ending, reader, auto_decompress):
    outcome(lambda: posted(f"{provider.url}/{ending}/{CHAT}", reader, auto_decompress=auto_decompress))

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert record["gen_ai.usage.input_tokens"] == 11
    assert record["gen_ai.usage.output_tokens"] == 7
    assert record["gen_ai.request.model"] == "gpt-5"
    assert (record["server.address"], record["server.port"]) == ("127.0.0.1", provider.port)


def test_a_request_may_keep_its_encoding_where_the_session_does_not(provider, metered):
    async def main() -> bytes:
        async with aiohttp.ClientSession() as session:
            reply = await session.post(f"{provider.url}/gzipsse/{CHAT}", json=STREAM, auto_decompress=False)
            return await reply.read()

    assert asyncio.run(main()).startswith(b"\x1f\x8b")
    (record,) = settled(metered)
    assert record["gen_ai.usage.input_tokens"] == 11


def test_the_settled_line_is_on_disk_before_the_terminal_event_is_handed_over(provider, metered):
    async def until_done(response: aiohttp.ClientResponse) -> int:
        async for line in response.content:
            if line.startswith(b"data: [DONE]"):
                return len(settled(metered))
        return -1

    assert posted(f"{provider.url}/sse/{CHAT}", until_done)[-1] == 1
    assert len(settled(metered)) == 1


@pytest.mark.parametrize(("ending", "error_type"), [("limited", "rate_limit_exceeded"), ("broken", "503")])
def test_a_refused_call_costs_nothing_and_names_its_error(provider, metered, ending, error_type):
    posted(f"{provider.url}/{ending}/{CHAT}", whole)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "none")
    assert record["error.type"] == error_type


def test_a_call_that_reached_no_network_was_never_opened(metered):
    with pytest.raises(aiohttp.ClientConnectorError):
        posted(f"http://127.0.0.1:1/{CHAT}", whole)

    assert spool_lines(metered) == []


def test_a_timeout_is_an_error_with_unknown_usage(provider, metered, monkeypatch):
    monkeypatch.setitem(globals(), "TIMEOUT", aiohttp.ClientTimeout(sock_read=0.1))
    with pytest.raises(asyncio.TimeoutError):
        posted(f"{provider.url}/hang/{CHAT}", whole)

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("error", "missing")
    assert "Timeout" in record["error.type"]


def test_a_redirection_is_no_call_of_its_own(provider, metered):
    posted(f"{provider.url}/moved/{CHAT}", whole)

    events = [line["event"] for line in spool_lines(metered)]
    assert events == ["opened", "dropped", "opened", "settled"]


def test_an_attempt_that_a_middleware_repeats_is_a_call_of_its_own(provider, metered):
    async def retry(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        while (response := await handler(request)).status == 503:
            response.release()
        return response

    posted(f"{provider.url}/flaky/{CHAT}", whole, middlewares=[retry])

    assert [record["llm_meter.call.status"] for record in settled(metered)] == ["error", "error", "ok"]


def test_the_key_and_the_model_are_known_however_they_are_given(provider, metered):
    async def main() -> None:
        headers = {"Authorization": "Bearer sk-x"}
        url = f"{provider.url}/json/{CHAT}"
        async with aiohttp.ClientSession(headers=headers) as session:
            await (await session.post(url, json=BODY)).read()
            await (await session.post(url, data=json.dumps(BODY))).read()
            await (await session.post(url, data=json.dumps(BODY).encode())).read()

    asyncio.run(main())
    records = settled(metered)
    assert [record["gen_ai.request.model"] for record in records] == ["gpt-5"] * 3
    assert len({record["llm_meter.key.fingerprint"] for record in records}) == 1


async def leave_by_break(session: aiohttp.ClientSession, url: str) -> None:
    async with session.post(url, json=STREAM) as response:
        async for _ in response.content:
            break


async def close(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.post(url, json=STREAM)
    await response.content.readline()
    response.close()


async def release(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.post(url, json=STREAM)
    await response.content.readline()
    response.release()


async def forget(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.post(url, json=STREAM)
    await response.content.readline()


async def close_session(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.post(url, json=STREAM)
    await response.content.readline()
    await session.close()


async def raise_inside(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(KeyError):
        async with session.post(url, json=STREAM) as response:
            await response.content.readline()
            raise KeyError


async def cancel(session: aiohttp.ClientSession, url: str) -> None:
    began = asyncio.Event()

    async def consume() -> None:
        async with session.post(url, json=STREAM) as response:
            async for _ in response.content:
                began.set()

    task = asyncio.create_task(consume())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def time_out(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await (await session.post(url, json=STREAM, timeout=aiohttp.ClientTimeout(total=0.1))).read()


LEAVING = [leave_by_break, close, release, forget, close_session, raise_inside, cancel, time_out]


@pytest.mark.parametrize("leave", LEAVING)
def test_a_stream_left_before_its_end_is_aborted(provider, metered, leave):
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            await leave(session, f"{provider.url}/halfway/{CHAT}")

    asyncio.run(main())
    gc.collect()  # response and stream hold each other
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")


def test_an_answer_that_arrived_whole_is_reported_though_nobody_read_it(provider, metered):
    async def main() -> None:
        async with aiohttp.ClientSession() as session, session.post(f"{provider.url}/json/{CHAT}", json=BODY):
            await asyncio.sleep(0.05)

    asyncio.run(main())
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["gen_ai.usage.input_tokens"]) == ("ok", 11)


def test_a_stream_broken_by_the_network_is_aborted_and_names_the_error(provider, metered):
    with pytest.raises(aiohttp.ClientPayloadError):
        posted(f"{provider.url}/drop/{CHAT}", whole)

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"
    assert record["error.type"] == "ClientPayloadError"


def test_a_task_cancelled_while_it_waits_for_the_answer_aborts_the_call(provider, metered):
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(session.post(f"{provider.url}/hang/{CHAT}", json=BODY), 0.1)

    asyncio.run(main())
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["error.type"]) == ("aborted", "CancelledError")


def test_a_call_left_open_when_the_process_exits_is_aborted(provider, metered):
    code = f"""
        import asyncio, os, aiohttp
        async def main():
            session = aiohttp.ClientSession()
            response = await session.post("{provider.url}/halfway/{CHAT}", json={STREAM!r})
            await response.content.readline()
            raise SystemExit
        asyncio.run(main())
    """
    run(metered, code)

    (record,) = settled(metered)
    assert record["llm_meter.call.status"] == "aborted"


@pytest.mark.parametrize("ending", ["halfway", "sse", "json"])
@pytest.mark.parametrize("left", ["response", "response.content", "await response.read()"])
def test_warnings_of_what_is_left_unclosed_are_those_without_the_tap(provider, folder, ending, left):
    if ending == "halfway" and "read()" in left:
        left = "await response.content.readline()"
    code = f"""
        import asyncio, gc, warnings, aiohttp
        warnings.simplefilter("always")
        async def main():
            session = aiohttp.ClientSession()
            response = await session.post("{provider.url}/{ending}/{CHAT}", json={STREAM!r})
            kept = {left}
            del response, session, kept
            gc.collect()
        asyncio.run(main(), debug=True)
        gc.collect()
    """

    def warned(folder: Path | None) -> list[str]:
        return sorted(re.findall("[Uu]nclosed [a-z]+", run(folder, code)[1]))

    assert warned(folder) == warned(None) != []
    assert len(settled(folder)) == 1


def test_response_and_stream_are_still_of_their_own_classes(provider, metered):
    async def classes(response: aiohttp.ClientResponse) -> Any:
        await response.content.readline()
        return [
            (isinstance(one, cls), type(one).__name__, type(one).__module__ == cls.__module__)
            for one, cls in (
                (response, aiohttp.ClientResponse),
                (response.content, aiohttp.StreamReader),
            )
        ]

    assert posted(f"{provider.url}/halfway/{CHAT}", classes)[-1] == [
        (True, "ClientResponse", True),
        (True, "StreamReader", True),
    ]


def test_a_call_through_httpx_aiohttp_is_one_call(provider, metered):
    import httpx_aiohttp  # here, for it does not load with the older aiohttp releases that these tests run on

    async def main() -> int:
        async with httpx.AsyncClient(transport=httpx_aiohttp.AiohttpTransport()) as client:
            plain = await client.post(f"{provider.url}/gzip/{CHAT}", json=BODY)
            async with client.stream("POST", f"{provider.url}/gzipsse/{CHAT}", json=STREAM) as response:
                lines = [line async for line in response.aiter_lines()]
        return plain.json()["usage"]["total_tokens"] + len(lines)

    assert asyncio.run(main()) > 18
    assert [record["gen_ai.usage.input_tokens"] for record in settled(metered)] == [11, 11]


def test_other_requests_leave_no_trace(provider, metered):
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    async def main() -> list[int]:
        form = aiohttp.FormData({"a": "b"})
        async with aiohttp.ClientSession() as session:
            return [
                (await session.get(f"{provider.url}/json/{CHAT}")).status,
                (await session.post(f"{provider.url}/json/other", json={"hello": 1})).status,
                (await session.post(f"{provider.url}/json/other", data=form)).status,
                (await session.post(f"{provider.url}/json/other", data=pieces(), headers=LENGTH)).status,
            ]

    assert asyncio.run(main()) == [200] * 4
    assert not (metered / "spool").exists()


LENGTH = {"Content-Length": "6"}


def test_an_empty_answer_ends_the_call(metered):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async def main() -> int:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, family=socket.AF_INET)
        port = server.sockets[0].getsockname()[1]
        async with server, aiohttp.ClientSession() as session:
            return (await session.post(f"http://127.0.0.1:{port}/{CHAT}", json=BODY)).status

    assert asyncio.run(main()) == 204
    assert len(settled(metered)) == 1


def test_a_call_through_a_plain_http_proxy_is_named_by_its_own_host(provider, metered):
    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            url = f"http://llm.example:8080/{CHAT}"
            await (await session.post(url, json=BODY, proxy=provider.url)).read()

    asyncio.run(main())
    (record,) = settled(metered)
    assert (record["server.address"], record["server.port"]) == ("llm.example", 8080)


def test_deactivating_gives_the_library_back(metered):
    startup.deactivate()

    assert not hasattr(aiohttp.ClientRequest.send, "__wrapped__")
