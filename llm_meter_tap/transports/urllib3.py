"""Sees the requests of urllib3, and so those of requests and botocore.

Wraps `HTTPConnectionPool.urlopen`, through which each attempt goes, and the reading methods of the
response. The response stays the object that the library made: its class is replaced by a subclass. A
response that is not urllib3's own, such as vcrpy's, is left as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from http.client import HTTPException
from types import ModuleType
from typing import TYPE_CHECKING, Any

from llm_meter_tap.calls.read_back_paths import may_read_back
from llm_meter_tap.patching import patches
from llm_meter_tap.patching.disguise import in_disguise
from llm_meter_tap.runtime import faults
from llm_meter_tap.runtime.guard import PassingBy, answer_count, is_passing
from llm_meter_tap.transports.destination import destination

if TYPE_CHECKING:
    from llm_meter_tap.calls.observer import Observer

    _IsSent = Callable[[BaseException], bool]
    _IsOwn = Callable[[Any], bool]

# The oldest release with the response class known here.
OLDEST = (1, 25)

# With these no request has left: the connection was never made, or the library refused to send.
_UNSENT = (
    "ConnectTimeoutError", "NewConnectionError", "EmptyPoolError", "ClosedPoolError", "SSLError",
    "HostChangedError", "LocationValueError",
)  # fmt: skip
# Where urlopen's arguments stand when they are not named.
_POSITIONS = {"method": 0, "url": 1, "body": 2, "headers": 3, "retries": 4, "preload_content": 11}
# urllib3.exceptions.ResponseError.SPECIFIC_ERROR: the last attempt allowed was answered, with this status.
_TOO_MANY = re.compile(r"too many (\d{3}) error responses")
_ATTRIBUTE = "_llm_meter_call"

# The attempt that this thread or task is in: urlopen calls itself to try again.
_attempt: ContextVar[_Attempt | None] = ContextVar("llm_meter_attempt", default=None)


class _Attempt:
    """One pass through urlopen.

    Attributes:
        is_superseded: urlopen called itself; the response it returns is the later attempt's.
    """

    def __init__(self, pool: Any, call: Observer | None) -> None:
        self.pool = pool
        self.call = call
        self.is_superseded = False


def patch(module: ModuleType) -> None:
    """Patch `urllib3`; idempotent.

    Raises:
        NotImplementedError: The release is older than `OLDEST`.
    """
    if tuple(int(part) for part in module.__version__.split(".")[:2]) < OLDEST:
        raise NotImplementedError(f"urllib3 {module.__version__}")
    unsent = tuple(getattr(module.exceptions, name) for name in _UNSENT)

    def is_sent(error: BaseException) -> bool:
        if isinstance(error, module.exceptions.ProxyError):
            # A proxy that hangs up may have passed the request on; one that was not reached has not.
            return isinstance(error.original_error, (HTTPException, ConnectionError))
        return not isinstance(error, unsent)

    # Version 2 has a second response class, that of HTTP/2.
    own = getattr(module, "BaseHTTPResponse", module.HTTPResponse)

    def is_own(response: Any) -> bool:
        return isinstance(response, own)

    patches.wrap(module.HTTPConnectionPool, "urlopen", functools.partial(_urlopen, is_sent, is_own))


def _urlopen(is_sent: _IsSent, is_own: _IsOwn, original: Callable[..., Any]) -> Callable[..., Any]:
    def urlopen(pool: Any, *args: Any, **kwargs: Any) -> Any:
        before = _attempt.get()
        # Within an attempt the guard is that one's own, against http.client and not against the next attempt.
        if before is None and is_passing():
            return original(pool, *args, **kwargs)
        arguments = _Arguments(args, kwargs)
        _supersede(pool, arguments, is_sent)
        attempt = _Attempt(pool, _open_call(pool, arguments))
        _attempt.set(attempt)
        answers_before = answer_count()
        try:
            with PassingBy():
                response = original(pool, *args, **kwargs)
        except BaseException as error:
            if attempt.call is not None:
                _fail(attempt.call, error, is_sent)
            raise
        finally:
            _attempt.set(before)
        if attempt.call is not None and not attempt.is_superseded:
            if is_own(response):
                _tee(response, attempt.call, arguments.get("preload_content", True))
            else:
                _look_at_foreign(response, attempt.call, is_answered=answer_count() != answers_before)
        try:
            return response
        finally:
            # After a retry urllib3 leaves a cycle behind in which this frame hangs until the next collection.
            del response, attempt

    return urlopen


class _Arguments:
    """What urlopen was called with, named or not."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._args = args
        self._kwargs = kwargs

    def get(self, name: str, default: Any = None) -> Any:
        position = _POSITIONS[name]
        return self._args[position] if position < len(self._args) else self._kwargs.get(name, default)


@faults.contained
def _supersede(pool: Any, arguments: _Arguments, is_sent: _IsSent) -> None:
    """End the attempt from which urlopen calls itself; the history of `retries` says how it went."""
    before = _attempt.get()
    if before is None or before.pool is not pool or before.is_superseded:
        return
    before.is_superseded = True
    history = getattr(arguments.get("retries"), "history", None)
    if before.call is None or not history:
        return
    last = history[-1]
    if last.error is not None:
        before.call.failed(last.error, is_sent(last.error))
    elif last.status is not None:
        before.call.responded(last.status, {})
        before.call.ended()


