"""The events of one request that a transport reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from llm_meter_tap.calls.body_buffer import KeptBody
    from llm_meter_tap.calls.stream_end import StreamEnd


class PlainPieces(NamedTuple):
    """Most pieces of a stream need nothing but to be kept, and a call for each of them shows.

    A piece may be kept by its transport if it is not the first one, ends with a line, does not hold `word`,
    and the piece before ended with a line. It goes into `body.head` as long as there is room.

    Attributes:
        body: What is kept.
        end: Its `line` is not empty after a piece that did not end with a line.
        word: What the last event of the stream holds.
    """

    body: KeptBody
    end: StreamEnd
    word: bytes


class Observer(Protocol):
    """Follows one request from the moment before it leaves until its response is read.

    A transport calls every method in the user's thread. Only `admit` and `admit_async` raise, and only
    `LimitExceeded`.
    """

    def admit(self) -> None:
        """Check the hard limits, then record that the request leaves.

        Raises:
            LimitExceeded: A hard limit refuses the call; nothing may be sent.
        """

    async def admit_async(self) -> None:
        """Do what `admit` does without blocking the event loop."""

    def failed(self, error: BaseException, is_sent: bool) -> None:
        """No response came.

        Args:
            error: The exception that the library raised.
            is_sent: Whether a byte of the request may have reached the network.
        """

    def unsent(self) -> None:
        """A mock answered; nothing reached the network."""

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        """The head of the response arrived.

        Args:
            status: The HTTP status.
            headers: Names in lower case.
        """

    def feed(self, chunk: bytes, is_decoded: bool = False) -> None:
        """A piece of the body arrived.

        Args:
            chunk: The piece.
            is_decoded: Whether its content encoding is already undone.
        """

    def plain_pieces(self) -> PlainPieces | None:
        """Return what a transport needs to keep most pieces of a stream itself; None where it feeds each."""

    def ended(self) -> None:
        """The body is complete."""

    def broke(self, error: BaseException) -> None:
        """Reading the body raised `error`: the connection broke, or user code was stopped."""

    def released(self) -> None:
        """Nothing more will be read: the response was closed or freed, or the interpreter exits."""
