"""A response's stream of bytes, observed; for the libraries whose streams are iterated and closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from llm_meter_tap.runtime.guard import PassingBy, set_passing

if TYPE_CHECKING:
    from llm_meter_tap.calls.observer import Observer


class Sending(PassingBy):
    """While a request is under way: layers inside are off, and an exception ends the call.

    Args:
        call: The request's observer.
        is_sent: Whether a byte of the request may have left when an exception was raised.
    """

    def __init__(self, call: Observer, is_sent: Callable[[BaseException], bool | None]) -> None:
        self._call = call
        self._is_sent = is_sent

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        set_passing(self._before)
        if error is not None:
            self._call.failed(error, bool(self._is_sent(error)))


def sync_stream(base: type[Any]) -> type[Any]:
    """The class of an observed stream, made of a stream and its observer; `base` is the library's own."""

    class MeteredStream(base):  # type: ignore[misc]
        """The library's own stream, observed."""

        def __init__(self, stream: Any, call: Observer) -> None:
            self._stream = stream
            self._call = call

        def __iter__(self) -> Iterator[bytes]:
            call = self._call
            feed, plain = call.feed, call.plain_pieces()
            try:
                if plain is None:
                    for chunk in self._stream:
                        feed(chunk)
                        yield chunk
                else:
                    body, end, word = plain
                    for chunk in self._stream:
                        if (
                            type(chunk) is bytes
                            and word not in chunk
                            and chunk[-1:] == b"\n"
                            and body.head
                            and not end.line
                            and body.room > 0
                        ):
                            body.head.append(chunk)
                            body.room -= len(chunk)
                        else:
                            feed(chunk)
                        yield chunk
            except GeneratorExit:
                raise
            except BaseException as error:
                call.broke(error)
                raise
            call.ended()

        def close(self) -> None:
            try:
                self._stream.close()
            finally:
                self._call.released()

    return MeteredStream


def async_stream(base: type[Any]) -> type[Any]:
    """The same for asynchronous code."""

    class MeteredAsyncStream(base):  # type: ignore[misc]
        """The library's own stream, observed."""

        def __init__(self, stream: Any, call: Observer) -> None:
            self._stream = stream
            self._call = call

        async def __aiter__(self) -> AsyncIterator[bytes]:
            call = self._call
            feed, plain = call.feed, call.plain_pieces()
            try:
                if plain is None:
                    async for chunk in self._stream:
                        feed(chunk)
                        yield chunk
                else:
                    body, end, word = plain
                    async for chunk in self._stream:
                        if (
                            type(chunk) is bytes
                            and word not in chunk
                            and chunk[-1:] == b"\n"
                            and body.head
                            and not end.line
                            and body.room > 0
                        ):
                            body.head.append(chunk)
                            body.room -= len(chunk)
                        else:
                            feed(chunk)
                        yield chunk
            except GeneratorExit:
                raise
            except BaseException as error:
                call.broke(error)
                raise
            call.ended()

        async def aclose(self) -> None:
            try:
                await self._stream.aclose()
            finally:
                self._call.released()

    return MeteredAsyncStream
