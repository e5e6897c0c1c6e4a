"""The errors of limits, settings and raises: one small tree under `PolicyError`."""

from __future__ import annotations

from jupyter_llm_meter.core.explanation import ExplainedError


class PolicyError(ExplainedError):
    """A setting or a request that cannot be followed; the message says why and what to do."""


class SettingsError(PolicyError):
    """The settings cannot be read; the message says which file and what to do."""


class RaiseError(PolicyError, ValueError):
    """A raise that is not valid; the message names the field and what is allowed."""


class RaiseNotAllowed(PolicyError):
    """A raise that this user may not make."""
