"""The events of one request that a transport reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


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

    def ended(self) -> None:
        """The body is complete."""

    def broke(self, error: BaseException) -> None:
        """Reading the body raised `error`: the connection broke, or user code was stopped."""

    def released(self) -> None:
        """Nothing more will be read: the response was closed or freed, or the interpreter exits."""
