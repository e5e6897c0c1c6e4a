"""Sees the requests of aiohttp's client, and so those of httpx-aiohttp, litellm and google-genai's async.

Wraps `ClientRequest.send`, which sends each attempt once it is connected: repeats and redirections are
separate calls, and a request that never connects is none. A body is observed where the parser
feeds it in, so that reading line by line costs nothing more. Response and stream stay the objects that the
library made and get a subclass of their class.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from llm_meter_tap.calls.read_back_paths import may_read_back
from llm_meter_tap.patching import patches
from llm_meter_tap.patching.disguise import in_disguise
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import is_passing

if TYPE_CHECKING:
    from llm_meter_tap.calls.observer import Observer

# The oldest release tried; all have ClientRequest.send, ClientResponse.start and StreamReader.feed_data.
OLDEST = (3, 7)

_CALL = "_llm_meter_call"
_DECOMPRESSES = "_llm_meter_decompresses"

# By the id of a stream, which has no room for an attribute. The response owns its call: when nothing holds
# the response, aiohttp gives the connection up, and nothing more is fed.
_calls: WeakValueDictionary[int, Observer] = WeakValueDictionary()


def patch(module: ModuleType) -> None:
    """Patch `aiohttp`; idempotent.

    Raises:
        NotImplementedError: The release is older than `OLDEST`.
    """
    if tuple(int(part) for part in module.__version__.split(".")[:2]) < OLDEST:
        raise NotImplementedError(f"aiohttp {module.__version__}")
    patches.wrap(module.ClientRequest, "send", functools.partial(_send, module.BytesPayload))
    patches.wrap(module.client_proto.ResponseHandler, "set_response_params", _set_response_params)


def _set_response_params(original: Callable[..., Any]) -> Callable[..., Any]:
    """Note whether the parser will undo a content encoding; the parser itself does not say."""

    def set_response_params(protocol: Any, **params: Any) -> Any:
        setattr(protocol, _DECOMPRESSES, params.get("auto_decompress", True))
        return original(protocol, **params)

    return set_response_params


def _send(bytes_payload: type[Any], original: Callable[..., Any]) -> Callable[..., Any]:
    async def send(request: Any, conn: Any) -> Any:
        call = _prepare_call(request, bytes_payload)
        if call is None:
            return await original(request, conn)
        await call.admit_async()
        try:
            response = await original(request, conn)
        except BaseException as error:
            call.failed(error, is_sent=True)
            raise
        _listen(response, call, getattr(conn.protocol, _DECOMPRESSES, True))
        return response

    return send


@faults.contained
def _prepare_call(request: Any, bytes_payload: type[Any]) -> Observer | None:
    method, url = request.method, request.url
    if (method != "POST" and not may_read_back(method, url.raw_path)) or is_passing():
        return None
    from llm_meter_tap.calls.entry import OutgoingRequest, prepare_call  # when something is posted

    headers = {name.lower(): value for name, value in request.headers.items()}
    body = _body(request.body, bytes_payload)
    path, query = url.raw_path, url.raw_query_string
    return prepare_call(
        OutgoingRequest(method, url.raw_host, url.port, url.scheme, path, query, headers, body)
    )


def _body(body: Any, bytes_payload: type[Any]) -> bytes | None:
    """The body; None for one that is read or made while it is sent."""
    if isinstance(body, bytes_payload):
        body = body._value  # in every release; its public twins decode, or are coroutines
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None


@faults.contained
def _listen(response: Any, call: Observer, is_decompressing: bool) -> None:
    setattr(response, _CALL, call)
    setattr(response, _DECOMPRESSES, is_decompressing)
    base: Any = type(response)
    response.__class__ = _metered_response(base)


@functools.lru_cache(maxsize=8)
def _metered_response(base: Any) -> Any:
    """Make a subclass of a response class that reports to its call how it starts and ends."""

    class MeteredResponse(base):  # type: ignore[misc]
        async def start(self, *args: Any, **kwargs: Any) -> Any:
            try:
                started = await super().start(*args, **kwargs)
            except BaseException as error:
                getattr(self, _CALL).failed(error, is_sent=True)
                raise
            _respond(self)
            return started

        def close(self) -> Any:
            getattr(self, _CALL).released()
            return super().close()

        def release(self) -> Any:
            # First: letting go of an unfinished body shows in it as an exception.
            getattr(self, _CALL).released()
            return super().release()

    return in_disguise(MeteredResponse, base)


@faults.contained
def _respond(response: Any) -> None:
    """Feed what arrived together with the head, and observe what follows."""
    call, content = getattr(response, _CALL), response.content
    call.responded(response.status, {name.lower(): value for name, value in response.headers.items()})
    for chunk in getattr(content, "_buffer", ()):
        call.feed(chunk, getattr(response, _DECOMPRESSES))
    if content.is_eof():
        call.ended()
    elif content.exception() is not None:
        call.broke(content.exception())
    else:
        _calls[id(content)] = call
        base: Any = type(content)
        content.__class__ = _metered_stream(base, getattr(response, _DECOMPRESSES))


@functools.lru_cache(maxsize=8)
def _metered_stream(base: Any, is_decompressing: bool) -> Any:
    """Make a subclass of a stream class that reports to its call what the parser feeds it."""

    class MeteredStream(base):  # type: ignore[misc]
        __slots__ = ()

        def feed_data(self, data: bytes, *args: Any) -> Any:
            call = _calls.get(id(self))
            if call is not None:
                call.feed(data, is_decompressing)
            return super().feed_data(data, *args)

        def feed_eof(self) -> None:
            call = _calls.pop(id(self), None)
            if call is not None:
                call.ended()
            super().feed_eof()

        def set_exception(self, exc: Any, *args: Any) -> None:
            call = _calls.pop(id(self), None)
            if call is not None:
                call.broke(exc)
            super().set_exception(exc, *args)

    return in_disguise(MeteredStream, base)
