"""What is special to aiohttp; what holds for every client is in test_conformance.py."""

import asyncio
import gc
import json
import re
import selectors
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import httpx
import pytest
from tap_clients import AIOHTTP_READS, BODY, STREAM, aiohttp_reader, outcome
from tap_process import run, settled

from llm_meter_tap.transports import aiohttp as adapter

CHAT = "v1/chat/completions"


@pytest.mark.parametrize("read", AIOHTTP_READS.values(), ids=AIOHTTP_READS.keys())
@pytest.mark.parametrize("ending", ["json", "gzip", "chunked", "sse", "gzipsse"])
def test_reported_usage_is_recorded_once_though_the_user_unpacks_the_answer(provider, metered, ending, read):
    outcome(lambda: aiohttp_reader(read, auto_decompress=False)(f"{provider.url}/{ending}/{CHAT}"))

    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("ok", "reported")
    assert record["gen_ai.usage.input_tokens"] == 11


def test_a_request_that_cannot_be_sent_is_a_call_that_failed(provider, folder, request, monkeypatch):
    async def send(*_arguments: object) -> None:
        raise aiohttp.ClientOSError("the connection is gone")

    monkeypatch.setattr(aiohttp.ClientRequest, "send", send)
    metered = request.getfixturevalue("metered")

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientOSError):
                await session.post(f"{provider.url}/json/{CHAT}", json=BODY)

    asyncio.run(main())
    assert [record["llm_meter.call.status"] for record in settled(metered)] == ["error"]


def test_an_answer_that_is_broken_off_right_behind_its_head_is_aborted():
    class Seen:
        def responded(self, status: int, headers: dict[str, str]) -> None:
            events.append(status)

        def broke(self, error: BaseException) -> None:
            events.append(error)

    class Content:
        def is_eof(self) -> bool:
            return False

        def exception(self) -> BaseException:
            return error

    events: list[object] = []
    error = aiohttp.ClientPayloadError("not enough data")
    response = SimpleNamespace(status=200, headers={}, content=Content(), **{adapter._CALL: Seen()})
    adapter._respond(response)

    assert events == [200, error]


class MovableClock(asyncio.SelectorEventLoop):
    """An event loop whose time a test moves on."""

    moved_s = 0.0

    def time(self) -> float:
        return super().time() + self.moved_s


def test_a_stream_whose_time_is_up_is_aborted(provider, metered):
    loop = MovableClock(selectors.DefaultSelector())

    async def main() -> None:
        timeout = aiohttp.ClientTimeout(total=600)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            response = await session.post(f"{provider.url}/halfway/{CHAT}", json=STREAM)
            await response.content.readline()
            loop.moved_s = 601.0
            with pytest.raises(asyncio.TimeoutError):
                await response.read()

    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    gc.collect()
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["llm_meter.call.basis"]) == ("aborted", "missing")


def test_a_request_may_keep_its_encoding_where_the_session_does_not(provider, metered):
    async def main() -> bytes:
        async with aiohttp.ClientSession() as session:
            reply = await session.post(f"{provider.url}/gzipsse/{CHAT}", json=STREAM, auto_decompress=False)
            return await reply.read()

    assert asyncio.run(main()).startswith(b"\x1f\x8b")
    (record,) = settled(metered)
    assert record["gen_ai.usage.input_tokens"] == 11


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


def test_an_answer_that_arrived_whole_but_was_not_read_is_reported(provider, metered):
    async def main() -> None:
        url = f"{provider.url}/json/{CHAT}"
        async with aiohttp.ClientSession() as session, session.post(url, json=BODY) as response:
            while not response.content.is_eof():
                await asyncio.sleep(0.01)

    asyncio.run(main())
    (record,) = settled(metered)
    assert (record["llm_meter.call.status"], record["gen_ai.usage.input_tokens"]) == ("ok", 11)


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
