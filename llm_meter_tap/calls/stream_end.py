"""Detects the last event of a stream while the user's code reads it.

User code stops reading at that event, and may be killed before it asks for the end of the body.
"""

from __future__ import annotations

# A model may write the words itself, and each check reads the whole stream.
_MOST_CHECKS = 3
_LINE_END = 10


class StreamEnd:
    """Looks for the words that the last event of a stream holds, in pieces cut anywhere.

    Args:
        words: The words; any one of them is enough.
    """

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self._words = words
        self._longest = max(map(len, words), default=0)
        self._checks_left = _MOST_CHECKS if words else 0
        self._line = b""
        self._has_word = False

    def is_near(self, chunk: bytes) -> bool:
        """Whether a line that may be the last event ends with this piece; at most three times a stream."""
        if not self._checks_left:
            return False
        if self._line:
            chunk = self._line + chunk
        for word in self._words:
            if word in chunk:
                self._has_word = True
                break
        if chunk[-1] != _LINE_END:
            self._line = chunk[-self._longest :]
            return False
        if self._line:
            self._line = b""
        if not self._has_word:
            return False
        self._has_word = False
        self._checks_left -= 1
        return True
