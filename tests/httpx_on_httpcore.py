"""httpx over transports that are built on httpcore itself, as those of httpx-socks and others are.

Has the names of httpx, so that it can take its place.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx
from httpx import *  # noqa: F403 - the names of httpx
from httpx._transports.default import map_httpcore_exceptions


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with map_httpcore_exceptions():
            yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _AsyncStream(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with map_httpcore_exceptions():
            async for piece in self._stream:
                yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class Transport(httpx.BaseTransport):
    def __init__(self, proxy: str | None) -> None:
        context = ssl.create_default_context()
        self._pool = (
            httpcore.HTTPProxy(proxy, ssl_context=context)
            if proxy
            else httpcore.ConnectionPool(ssl_context=context)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with map_httpcore_exceptions():
            answer = self._pool.handle_request(_request(request))
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class AsyncTransport(httpx.AsyncBaseTransport):
    def __init__(self, proxy: str | None) -> None:
        context = ssl.create_default_context()
        self._pool = (
            httpcore.AsyncHTTPProxy(proxy, ssl_context=context)
            if proxy
            else httpcore.AsyncConnectionPool(ssl_context=context)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with map_httpcore_exceptions():
            answer = await self._pool.handle_async_request(_request(request))
        stream = _AsyncStream(answer.stream)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def _request(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def Client(*, proxy: str | None = None, verify: bool = True, **options: Any) -> httpx.Client:
    return httpx.Client(transport=Transport(proxy), **options)


def AsyncClient(*, proxy: str | None = None, verify: bool = True, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=AsyncTransport(proxy), **options)


def request(
    method: str, url: str, *, timeout: Any, follow_redirects: bool = False, **options: Any
) -> httpx.Response:
    with Client(timeout=timeout, follow_redirects=follow_redirects) as client:
        return client.request(method, url, **options)


def post(url: str, **options: Any) -> httpx.Response:
    return request("POST", url, **options)


@contextmanager
def stream(method: str, url: str, *, timeout: Any, **options: Any) -> Iterator[httpx.Response]:
    with Client(timeout=timeout) as client, client.stream(method, url, **options) as response:
        yield response
