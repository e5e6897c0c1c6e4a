"""The HTTP clients that the tap knows, each behind the same few functions, so that a test is written once.

A client of an asynchronous library runs an event loop of its own in each function.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import httpcore
import httpx
import httpx2
import httpx_on_httpcore
import pytest
import requests
import urllib3
from urllib3.util import Retry

BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
STREAM = {**BODY, "stream": True}
DONE = "data: [DONE]"
JSON = {"Content-Type": "application/json"}
# Far more than a busy machine needs; no test waits for it.
PATIENCE_S = 120.0
# For tests that do wait: nothing ever comes, however long it is.
SHORT_S = 0.1

Url = str


@dataclass(frozen=True)
class Client:
    """One way to make a call.

    Attributes:
        patched: The functions that the tap replaces, each with its owner.
        post: Makes a call and reads the answer; gives status and body. Follows no redirection.
        send: Makes a request of any method with headers and a body, and reads the answer.
        readers: Ways to read an answer; each gives what user code sees of it.
        leave: Ways to leave a stream before its end.
        until_done: Reads a stream by lines; gives what `look` says when the event that ends it has come.
        time_out: Makes a call that waits a moment for its answer.
        follow: Makes a call and follows a redirection; gives status and body.
        repeat: Makes a call until it is no longer answered with 503; gives status and body.
        by_proxy: Makes a call through a plain HTTP proxy.
        cancel: Is interrupted or cancelled while it waits for the answer; None where it cannot be.
        pieces: Classes of the library, and an object that should be of each, from an answer read halfway.
        leave_at_exit: A program that exits in mid-stream; `{url}` and `{body}` are put in.
        unreachable: What is raised when nothing listens.
        lines_unreachable: The lines that such a call leaves.
        timed_out: What is raised when no answer comes.
        timed_out_name: How a record names that; a part of it.
        broken: What is raised when the connection breaks in mid-stream, and how a record names it.
        is_refusal_raised: A refusal (429, 503) is an exception.
    """

    name: str
    patched: tuple[tuple[Any, str], ...]
    post: Callable[[Url], tuple[int, bytes]]
    send: Callable[[str, Url, Mapping[str, str], Any], tuple[int, bytes]]
    readers: dict[str, Callable[[Url], Any]]
    leave: dict[str, Callable[[Url], None]]
    until_done: Callable[[Url, Callable[[], Any]], Any]
    time_out: Callable[[Url], Any]
    follow: Callable[[Url], tuple[int, bytes]]
    repeat: Callable[[Url], tuple[int, bytes]]
    by_proxy: Callable[[Url, Url], Any]
    pieces: Callable[[Url], list[tuple[Any, type]]]
    leave_at_exit: str
    unreachable: type[BaseException]
    timed_out: type[BaseException]
    timed_out_name: str
    broken: tuple[type[BaseException], str]
    lines_unreachable: tuple[str, ...] = ("opened", "dropped")
    cancel: Callable[[Url, Callable[[], bool]], str] | None = None
    is_refusal_raised: bool = False
    follows_by_itself: bool = field(default=False)


def outcome(call: Callable[[], Any]) -> Any:
    """What user code sees of a call: its value, or its exception and what can be read of it."""
    try:
        return call()
    except urllib.error.HTTPError as error:
        return type(error), error.code, error.read(), error.headers["content-type"]
    except Exception as error:  # noqa: BLE001 - whatever it raises is the outcome
        return type(error), _words(error)


def _words(error: Exception) -> str:
    """The words of an exception, but for those that hold an address in memory."""
    words = str(error)
    return "" if " object at 0x" in words else words


def _until_answered(post: Callable[[Url], tuple[int, bytes]], url: Url) -> tuple[int, bytes]:
    """A repetition by hand."""
    while (answer := outcome(lambda: post(url)))[0] == 503 or answer[:2] == (urllib.error.HTTPError, 503):
        pass
    return answer


# httpx and httpx2


# Without verification: loading the certificates takes a tenth of a second, and nothing here is encrypted.
def _httpx(library: ModuleType) -> Client:
    def post(url: Url) -> tuple[int, bytes]:
        response = library.post(url, json=BODY, timeout=PATIENCE_S)
        return response.status_code, response.content

    def send(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        response = library.request(method, url, headers=headers, content=content, timeout=PATIENCE_S)
        return response.status_code, response.content

    def stream(url: Url) -> Any:
        return library.stream("POST", url, json=STREAM, timeout=PATIENCE_S)

    def whole(url: Url) -> Any:
        response = library.post(url, json=STREAM, timeout=PATIENCE_S)
        return (
            response.status_code,
            response.content,
            response.headers.get("content-type"),
            response.is_closed,
        )

    def raw(url: Url) -> Any:
        with stream(url) as response:
            return response.status_code, b"".join(response.iter_raw()), response.num_bytes_downloaded

    def by_line(url: Url) -> Any:
        with stream(url) as response:
            return list(response.iter_lines()), response.is_stream_consumed

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        with stream(url) as response:
            for line in response.iter_lines():
                if line == DONE:
                    return look()
        return None

    def time_out(url: Url) -> Any:
        return library.post(url, json=BODY, timeout=library.Timeout(PATIENCE_S, read=SHORT_S))

    def follow(url: Url) -> tuple[int, bytes]:
        response = library.post(url, json=BODY, timeout=PATIENCE_S, follow_redirects=True)
        return response.status_code, response.content

    def by_proxy(url: Url, proxy: Url) -> None:
        with library.Client(proxy=proxy, timeout=PATIENCE_S, verify=False) as client:
            client.post(url, json=BODY)

    def pieces(url: Url) -> list[tuple[Any, type]]:
        with stream(url) as response:
            next(response.iter_lines())
            return [(response, library.Response), (response.stream, library.SyncByteStream)]

    def close_early(url: Url) -> None:
        with stream(url) as response:
            next(response.iter_lines())

    def open_lines(url: Url) -> Any:
        client = library.Client(timeout=PATIENCE_S, verify=False)
        response = client.send(client.build_request("POST", url, json=STREAM), stream=True)
        return response.iter_lines()

    def forget(url: Url) -> None:
        next(open_lines(url))

    def never_read(url: Url) -> None:
        open_lines(url)

    def interrupt(url: Url) -> None:
        with pytest.raises(KeyboardInterrupt), stream(url) as response:
            for _ in response.iter_raw():
                raise KeyboardInterrupt

    return Client(
        name=library.__name__,
        patched=((library.HTTPTransport, "handle_request"),),
        post=post,
        send=send,
        readers={"whole": whole, "raw": raw, "by line": by_line},
        leave={
            "close early": close_early, "forget": forget, "never read": never_read, "interrupt": interrupt
        },
        until_done=until_done,
        time_out=time_out,
        follow=follow,
        repeat=lambda url: _until_answered(post, url),
        by_proxy=by_proxy,
        pieces=pieces,
        leave_at_exit=f"""
            import {library.__name__} as library
            client = library.Client(verify=False)
            request = client.build_request("POST", "{{url}}", json={{body}})
            response = client.send(request, stream=True)
            next(response.iter_raw())
        """,
        unreachable=library.ConnectError,
        timed_out=library.ReadTimeout,
        timed_out_name="ReadTimeout",
        broken=(library.RemoteProtocolError, "RemoteProtocolError"),
    )  # fmt: skip


def _httpx_async(library: ModuleType) -> Client:
    async def posted(url: Url, **options: Any) -> tuple[int, bytes]:
        async with library.AsyncClient(timeout=PATIENCE_S, verify=False) as client:
            response = await client.post(url, json=BODY, **options)
        return response.status_code, response.content

    async def sent(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        async with library.AsyncClient(timeout=PATIENCE_S, verify=False) as client:
            response = await client.request(method, url, headers=headers, content=content)
        return response.status_code, response.content

    async def streamed(url: Url, read: Callable[[Any], Awaitable[Any]]) -> Any:
        async with (
            library.AsyncClient(timeout=PATIENCE_S, verify=False) as client,
            client.stream("POST", url, json=STREAM) as response,
        ):
            return await read(response)

    def reader(read: Callable[[Any], Awaitable[Any]]) -> Callable[[Url], Any]:
        return lambda url: asyncio.run(streamed(url, read))

    async def whole(response: Any) -> Any:
        return response.status_code, await response.aread(), response.headers.get("content-type")

    async def raw(response: Any) -> Any:
        return b"".join([piece async for piece in response.aiter_raw()]), response.num_bytes_downloaded

    async def by_line(response: Any) -> Any:
        return response.status_code, [line async for line in response.aiter_lines()]

    async def first_line(response: Any) -> None:
        async for _ in response.aiter_lines():
            return

    async def interrupted(response: Any) -> None:
        async for _ in response.aiter_raw():
            raise KeyError

    async def pieces(response: Any) -> list[tuple[Any, type]]:
        await first_line(response)
        return [(response, library.Response), (response.stream, library.AsyncByteStream)]

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        async def read(response: Any) -> Any:
            async for line in response.aiter_lines():
                if line == DONE:
                    return look()

        return asyncio.run(streamed(url, read))

    def raise_inside(url: Url) -> None:
        with pytest.raises(KeyError):
            asyncio.run(streamed(url, interrupted))

    def never_read(url: Url) -> None:
        async def main() -> None:
            client = library.AsyncClient(timeout=PATIENCE_S, verify=False)
            response = await client.send(client.build_request("POST", url, json=STREAM), stream=True)
            lines = response.aiter_lines()
            del response, lines

        asyncio.run(main())

    def cancel_halfway(url: Url) -> None:
        async def main() -> None:
            began = asyncio.Event()

            async def read(response: Any) -> None:
                async for _ in response.aiter_lines():
                    began.set()

            task = asyncio.create_task(streamed(url, read))
            await began.wait()
            await _cancelled(task)

        asyncio.run(main())

    def by_proxy(url: Url, proxy: Url) -> None:
        async def main() -> None:
            async with library.AsyncClient(proxy=proxy, timeout=PATIENCE_S, verify=False) as client:
                await client.post(url, json=BODY)

        asyncio.run(main())

    def post(url: Url) -> tuple[int, bytes]:
        return asyncio.run(posted(url))

    return Client(
        name=f"{library.__name__}-async",
        patched=((library.AsyncHTTPTransport, "handle_async_request"),),
        post=post,
        send=lambda *request: asyncio.run(sent(*request)),
        readers={"whole": reader(whole), "raw": reader(raw), "by line": reader(by_line)},
        leave={
            "close early": reader(first_line),
            "never read": never_read,
            "raise inside": raise_inside,
            "cancel": cancel_halfway,
        },
        until_done=until_done,
        time_out=lambda url: asyncio.run(posted(url, timeout=library.Timeout(PATIENCE_S, read=SHORT_S))),
        follow=lambda url: asyncio.run(posted(url, follow_redirects=True)),
        repeat=lambda url: _until_answered(post, url),
        by_proxy=by_proxy,
        cancel=lambda url, is_asked: asyncio.run(_cancel_when(is_asked, posted(url))),
        pieces=reader(pieces),
        leave_at_exit=f"""
            import asyncio, {library.__name__} as library
            async def main():
                client = library.AsyncClient(verify=False)
                request = client.build_request("POST", "{{url}}", json={{body}})
                response = await client.send(request, stream=True)
                async for line in response.aiter_lines():
                    raise SystemExit
            asyncio.run(main())
        """,
        unreachable=library.ConnectError,
        timed_out=library.ReadTimeout,
        timed_out_name="ReadTimeout",
        broken=(library.RemoteProtocolError, "RemoteProtocolError"),
    )


def _on_httpcore(client: Client, pool: type, name: str) -> Client:
    """The client of httpx over another transport than httpx' own."""
    at_exit = f"""
            import sys
            sys.path.append({str(Path(__file__).parent)!r})
            {client.leave_at_exit.strip()}
    """
    return replace(client, patched=((pool, name),), leave_at_exit=at_exit)


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _cancel_when(is_asked: Callable[[], bool], work: Any) -> str:
    """Cancel a call once the provider has its request; gives the name of the exception."""
    task = asyncio.ensure_future(work)
    while not is_asked():
        await asyncio.sleep(0.01)
    await _cancelled(task)
    return "CancelledError"