@faults.contained
def _fail(call: Observer, error: BaseException, is_sent: _IsSent) -> None:
    reason = getattr(error, "reason", None)  # what is behind "max retries exceeded"
    cause = reason if isinstance(reason, BaseException) else error
    status = _TOO_MANY.fullmatch(str(cause))
    if status is None:
        call.failed(cause, is_sent(cause))
    else:
        call.responded(int(status.group(1)), {})
        call.ended()


@faults.contained
def _open_call(pool: Any, arguments: _Arguments) -> Observer | None:
    method = arguments.get("method")
    if method != "POST" and not may_read_back(method, arguments.get("url")):
        return None
    from llm_meter_tap.calls.entry import OutgoingRequest, open_call  # when something is posted

    scheme, host, port, path, query = destination(pool.scheme, pool.host, pool.port, arguments.get("url"))
    given = arguments.get("headers") or pool.headers
    headers = {str(name).lower(): _text(value) for name, value in given.items()}
    body = arguments.get("body")
    if isinstance(body, str):
        body = body.encode("utf-8")
    if not isinstance(body, (bytes, bytearray)):
        body = None
    return open_call(OutgoingRequest(method, host, port, scheme, path, query, headers, body))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


@faults.contained
def _look_at_foreign(response: Any, call: Observer, is_answered: bool) -> None:
    """Settle a call whose answer another library read to record it, or replayed, as vcrpy does."""
    if not is_answered:
        call.unsent()
        return
    call.responded(response.status, _headers(response))
    body = getattr(response, "data", None)  # vcrpy's: the whole body, which stays to be read
    if isinstance(body, bytes):
        call.feed(body)
    call.ended()


def _headers(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


@faults.contained
def _tee(response: Any, call: Observer, is_preloaded: bool) -> None:
    call.responded(response.status, _headers(response))
    if is_preloaded:
        call.feed(response.data, _is_decoded(response, response.decode_content))
        call.ended()
        return
    setattr(response, _ATTRIBUTE, call)
    response._llm_meter_is_encoded = bool(response.headers.get("content-encoding"))
    response._llm_meter_is_reading = False
    base: Any = type(response)
    response.__class__ = _metered(base)


@faults.contained
def _is_decoded(response: Any, decode_content: bool | None) -> bool:
    """Whether urllib3 has undone the content encoding of what it hands out."""
    if decode_content is None:
        decode_content = response.decode_content
    names = [name.strip() for name in response.headers.get("content-encoding", "").lower().split(",")]
    return bool(decode_content) and all(name in response.CONTENT_DECODERS for name in names)


@functools.lru_cache(maxsize=8)
def _metered(base: Any) -> Any:
    """Make a subclass of a response class that reports to its call what is read.

    The three methods that fetch bytes are `read`, `read1` and `read_chunked`; `stream`, `readinto`,
    `readline`, `data` and iteration come down to them.
    """

    class MeteredResponse(base):  # type: ignore[misc]
        def read(self, amt: Any = None, decode_content: Any = None, *args: Any, **kwargs: Any) -> Any:
            with _Listening(self):
                data = super().read(amt, decode_content, *args, **kwargs)
            self._llm_meter_fed(data, decode_content, is_whole=amt is None)
            return data

        def read1(self, amt: Any = None, decode_content: Any = None) -> Any:
            with _Listening(self):
                data = super().read1(amt, decode_content)
            self._llm_meter_fed(data, decode_content, is_whole=False)
            return data

        def read_chunked(self, amt: Any = None, decode_content: Any = None) -> Iterator[Any]:
            call = getattr(self, _ATTRIBUTE)
            is_decoded = self._llm_meter_decodes(decode_content)
            pieces = super().read_chunked(amt, decode_content)
            while True:
                with _Listening(self):
                    data = next(pieces, None)
                if data is None:
                    break
                call.feed(data, is_decoded)
                yield data
            call.ended()

        def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
            yield from super().stream(*args, **kwargs)
            if self.isclosed():
                getattr(self, _ATTRIBUTE).ended()

        def drain_conn(self) -> None:
            super().drain_conn()
            getattr(self, _ATTRIBUTE).released()

        def close(self) -> None:
            try:
                super().close()
            finally:
                # A chunked body that breaks off is closed before the error of it is raised.
                if not self._llm_meter_is_reading:
                    getattr(self, _ATTRIBUTE).released()

        def _llm_meter_decodes(self, decode_content: Any) -> bool:
            return self._llm_meter_is_encoded and bool(_is_decoded(self, decode_content))

        @faults.contained
        def _llm_meter_fed(self, data: Any, decode_content: Any, is_whole: bool) -> None:
            call = getattr(self, _ATTRIBUTE)
            call.feed(data, self._llm_meter_decodes(decode_content))
            # With an encoding to undo, decoded bytes may still wait in a buffer behind the closed connection,
            # and nothing may come out of a first piece that is all header.
            if is_whole or (self.isclosed() and not (self._llm_meter_is_encoded and data)):
                call.ended()

    return in_disguise(MeteredResponse, base)


class _Listening:
    """Reports to the call when reading raises."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def __enter__(self) -> None:
        self._response._llm_meter_is_reading = True

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._response._llm_meter_is_reading = False
        if error is not None:
            getattr(self._response, _ATTRIBUTE).broke(error)
