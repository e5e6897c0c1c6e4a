"""Counts tokens with the user's own tiktoken when no service answers.

tiktoken would download a rank file that it does not find. So a file is used only if it lies in tiktoken's
cache with the right checksum; nothing is downloaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from typing import NamedTuple


class _Ranks(NamedTuple):
    """Where tiktoken keeps a rank file, and what it must be.

    Attributes:
        cached_as: Its name in the cache, the SHA-1 of the address it was fetched from (`tiktoken.load`).
        sha256: Its checksum (`tiktoken_ext.openai_public`).
    """

    cached_as: str
    sha256: str


_RANKS = {
    "o200k_base": _Ranks(
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": _Ranks(
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
# The vocabulary nearest to a model that is not public.
_NEAREST = "o200k_base"
# tiktoken panics on a million blanks; pieces of this many characters cost at most one token each.
_PIECE = 100_000


def count_offline(text: str, model: str | None, tokenizer: str | None) -> tuple[int, str] | None:
    """Count with tiktoken, if it is installed and has its rank file.

    Args:
        text: The text.
        model: Count as this model does.
        tokenizer: The name of an encoding; goes before `model`.

    Returns:
        The tokens and the encoding's name; None when it cannot be done without a network.
    """
    if importlib.util.find_spec("tiktoken") is None:
        return None
    import tiktoken

    name = tokenizer or _encoding_of(tiktoken, model)
    if not _has_ranks(name):
        return None
    encoding = tiktoken.get_encoding(name)
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return sum(len(encoding.encode_ordinary(piece)) for piece in pieces), name


def _encoding_of(tiktoken: object, model: str | None) -> str:
    try:
        name: str = tiktoken.encoding_name_for_model(model)  # type: ignore[attr-defined]
    except (KeyError, AttributeError):
        return _NEAREST
    return name


def _has_ranks(name: str) -> bool:
    ranks = _RANKS.get(name)
    if ranks is None:
        return False
    environ = os.environ.get
    default = os.path.join(tempfile.gettempdir(), "data-gym-cache")
    folder = environ("TIKTOKEN_CACHE_DIR", environ("DATA_GYM_CACHE_DIR", default))
    try:
        with open(os.path.join(folder, ranks.cached_as), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest() == ranks.sha256
    except OSError:
        return False
