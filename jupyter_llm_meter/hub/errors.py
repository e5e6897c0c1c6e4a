"""The errors of the hub's service and of its clients."""

from __future__ import annotations


class HubError(Exception):
    """An error of this package."""


class HubConfigError(HubError, ValueError):
    """The configuration of the hub's service is not valid; the message says what is allowed."""


class NotAllowed(HubError):
    """Somebody asks for what they may not see; the message says what they may ask for."""


class HubAway(HubError):
    """The hub's service cannot be reached, or cannot answer now; it is worth trying again."""


class HubRefused(HubError):
    """The hub's service does not accept this user's token, or what was sent.

    Args:
        message: What it says.
        answer: Its whole answer.
    """

    def __init__(self, message: str, answer: dict[str, object]) -> None:
        super().__init__(message)
        self.answer = answer
