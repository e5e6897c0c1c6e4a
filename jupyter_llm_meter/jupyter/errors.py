"""The errors of requests to the REST routes: one small tree under `RouteError`."""

from __future__ import annotations


class RouteError(Exception):
    """A request that is answered with a refusal; the message says why and what is allowed."""


class FormatUnavailable(RouteError):
    """An export format that this installation cannot write; the message says what is missing."""


class UnknownRoute(RouteError, LookupError):
    """No route has this path."""