# requests and urllib3

REPEAT_503 = Retry(total=5, status_forcelist=[503], allowed_methods=None, backoff_factor=0)


def _requests() -> Client:
    def opened(url: Url) -> requests.Response:
        return requests.post(url, json=STREAM, stream=True, timeout=PATIENCE_S)

    def post(url: Url) -> tuple[int, bytes]:
        response = requests.post(url, json=BODY, timeout=PATIENCE_S, allow_redirects=False)
        return response.status_code, response.content

    def send(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        response = requests.request(method, url, headers=headers, data=content, timeout=PATIENCE_S)
        return response.status_code, response.content

    def whole(url: Url) -> Any:
        response = requests.post(url, json=STREAM, timeout=PATIENCE_S)
        return response.status_code, response.content, response.history != []

    def raw(url: Url) -> Any:
        response = opened(url)
        return response.status_code, response.raw.read(), response.raw.read()

    def raw_in_pieces(url: Url) -> Any:
        response = opened(url)
        pieces = list(iter(lambda: response.raw.read(50, decode_content=True), b""))
        return b"".join(pieces), response.raw.closed

    def raw_read1(url: Url) -> Any:
        response = opened(url)
        return b"".join(iter(lambda: response.raw.read1(50), b""))

    def raw_readinto(url: Url) -> Any:
        return io.BufferedReader(opened(url).raw).read()

    def in_pieces(url: Url) -> Any:
        return b"".join(opened(url).iter_content(33))

    def by_line(url: Url) -> Any:
        with opened(url) as response:
            return list(response.iter_lines())

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        for line in opened(url).iter_lines(chunk_size=1):
            if line == DONE.encode():
                return look()
        return None

    def follow(url: Url) -> tuple[int, bytes]:
        response = requests.post(url, json=BODY, timeout=PATIENCE_S)
        return response.status_code, response.content

    def repeat(url: Url) -> tuple[int, bytes]:
        with requests.Session() as session:
            session.mount("http://", requests.adapters.HTTPAdapter(max_retries=REPEAT_503))
            response = session.post(url, json=BODY, timeout=PATIENCE_S)
        return response.status_code, response.content

    def pieces(url: Url) -> list[tuple[Any, type]]:
        response = opened(url)
        next(response.iter_lines(chunk_size=1))
        return [(response, requests.Response), (response.raw, urllib3.HTTPResponse)]

    def close_early(url: Url) -> None:
        with opened(url) as response:
            next(response.iter_lines(chunk_size=1))

    def forget(url: Url) -> None:
        next(opened(url).iter_content(10))

    def never_read(url: Url) -> None:
        opened(url).iter_content(10)

    return Client(
        name="requests",
        patched=((urllib3.HTTPConnectionPool, "urlopen"),),
        post=post,
        send=send,
        readers={
            "whole": whole, "raw": raw, "raw in pieces": raw_in_pieces, "raw by read1": raw_read1,
            "raw by readinto": raw_readinto, "in pieces": in_pieces, "by line": by_line,
        },
        leave={"close early": close_early, "forget": forget, "never read": never_read},
        until_done=until_done,
        time_out=lambda url: requests.post(url, json=BODY, timeout=(PATIENCE_S, SHORT_S)),
        follow=follow,
        repeat=repeat,
        by_proxy=lambda url, proxy: requests.post(url, json=BODY, proxies={"http": proxy}),
        pieces=pieces,
        leave_at_exit="""
            import requests
            response = requests.post("{url}", json={body}, stream=True)
            next(response.iter_lines(chunk_size=1))
        """,
        unreachable=requests.ConnectionError,
        timed_out=requests.ReadTimeout,
        timed_out_name="ReadTimeoutError",
        broken=(requests.exceptions.ChunkedEncodingError, "ProtocolError"),
        follows_by_itself=True,
    )  # fmt: skip


def _urllib3() -> Client:
    def request(method: str, url: Url, **options: Any) -> Any:
        usual = {"timeout": PATIENCE_S, "retries": False}
        return urllib3.PoolManager().request(method, url, **{**usual, **options})

    def opened(url: Url) -> Any:
        return request("POST", url, json=STREAM, preload_content=False)

    def post(url: Url) -> tuple[int, bytes]:
        response = request("POST", url, json=BODY)
        return response.status, response.data

    def send(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        response = request(method, url, headers=headers, body=content)
        return response.status, response.data

    def whole(url: Url) -> Any:
        response = request("POST", url, json=STREAM)
        return response.status, response.data

    def stream(url: Url) -> Any:
        response = opened(url)
        return b"".join(response.stream(64)), response.data

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        for line in io.TextIOWrapper(opened(url), encoding="utf-8"):
            if line.strip() == DONE:
                return look()
        return None

    def follow(url: Url) -> tuple[int, bytes]:
        response = request("POST", url, json=BODY, retries=Retry(redirect=3))
        return response.status, response.data

    def repeat(url: Url) -> tuple[int, bytes]:
        response = request("POST", url, json=BODY, retries=REPEAT_503)
        return response.status, response.data

    def by_proxy(url: Url, proxy: Url) -> None:
        urllib3.ProxyManager(proxy).request("POST", url, json=BODY, retries=False, timeout=PATIENCE_S)

    def pieces(url: Url) -> list[tuple[Any, type]]:
        response = opened(url)
        response.read(10)
        return [(response, urllib3.HTTPResponse)]

    def close_early(url: Url) -> None:
        response = opened(url)
        response.read(10)
        response.close()

    def forget(url: Url) -> None:
        opened(url).read(10)

    def never_read(url: Url) -> None:
        opened(url)

    def release(url: Url) -> None:
        response = opened(url)
        response.read(10)
        response.release_conn()

    return Client(
        name="urllib3",
        patched=((urllib3.HTTPConnectionPool, "urlopen"),),
        post=post,
        send=send,
        readers={"stream": stream, "whole": whole},
        leave={"close early": close_early, "forget": forget, "never read": never_read, "release": release},
        until_done=until_done,
        time_out=lambda url: request(
            "POST", url, json=BODY, timeout=urllib3.Timeout(connect=PATIENCE_S, read=SHORT_S)
        ),
        follow=follow,
        repeat=repeat,
        by_proxy=by_proxy,
        pieces=pieces,
        leave_at_exit="""
            import urllib3
            response = urllib3.PoolManager().request("POST", "{url}", json={body}, preload_content=False)
            response.read(10)
        """,
        unreachable=urllib3.exceptions.HTTPError,
        timed_out=urllib3.exceptions.ReadTimeoutError,
        timed_out_name="ReadTimeoutError",
        broken=(urllib3.exceptions.ProtocolError, "ProtocolError"),
    )


# aiohttp

AIOHTTP_PATIENCE = aiohttp.ClientTimeout(total=PATIENCE_S)
Read = Callable[[aiohttp.ClientResponse], Awaitable[Any]]


def aiohttp_reader(read: Read, **options: Any) -> Callable[[Url], Any]:
    """A reader of answers to aiohttp, in a session with some options."""

    async def main(url: Url) -> Any:
        async with (
            aiohttp.ClientSession(timeout=AIOHTTP_PATIENCE, **options) as session,
            session.post(url, json=STREAM) as response,
        ):
            found = await read(response)
            return response.status, response.headers.get("content-type"), len(response.history), found

    return lambda url: asyncio.run(main(url))


async def _whole(response: aiohttp.ClientResponse) -> Any:
    return await response.read(), await response.text(), response.closed


async def _parsed(response: aiohttp.ClientResponse) -> Any:
    return await response.json(content_type=None)


async def _by_line(response: aiohttp.ClientResponse) -> Any:
    return [line async for line in response.content]


async def _chunked(response: aiohttp.ClientResponse) -> Any:
    return b"".join([chunk async for chunk in response.content.iter_chunked(33)])


async def _at_any_size(response: aiohttp.ClientResponse) -> Any:
    return b"".join([chunk async for chunk in response.content.iter_any()])


async def _by_http_chunk(response: aiohttp.ClientResponse) -> Any:
    chunks = [b""]
    async for piece, is_end in response.content.iter_chunks():
        chunks[-1] += piece
        if is_end:
            chunks.append(b"")
    return [chunk for chunk in chunks if chunk]  # an empty one more or less comes by chance


async def _by_hand(response: aiohttp.ClientResponse) -> Any:
    content = response.content
    first = await content.readline(), await content.readexactly(5), await content.readuntil(b"\n")
    rest = b""
    while not content.at_eof():
        rest += await content.readany()
    return first, rest, await content.read()


AIOHTTP_READS: dict[str, Read] = {
    "whole": _whole,
    "by line": _by_line,
    "chunked": _chunked,
    "at any size": _at_any_size,
    "by HTTP chunk": _by_http_chunk,
    "by hand": _by_hand,
}


def _aiohttp() -> Client:
    Session = aiohttp.ClientSession

    def in_session(work: Callable[[aiohttp.ClientSession, Url], Awaitable[Any]]) -> Callable[[Url], Any]:
        async def main(url: Url) -> Any:
            async with Session(timeout=AIOHTTP_PATIENCE) as session:
                return await work(session, url)

        return lambda url: asyncio.run(main(url))

    async def post(session: aiohttp.ClientSession, url: Url, **options: Any) -> tuple[int, bytes]:
        async with session.post(url, json=BODY, **options) as response:
            return response.status, await response.read()

    def send(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        async def work(session: aiohttp.ClientSession, url: Url) -> tuple[int, bytes]:
            async with session.request(method, url, headers=headers, data=content) as response:
                return response.status, await response.read()

        return in_session(work)(url)

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        async def read(response: aiohttp.ClientResponse) -> Any:
            async for line in response.content:
                if line.startswith(DONE.encode()):
                    return look()

        return aiohttp_reader(read)(url)[-1]

    async def repeat(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:
        while (response := await handler(request)).status == 503:
            response.release()
        return response

    async def begun(session: aiohttp.ClientSession, url: Url) -> aiohttp.ClientResponse:
        response = await session.post(url, json=STREAM)
        await response.content.readline()
        return response

    async def leave_by_break(session: aiohttp.ClientSession, url: Url) -> None:
        async with session.post(url, json=STREAM) as response:
            async for _ in response.content:
                break

    async def close(session: aiohttp.ClientSession, url: Url) -> None:
        (await begun(session, url)).close()

    async def release(session: aiohttp.ClientSession, url: Url) -> None:
        (await begun(session, url)).release()

    async def forget(session: aiohttp.ClientSession, url: Url) -> None:
        await begun(session, url)

    async def close_session(session: aiohttp.ClientSession, url: Url) -> None:
        _response = await begun(session, url)
        await session.close()

    async def raise_inside(session: aiohttp.ClientSession, url: Url) -> None:
        with pytest.raises(KeyError):
            async with session.post(url, json=STREAM) as response:
                await response.content.readline()
                raise KeyError

    async def cancel_halfway(session: aiohttp.ClientSession, url: Url) -> None:
        began = asyncio.Event()

        async def consume() -> None:
            async with session.post(url, json=STREAM) as response:
                async for _ in response.content:
                    began.set()

        task = asyncio.create_task(consume())
        await began.wait()
        await _cancelled(task)

    async def classes(response: aiohttp.ClientResponse) -> list[tuple[Any, type]]:
        await response.content.readline()
        return [(response, aiohttp.ClientResponse), (response.content, aiohttp.StreamReader)]

    waits_a_moment = aiohttp.ClientTimeout(total=PATIENCE_S, sock_read=SHORT_S)
    leave = (
        leave_by_break, close, release, forget, close_session, raise_inside, cancel_halfway
    )  # fmt: skip
    return Client(
        name="aiohttp",
        patched=(
            (aiohttp.ClientRequest, "send"),
            (aiohttp.client_proto.ResponseHandler, "set_response_params"),
        ),
        post=in_session(lambda session, url: post(session, url, allow_redirects=False)),
        send=send,
        readers={name: aiohttp_reader(read) for name, read in {**AIOHTTP_READS, "parsed": _parsed}.items()},
        leave={way.__name__.replace("_", " "): in_session(way) for way in leave},
        until_done=until_done,
        time_out=in_session(lambda session, url: post(session, url, timeout=waits_a_moment)),
        follow=in_session(post),
        repeat=in_session(lambda session, url: post(session, url, middlewares=[repeat])),
        by_proxy=lambda url, proxy: in_session(lambda session, _: post(session, url, proxy=proxy))(url),
        cancel=lambda url, is_asked: in_session(
            lambda session, url: _cancel_when(is_asked, post(session, url))
        )(url),
        pieces=lambda url: aiohttp_reader(classes)(url)[-1],
        leave_at_exit="""
            import asyncio, aiohttp
            async def main():
                session = aiohttp.ClientSession()
                response = await session.post("{url}", json={body})
                await response.content.readline()
                raise SystemExit
            asyncio.run(main())
        """,
        unreachable=aiohttp.ClientConnectorError,
        lines_unreachable=(),
        timed_out=asyncio.TimeoutError,
        timed_out_name="Timeout",
        broken=(aiohttp.ClientPayloadError, "ClientPayloadError"),
        follows_by_itself=True,
    )


# urllib.request and http.client


def urllib_opened(url: Url, body: Any = None, timeout: float = PATIENCE_S) -> Any:
    """The answer to a call by urllib, not read yet."""
    data = json.dumps(STREAM).encode() if body is None else body
    return urllib.request.urlopen(urllib.request.Request(url, data=data, headers=JSON), timeout=timeout)


def _urllib() -> Client:
    def post(url: Url) -> tuple[int, bytes]:
        with urllib_opened(url, json.dumps(BODY).encode()) as response:
            return response.status, response.read()

    def send(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        request = urllib.request.Request(url, content, dict(headers), method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            return response.status, response.read()

    def whole(url: Url) -> Any:
        with urllib_opened(url) as response:
            return response.status, response.read(), response.headers["content-type"], response.read()

    def sized(url: Url) -> Any:
        with urllib_opened(url) as response:
            return list(iter(lambda: response.read(50), b""))

    def by_line(url: Url) -> Any:
        with urllib_opened(url) as response:
            return list(response)

    def by_readline(url: Url) -> Any:
        response = urllib_opened(url)
        return list(iter(response.readline, b"")), response.isclosed()

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        # The line of the event is whole when its line feed comes; the empty line behind it is not needed.
        for line in urllib_opened(url):
            if line.startswith(DONE.encode()):
                return look()
        return None

    def follow(url: Url) -> tuple[int, bytes]:
        with pytest.raises(urllib.error.HTTPError) as moved:
            post(url)
        moved.value.close()
        root = url.partition("/moved/")[0]
        return post(root + moved.value.headers["location"])

    def by_proxy(url: Url, proxy: Url) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
        opener.open(urllib.request.Request(url, json.dumps(BODY).encode(), JSON)).read()

    def pieces(url: Url) -> list[tuple[Any, type]]:
        response = urllib_opened(url)
        response.readline()
        return [(response, http.client.HTTPResponse)]

    def close_early(url: Url) -> None:
        with urllib_opened(url) as response:
            response.readline()

    def forget(url: Url) -> None:
        urllib_opened(url).readline()

    return Client(
        name="urllib",
        patched=((http.client.HTTPConnection, "request"), (http.client.HTTPConnection, "getresponse")),
        post=post,
        send=send,
        readers={"whole": whole, "sized": sized, "by line": by_line, "by readline": by_readline},
        leave={"close early": close_early, "forget": forget},
        until_done=until_done,
        time_out=lambda url: urllib_opened(url, timeout=SHORT_S),
        follow=follow,
        repeat=lambda url: _until_answered(post, url),
        by_proxy=by_proxy,
        pieces=pieces,
        leave_at_exit="""
            import json, urllib.request
            kind = {{"Content-Type": "application/json"}}
            request = urllib.request.Request("{url}", json.dumps({body}).encode(), kind)
            response = urllib.request.urlopen(request)
            response.readline()
        """,
        unreachable=urllib.error.URLError,
        timed_out=TimeoutError,
        timed_out_name="TimeoutError",
        broken=(http.client.IncompleteRead, "IncompleteRead"),
        is_refusal_raised=True,
    )


def connected(url: Url, body: Any = None) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """A connection of http.client and the answer to a call on it, not read yet."""
    address, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
    connection.request("POST", f"/{path}", json.dumps(STREAM).encode() if body is None else body, JSON)
    return connection, connection.getresponse()


class _Interrupted(io.BufferedReader):
    """A socket's file on which Ctrl-C comes."""

    def __init__(self, file: Any) -> None:
        super().__init__(file.raw)

    def readline(self, *_: Any) -> bytes:
        raise KeyboardInterrupt


def _http_client() -> Client:
    def post(url: Url) -> tuple[int, bytes]:
        _, response = connected(url, json.dumps(BODY).encode())
        return response.status, response.read()

    def request(method: str, url: Url, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        address, _, path = url.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
        connection.request(method, f"/{path}", content, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()

    def by_read1(url: Url) -> Any:
        _, response = connected(url)
        return response.status, b"".join(iter(lambda: response.read1(50), b""))

    def by_readinto(url: Url) -> Any:
        _, response = connected(url)
        buffer = bytearray(64)
        pieces = list(iter(lambda: bytes(buffer[: response.readinto(buffer)]), b""))
        return b"".join(pieces), response.isclosed()

    def as_text(url: Url) -> Any:
        return io.TextIOWrapper(connected(url)[1], encoding="utf-8", newline="").read()

    def peeked(url: Url) -> Any:
        _, response = connected(url)
        # Without a body http.client waits for one until the timeout.
        return response.peek(1)[:1] if response.length != 0 else b"", response.readlines()

    def until_done(url: Url, look: Callable[[], Any]) -> Any:
        for line in iter(connected(url)[1].readline, b""):
            if line.startswith(DONE.encode()):
                return look()
        return None

    def time_out(url: Url) -> None:
        address, _, path = url.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(address, timeout=SHORT_S)
        connection.request("POST", f"/{path}", json.dumps(BODY).encode(), JSON)
        connection.getresponse()

    def follow(url: Url) -> tuple[int, bytes]:
        _, response = connected(url)
        response.read()
        return post(url.partition("/moved/")[0] + response.headers["location"])

    def by_proxy(url: Url, proxy: Url) -> None:
        connection = http.client.HTTPConnection(proxy.removeprefix("http://"), timeout=PATIENCE_S)
        connection.request("POST", url, json.dumps(BODY).encode(), JSON)
        connection.getresponse().read()

    def pieces(url: Url) -> list[tuple[Any, type]]:
        connection, response = connected(url)
        response.readline()
        return [(response, http.client.HTTPResponse), (connection, http.client.HTTPConnection)]

    def close_connection(url: Url) -> None:
        connection, response = connected(url)
        response.readline()
        connection.close()

    def forget(url: Url) -> None:
        connected(url)[1].readline()

    def forget_unanswered(url: Url) -> None:
        address, _, path = url.removeprefix("http://").partition("/")
        http.client.HTTPConnection(address).request("POST", f"/{path}", json.dumps(STREAM).encode(), JSON)

    def interrupt(url: Url) -> None:
        _, response = connected(url)
        response.fp = _Interrupted(response.fp)
        with pytest.raises(KeyboardInterrupt):
            response.read()

    return Client(
        name="http.client",
        patched=((http.client.HTTPConnection, "request"), (http.client.HTTPConnection, "getresponse")),
        post=post,
        send=request,
        readers={"by read1": by_read1, "by readinto": by_readinto, "as text": as_text, "peeked": peeked},
        leave={
            "close connection": close_connection, "forget": forget, "interrupt": interrupt,
            "forget unanswered": forget_unanswered,
        },
        until_done=until_done,
        time_out=time_out,
        follow=follow,
        repeat=lambda url: _until_answered(post, url),
        by_proxy=by_proxy,
        pieces=pieces,
        leave_at_exit="""
            import http.client, json
            address, _, path = "{url}".removeprefix("http://").partition("/")
            connection = http.client.HTTPConnection(address)
            kind = {{"Content-Type": "application/json"}}
            connection.request("POST", "/" + path, json.dumps({body}).encode(), kind)
            response = connection.getresponse()
            response.readline()
        """,
        unreachable=ConnectionRefusedError,
        timed_out=TimeoutError,
        timed_out_name="TimeoutError",
        broken=(http.client.IncompleteRead, "IncompleteRead"),
    )  # fmt: skip


CLIENTS = {
    client.name: client
    for client in (
        _httpx(httpx),
        _httpx(httpx2),
        _httpx_async(httpx),
        _httpx_async(httpx2),
        _on_httpcore(_httpx(httpx_on_httpcore), httpcore.ConnectionPool, "handle_request"),
        _on_httpcore(_httpx_async(httpx_on_httpcore), httpcore.AsyncConnectionPool, "handle_async_request"),
        _requests(),
        _urllib3(),
        _aiohttp(),
        _urllib(),
        _http_client(),
    )
}


def answer_once(server: socket.socket, answer: bytes) -> None:
    """Take one request on a listening socket and send back some bytes, then hang up."""
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)
