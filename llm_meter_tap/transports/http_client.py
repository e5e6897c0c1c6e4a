"""Sees the requests of http.client, and so those of urllib.request.

Wraps `HTTPConnection.request` and `getresponse`, and the reading methods of the response, which stays the
object that the library made. urllib3's connections are subclasses: its adapter is further out and sees them
first. http.client loads in many processes that never call an LLM, so that little is imported until a POST.
"""

from __future__ import annotations

import functools
import sys

from llm_meter_tap.calls.read_back_paths import may_read_back
from llm_meter_tap.patching import patches
from llm_meter_tap.patching.disguise import in_disguise
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import count_answer, is_passing
from llm_meter_tap.transports.destination import destination

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from llm_meter_tap.calls.observer import Observer

_CALL = "_llm_meter_call"
# Until Python 3.10, `read` of a given size came down to `readinto`.
_READS_INTO = sys.version_info < (3, 10)


def patch(module: ModuleType) -> None:
    """Patch `http.client`, of every supported Python; idempotent."""
    patches.wrap(module.HTTPConnection, "request", functools.partial(_request, module))
    patches.wrap(module.HTTPConnection, "getresponse", _getresponse)


def _request(module: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def request(connection: Any, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        if (method != "POST" and not may_read_back(method, url)) or is_passing():
            return original(connection, method, url, *args, **kwargs)
        call = _open_call(module, connection, method, url, *args, **kwargs)
        if call is None:
            return original(connection, method, url, *args, **kwargs)
        try:
            original(connection, method, url, *args, **kwargs)
        except BaseException as error:
            call.failed(error, _is_sent(module, connection, error))
            raise
        setattr(connection, _CALL, call)

    return request


@faults.contained
def _open_call(
    module: Any, connection: Any, method: str, url: str, body: Any = None, headers: Any = None, **_: Any
) -> Observer | None:
    from llm_meter_tap.calls.entry import OutgoingRequest, open_call

    scheme = "https" if _is_secure(module, connection) else "http"
    tunnel = getattr(connection, "_tunnel_host", None)  # what set_tunnel got, in every release
    host, port = (tunnel, connection._tunnel_port) if tunnel else (connection.host, connection.port)
    scheme, host, port, path, query = destination(scheme, host, port, url)
    given = {str(name).lower(): _text(value) for name, value in (headers or {}).items()}
    return open_call(OutgoingRequest(method, host, port, scheme, path, query, given, _bytes(body)))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes | None:
    """The body; None for a file or an iterable, which cannot be looked at without consuming it."""
    if isinstance(body, str):
        return body.encode("latin-1")  # as http.client does
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else None


def _is_secure(module: Any, connection: Any) -> bool:
    secure = getattr(module, "HTTPSConnection", None)  # absent from a Python without ssl
    return secure is not None and isinstance(connection, secure)


@faults.contained
def _is_sent(module: Any, connection: Any, error: BaseException) -> bool:
    """Whether a byte of a request that could not be finished may have left."""
    if isinstance(error, (module.ImproperConnectionState, module.InvalidURL, TypeError, ValueError)):
        return False  # refused by http.client itself
    if connection.sock is None:
        return False
    # A socket not yet wrapped is one whose handshake failed.
    return not (_is_secure(module, connection) and type(connection.sock) is module.socket.socket)


def _getresponse(original: Callable[..., Any]) -> Callable[..., Any]:
    def getresponse(connection: Any, *args: Any, **kwargs: Any) -> Any:
        call = connection.__dict__.pop(_CALL, None)
        if call is None:
            response = original(connection, *args, **kwargs)
            if is_passing():
                count_answer()
            return response
        try:
            response = original(connection, *args, **kwargs)
        except BaseException as error:
            call.failed(error, is_sent=True)
            raise
        _tee(response, call)
        return response

    return getresponse


@faults.contained
def _tee(response: Any, call: Observer) -> None:
    call.responded(response.status, {name.lower(): value for name, value in response.getheaders()})
    if response.isclosed():
        call.ended()
        return
    setattr(response, _CALL, call)
    base: Any = type(response)
    response.__class__ = _metered(base)


@functools.lru_cache(maxsize=8)
def _metered(base: Any) -> Any:
    """Make a subclass of a response class that reports to its call what is read.

    Iteration and `readlines` come down to `readline`; of a chunked body that one comes down to `read`.
    """

    class MeteredResponse(base):  # type: ignore[misc]
        def read(self, amt: Any = None) -> Any:
            if (
                _READS_INTO and amt is not None and self.fp is not None
            ):  # pragma: no cover - before Python 3.10
                return super().read(amt)
            return _read(self, super().read, amt)

        def read1(self, n: int = -1) -> Any:
            return _read(self, super().read1, n)

        def readinto(self, b: Any) -> Any:
            return _read(self, super().readinto, b)

        def readline(self, limit: int = -1) -> Any:
            return super().readline(limit) if self.chunked else _read(self, super().readline, limit)

        def close(self) -> None:
            try:
                super().close()
            finally:
                getattr(self, _CALL).released()

    return in_disguise(MeteredResponse, base)


def _read(response: Any, read: Callable[..., Any], argument: Any) -> Any:
    call = response._llm_meter_call
    try:
        result = read(argument)
    except BaseException as error:
        call.broke(error)
        raise
    call.feed(result if isinstance(result, bytes) else _filled(argument, result))
    if response.fp is None or response.length == 0:
        _end(response, call)
    return result


@faults.contained
def _filled(buffer: Any, size: int) -> bytes:
    """What `readinto` put into a buffer, which will be used again."""
    return memoryview(buffer).cast("B")[:size].tobytes()


@faults.contained
def _end(response: Any, call: Observer) -> None:
    if response.length:
        call.released()  # reading in pieces ends without an error where the connection broke off
    else:
        call.ended()
