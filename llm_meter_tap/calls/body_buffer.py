"""Keeps the bytes of a response, by reference and up to a bound, until the call settles."""

from __future__ import annotations

from collections import deque

# 2,048 embeddings of 1,536 dimensions are 17 MB in base64, with the usage at the very end.
_HEAD = 24 * 1024 * 1024
_TAIL = 8 * 1024 * 1024


class KeptBody:
    """The head and tail of a body; the whole body up to 32 MiB.

    Attributes:
        is_cut: Bytes are missing between head and tail.
        head: The pieces of the head.
        room: How many bytes more the head takes.
    """

    def __init__(self) -> None:
        self.is_cut = False
        self.head: list[bytes] = []
        self._tail: deque[bytes] | None = None  # few bodies are that long
        self.room = _HEAD
        self._tail_size = 0

    def append(self, chunk: bytes) -> None:
        """Keep one chunk as it came."""
        if self.room > 0:
            self.head.append(chunk)
            self.room -= len(chunk)
            return
        if self._tail is None:
            self._tail = deque()
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        while self._tail_size - len(self._tail[0]) >= _TAIL:
            self._tail_size -= len(self._tail.popleft())
            self.is_cut = True

    @property
    def pieces(self) -> int:
        """The number of pieces that are kept."""
        return len(self.head) + (0 if self._tail is None else len(self._tail))

    def joined(self) -> bytes:
        """Return what was kept, in one piece."""
        if self._tail is None:
            return self.head[0] if len(self.head) == 1 else b"".join(self.head)
        return b"".join((*self.head, *self._tail))

    def forget(self) -> None:
        """Release what was kept."""
        self.head, self._tail = [], None
