"""Sees the requests of httpcore and of httpcore2 that come from elsewhere than httpx' own transports.

Other transports of httpx are built on it (httpx-socks and such), and some programs use it by itself. Under
httpx' own transports it only counts the answers of the network.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls.read_back_paths import may_read_back
from llm_meter_tap.patching import patches
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy, count_answer, is_passing
from llm_meter_tap.transports.metered_streams import Sending, async_stream, sync_stream
from llm_meter_tap.transports.raw_headers import decoded

if TYPE_CHECKING:
    from llm_meter_tap.calls.observer import Observer

# The first release whose pools have the signature known here: handle_request(request) -> Response. Only httpx
# 0.20 uses an older one.
_OLDEST = {"httpcore": (0, 14), "httpcore2": (2, 0)}

# With these no request has left.
_UNSENT = (
    "ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol",
    "LocalProtocolError",
)  # fmt: skip

# Both libraries keep a body that can be iterated again in a class of this name.
_BYTE_STREAM = "ByteStream"
_LIBRARIES = ("httpcore", "httpcore2", "httpx", "httpx2")

_SyncStream = sync_stream(object)
_AsyncStream = async_stream(object)


def patch(module: ModuleType) -> None:
    """Patch `httpcore` or `httpcore2`; idempotent. Releases older than `_OLDEST` are left as they are."""
    if tuple(int(part) for part in module.__version__.split(".")[:2]) < _OLDEST[module.__name__]:
        return
    unsent = tuple(getattr(module, name) for name in _UNSENT)

    def is_sent(error: BaseException) -> bool:
        return not isinstance(error, unsent)

    patches.wrap(module.ConnectionPool, "handle_request", _sync_handler(is_sent))
    patches.wrap(module.AsyncConnectionPool, "handle_async_request", _async_handler(is_sent))


def _sync_handler(
    is_sent: Callable[[BaseException], bool],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(pool: Any, request: Any) -> Any:
            is_seen = is_passing()
            call = None if is_seen else _open_call(request, is_async=False)
            if is_seen:
                response = original(pool, request)
            elif call is None:
                with PassingBy():
                    response = original(pool, request)
            else:
                with Sending(call, is_sent):
                    response = original(pool, request)
                _tee(response, call, _SyncStream)
            count_answer()
            return response

        return handle_request

    return make


def _async_handler(
    is_sent: Callable[[BaseException], bool],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        async def handle_async_request(pool: Any, request: Any) -> Any:
            is_seen = is_passing()
            call = None if is_seen else _open_call(request, is_async=True)
            if is_seen:
                response = await original(pool, request)
            elif call is None:
                with PassingBy():
                    response = await original(pool, request)
            else:
                await call.admit_async()
                with Sending(call, is_sent):
                    response = await original(pool, request)
                _tee(response, call, _AsyncStream)
            count_answer()
            return response

        return handle_async_request

    return make


@faults.contained
def _open_call(request: Any, is_async: bool) -> Observer | None:
    method = request.method.decode("ascii")
    target = request.url.target.decode("ascii")
    if method != "POST" and (method != "GET" or not may_read_back(method, target)):
        return None
    from llm_meter_tap.calls.entry import OutgoingRequest, open_call, prepare_call  # when something is posted

    url = request.url
    path, _, query = target.partition("?")
    open_ = prepare_call if is_async else open_call
    return open_(
        OutgoingRequest(
            method,
            url.host.decode("ascii"),
            url.port,
            url.scheme.decode("ascii"),
            path,
            query,
            decoded(request.headers),
            _body(request),
        )
    )


def _body(request: Any) -> bytes | None:
    """The body; None for one produced while it is sent, which cannot be looked at without consuming it."""
    kind = type(request.stream)
    is_kept = kind.__name__ == _BYTE_STREAM and kind.__module__.partition(".")[0] in _LIBRARIES
    return b"".join(request.stream) if is_kept else None


@faults.contained
def _tee(response: Any, call: Observer, stream_type: type[Any]) -> None:
    call.responded(response.status, decoded(response.headers))
    response.stream = stream_type(response.stream, call)
