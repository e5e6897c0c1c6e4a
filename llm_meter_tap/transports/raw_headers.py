"""Decodes the headers of a message as they are on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def decoded(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by their names in lower case; of a name that comes twice the last one.

    Args:
        raw: Names and values.
    """
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
