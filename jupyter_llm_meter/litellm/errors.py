"""The errors of the plugin; the messages are for those who call the proxy or configure it."""

from __future__ import annotations


class GatewayError(Exception):
    """An error of this package."""


class GatewayConfigError(GatewayError, ValueError):
    """A variable is missing or wrong; the message says what to set."""


class CallRefused(GatewayError):
    """A hard limit refuses a call; nothing was sent to the provider.

    Args:
        message: Why: what is used, the limit, and when it resets.
        limit_id: The limit.
    """

    def __init__(self, message: str, limit_id: str | None) -> None:
        super().__init__(message)
        self.limit_id = limit_id


class HubUnreachable(GatewayError):
    """The hub's service did not answer, and calls are blocked meanwhile."""


class NameTaken(GatewayError):
    """A request has the call id of an earlier one."""
