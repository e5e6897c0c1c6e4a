"""The errors of counting tokens: one small tree under `TokenizerError`."""

from __future__ import annotations

from jupyter_llm_meter.core.explanation import ExplainedError


class TokenizerError(Exception):
    """A text that cannot be counted."""


class UnknownTokenizer(TokenizerError, ValueError):
    """The named encoding is not one of those shipped."""


class RanksMissing(ExplainedError, TokenizerError):
    """A rank file is missing, or is not the one that tiktoken expects."""
