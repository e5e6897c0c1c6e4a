"""The errors in a service's input: one small tree under `ServiceError`."""

from __future__ import annotations


class ServiceError(Exception):
    """The service cannot work like this; the message says why and what is allowed."""


class ArgumentError(ServiceError, ValueError):
    """An argument of a request that cannot be used; the message names it and what is allowed."""


class ConfigError(ServiceError, ValueError):
    """A setting that cannot be used; the message names it and what is allowed."""
