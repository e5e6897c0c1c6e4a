"""Sees the requests of httpx and of httpx2, its fork under another name.

Owns the two transports that speak to the network. Refuses to see mocks, ASGI and WSGI applications, which are
other transports and reach no provider, and to change, delay or reorder a byte of what passes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from llm_meter_tap import faults, patching
from llm_meter_tap.exchange import Exchange, Request, begin
from llm_meter_tap.guard import PassingBy, is_passing

# The oldest release whose transports have the signature known here: handle_request(request) -> Response.
OLDEST = {"httpx": (0, 20), "httpx2": (2, 0)}

# With these no request has left: the connection was never made, or the library refused to send.
_UNSENT = (
    "ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol",
    "LocalProtocolError",
)  # fmt: skip


class _Library(NamedTuple):
    """What the adapter needs of one of the two modules."""

    unsent: tuple[type[BaseException], ...]
    byte_stream: type[Any]
    sync_stream: type[Any]
    async_stream: type[Any]


def patch(module: ModuleType) -> None:
    """Patch `httpx` or `httpx2`; idempotent.

    Raises:
        NotImplementedError: The release is older than `OLDEST`.
    """
    version = tuple(int(part) for part in module.__version__.split(".")[:2])
    if version < OLDEST[module.__name__]:
        raise NotImplementedError(f"{module.__name__} {module.__version__}")
    library = _Library(
        unsent=tuple(getattr(module, name) for name in _UNSENT),
        byte_stream=module.ByteStream,
        sync_stream=_sync_stream(module.SyncByteStream),
        async_stream=_async_stream(module.AsyncByteStream),
    )
    patching.wrap(module.HTTPTransport, "handle_request", _sync_handler(library))
    patching.wrap(module.AsyncHTTPTransport, "handle_async_request", _async_handler(library))


def _sync_handler(library: _Library) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(transport: Any, request: Any) -> Any:
            exchange = _begin(request, library)
            if exchange is None:
                return original(transport, request)
            with _Sending(exchange, library):
                response = original(transport, request)
            _tee(response, exchange, library.sync_stream)
            return response

        return handle_request

    return make


def _async_handler(library: _Library) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        async def handle_async_request(transport: Any, request: Any) -> Any:
            exchange = _begin(request, library)
            if exchange is None:
                return await original(transport, request)
            with _Sending(exchange, library):
                response = await original(transport, request)
            _tee(response, exchange, library.async_stream)
            return response

        return handle_async_request

    return make


class _Sending(PassingBy):
    """While a request is out: layers within stand aside, and an exception is the call's end."""

    def __init__(self, exchange: Exchange, library: _Library) -> None:
        self._exchange = exchange
        self._unsent = library.unsent

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        super().__exit__(kind, error, trace)
        if error is not None:
            self._exchange.failed(error, is_sent=not isinstance(error, self._unsent))


@faults.contained
def _begin(request: Any, library: _Library) -> Exchange | None:
    if request.method != "POST" or is_passing():
        return None
    url = request.url
    path, _, query = url.raw_path.decode("ascii").partition("?")
    headers, body = _headers(request), _body(request, library)
    return begin(Request("POST", url.host, url.port, url.scheme, path, query, headers, body))


def _headers(message: Any) -> dict[str, str]:
    """Names in lower case; read raw, because the library's mapping decodes all of them at each look."""
    raw = message.headers.raw
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else dict(message.headers.items())


def _body(request: Any, library: _Library) -> bytes | None:
    """The body; None for one produced while it is sent, which cannot be looked at without consuming it."""
    if isinstance(request.stream, library.byte_stream):
        return b"".join(request.stream)
    return None


@faults.contained
def _tee(response: Any, exchange: Exchange, stream_type: type[Any]) -> None:
    exchange.responded(response.status_code, _headers(response))
    response.stream = stream_type(response.stream, exchange)


def _sync_stream(base: type[Any]) -> type[Any]:
    class MeteredStream(base):  # type: ignore[misc]
        """The library's own stream, listened to."""

        def __init__(self, stream: Any, exchange: Exchange) -> None:
            self._stream = stream
            self._exchange = exchange

        def __iter__(self) -> Iterator[bytes]:
            exchange = self._exchange
            try:
                for chunk in self._stream:
                    exchange.feed(chunk)
                    yield chunk
            except GeneratorExit:
                raise
            except BaseException as error:
                exchange.broke(error)
                raise
            exchange.ended()

        def close(self) -> None:
            try:
                self._stream.close()
            finally:
                self._exchange.leave()

    return MeteredStream


def _async_stream(base: type[Any]) -> type[Any]:
    class MeteredAsyncStream(base):  # type: ignore[misc]
        """The library's own stream, listened to."""

        def __init__(self, stream: Any, exchange: Exchange) -> None:
            self._stream = stream
            self._exchange = exchange

        async def __aiter__(self) -> AsyncIterator[bytes]:
            exchange = self._exchange
            try:
                async for chunk in self._stream:
                    exchange.feed(chunk)
                    yield chunk
            except GeneratorExit:
                raise
            except BaseException as error:
                exchange.broke(error)
                raise
            exchange.ended()

        async def aclose(self) -> None:
            try:
                await self._stream.aclose()
            finally:
                self._exchange.leave()

    return MeteredAsyncStream
