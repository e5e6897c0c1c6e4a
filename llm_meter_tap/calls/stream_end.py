"""Detects the last event of a stream while the user's code reads it.

User code stops reading at that event, and may be killed before it asks for the end of the body.
"""

from __future__ import annotations

# A model may write the words itself, and each check reads the whole stream.
_MOST_CHECKS = 3
LINE_END = 10
"""The byte with which a line ends."""


class StreamEnd:
    """Looks for the words that the last event of a stream holds, in pieces cut anywhere.

    Args:
        words: The words; any one of them is enough.

    Attributes:
        words: The same.
        line: The end of a line that was cut; empty where the last piece ended with a line. While it is empty,
            `is_near` need not be asked of a piece that ends with a line and has none of the words.
    """

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self.words = words
        self.line = b""
        self._longest = max(map(len, words), default=0)
        self._checks_left = _MOST_CHECKS if words else 0
        self._has_word = False

    def is_near(self, chunk: bytes) -> bool:
        """Whether a line that may be the last event ends with this piece; at most three times a stream."""
        if not self._checks_left:
            return False
        if self.line:
            chunk = self.line + chunk
        if any(word in chunk for word in self.words):
            self._has_word = True
        if chunk[-1] != LINE_END:
            self.line = chunk[-self._longest :]
            return False
        self.line = b""
        if not self._has_word:
            return False
        self._has_word = False
        self._checks_left -= 1
        return True
