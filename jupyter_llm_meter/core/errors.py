"""The errors of settings: one small tree under `SettingError`."""

from __future__ import annotations

from jupyter_llm_meter.core.explanation import ExplainedError


class SettingError(ExplainedError, ValueError):
    """A setting that cannot be used; the message names it and says what is allowed."""


class LimitError(SettingError):
    """A limit that cannot be used; the message names the field, what was given and what is allowed."""


class PriceTableError(SettingError):
    """A table of prices that cannot be used; the message names the file, the entry and what is wrong."""
