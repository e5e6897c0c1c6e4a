"""Sees the requests of httpx, and of httpx2, its fork under another name.

Wraps the two transports of its own that speak to the network. Mocks, ASGI and WSGI applications are other
transports and are not seen; what a mock further in answers (respx replaces httpcore) is not a call. Foreign
transports on httpcore (httpx-socks) are seen by the adapter of httpcore.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_meter_tap.calls.read_back_paths import may_read_back
from llm_meter_tap.patching import patches
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy, answer_count, is_passing, set_passing
from llm_meter_tap.transports.form_fields import form_fields
from llm_meter_tap.transports.metered_streams import async_stream, sync_stream
from llm_meter_tap.transports.raw_headers import decoded

if TYPE_CHECKING:
    from llm_meter_tap.calls.observer import Observer

# The oldest release whose transports have the signature known here: handle_request(request) -> Response.
OLDEST = {"httpx": (0, 20), "httpx2": (2, 0)}

# What lies below the transports, and the extension in which its responses carry their connection, from the
# release of httpcore on (0.14) that httpx 0.21 requires.
_CORES = {"httpx": "httpcore", "httpx2": "httpcore2"}
_CONNECTION = "network_stream"
_TELLS_CONNECTION = (0, 21)

# With these no request has left: the connection was never made, or the library refused to send.
_UNSENT = (
    "ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol",
    "LocalProtocolError",
)  # fmt: skip


# The module that observes requests; None before the first one.
_entry: Any = None


class _Library(NamedTuple):
    """What the adapter needs of one of the two modules."""

    core: str
    tells_connection: bool
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
        core=_CORES[module.__name__],
        tells_connection=version >= _TELLS_CONNECTION,
        unsent=tuple(getattr(module, name) for name in _UNSENT),
        byte_stream=module.ByteStream,
        sync_stream=sync_stream(module.SyncByteStream),
        async_stream=async_stream(module.AsyncByteStream),
    )
    patches.wrap(module.HTTPTransport, "handle_request", _sync_handler(library))
    patches.wrap(module.AsyncHTTPTransport, "handle_async_request", _async_handler(library))


def _sync_handler(library: _Library) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(transport: Any, request: Any) -> Any:
            call = _open_call(request, library, is_async=False)
            if call is None:
                with PassingBy():
                    return original(transport, request)
            answers, before = answer_count(), is_passing()
            set_passing(True)
            try:
                response = original(transport, request)
            except BaseException as error:
                set_passing(before)
                call.failed(error, bool(_is_sent(error, library)))
                raise
            set_passing(before)
            _tee(response, call, answers, library, library.sync_stream)
            return response

        return handle_request

    return make


def _async_handler(library: _Library) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        async def handle_async_request(transport: Any, request: Any) -> Any:
            call = _open_call(request, library, is_async=True)
            if call is None:
                with PassingBy():
                    return await original(transport, request)
            await call.admit_async()
            answers, before = answer_count(), is_passing()
            set_passing(True)
            try:
                response = await original(transport, request)
            except BaseException as error:
                set_passing(before)
                call.failed(error, bool(_is_sent(error, library)))
                raise
            set_passing(before)
            _tee(response, call, answers, library, library.async_stream)
            return response

        return handle_async_request

    return make


@faults.contained
def _is_sent(error: BaseException, library: _Library) -> bool:
    """Whether a byte of the request may have left; not where a mock raised in place of httpcore."""
    if isinstance(error, library.unsent):
        return False
    return not isinstance(error, Exception) or _comes_from(error, library.core)


def _comes_from(error: BaseException | None, package: str) -> bool:
    """Whether a package's code is on the way that an exception, or one that it stands for, has come."""
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            if str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0] == package:
                return True
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    return False


@faults.contained
def _open_call(request: Any, library: _Library, is_async: bool) -> Observer | None:
    method, url = request.method, request.url
    if method != "POST" and (method != "GET" or not may_read_back(method, url.raw_path.decode("ascii"))):
        return None
    if is_passing():
        return None
    global _entry
    if _entry is None:
        from llm_meter_tap.calls import entry as _entry  # when something is posted

    path, _, query = url.raw_path.decode("ascii").partition("?")
    headers, body = _headers(request), _body(request, library)
    open_ = _entry.prepare_call if is_async else _entry.open_call
    observer: Observer | None = open_(
        _entry.OutgoingRequest(method, url.host, url.port, url.scheme, path, query, headers, body)
    )
    return observer


def _headers(message: Any) -> dict[str, str]:
    """Names in lower case; read raw, because the library's mapping looks at all of them for each."""
    raw = message.headers.raw
    headers = decoded(raw)
    return headers if len(headers) == len(raw) else dict(message.headers.items())


def _body(request: Any, library: _Library) -> bytes | None:
    """The body; None for one produced while it is sent, which cannot be looked at without consuming it.

    Of a form with files, only the fields beside the files are known, such as the model of a transcription.
    """
    stream = request.stream
    if isinstance(stream, library.byte_stream):
        return b"".join(stream)
    return form_fields(stream) if type(stream).__name__ == "MultipartStream" else None


@faults.contained
def _tee(response: Any, call: Observer, answers: int, library: _Library, stream_type: type[Any]) -> None:
    # Over HTTP/2 httpcore names the connection from 0.17.3 on; the adapter of httpcore counts its answers.
    is_told = _CONNECTION in response.extensions or answer_count() != answers
    if library.tells_connection and not is_told:
        call.unsent()
        return
    call.responded(response.status_code, _headers(response))
    response.stream = stream_type(response.stream, call)
