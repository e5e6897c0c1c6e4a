"""Decodes the headers of a message as they are on the wire."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def decoded(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by their names in lower case; of a name that comes twice the last one.

    Args:
        raw: Names and values.
    """
    words = b"\n".join(chain.from_iterable(raw)).decode("latin-1").split("\n")
    if len(words) == 2 * len(raw):
        return dict(zip(map(str.lower, words[::2]), words[1::2]))  # noqa: B905 - not in 3.8
    # There are none, or one has a line break, which the library has yet to refuse.
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
