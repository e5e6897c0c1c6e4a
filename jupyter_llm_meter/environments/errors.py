"""The errors of other Python environments: one small tree under `EnvironmentsError`."""

from __future__ import annotations

from jupyter_llm_meter.core.explanation import ExplainedError


class EnvironmentsError(Exception):
    """Another Python environment cannot be used; the message says why."""


class InterpreterError(ExplainedError, EnvironmentsError):
    """A Python that cannot be started or does not answer."""


class TapCopyError(EnvironmentsError):
    """The tap cannot be installed or removed; the message says why and what to do."""
