"""Cutting hostile text so that tiktoken's time and stack stay bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLANKS = 100_000
_LONG_BLANKS = re.compile(rf"\s{{{_BLANKS}}}")


def pieces(text: str) -> Iterator[str]:
    r"""Yield ``text`` in order, cut only inside runs of more than 100,000 blanks.

    tiktoken 0.14 panics (a ``BaseException``) on a run of a million blanks, because the clause ``\s+(?!\S)``
    of its patterns backtracks; a hundred thousand are fine. Other long runs are linear since tiktoken 0.13.
    A cut can change the count by a token.
    """
    start = 0
    for match in _LONG_BLANKS.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    if start < len(text):
        yield text[start:]
