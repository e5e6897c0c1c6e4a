"""Finds the encoding of a model, and loads it from the rank files shipped beside this module.

tiktoken never downloads here. It would do so if its cache folder lacked a file or had a damaged one, so both
are checked first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import tiktoken

from jupyter_llm_meter.tokenizers.errors import RanksMissing, UnknownTokenizer

RANKS = Path(__file__).parent / "ranks"
DEFAULT_ENCODING = "o200k_base"
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"
_loading = Lock()


class _Ranks(NamedTuple):
    """A rank file: its name in tiktoken's cache folder and the sha256 of tiktoken_ext/openai_public.py."""

    file: str
    digest: str


ENCODINGS = {
    "cl100k_base": _Ranks(
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "o200k_base": _Ranks(
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}


def encoding_name(model: str | None) -> tuple[str, bool]:
    """Return the encoding for ``model`` and whether it is the model's own by tiktoken's table.

    A gateway's vendor prefix (``openai/gpt-5``) is set aside. Any other model gets the default encoding, as
    the nearest.
    """
    try:
        name = tiktoken.encoding_name_for_model((model or "").rpartition("/")[2])
    except KeyError:
        return DEFAULT_ENCODING, False
    if name == "o200k_harmony":  # the same ranks and pattern, with other special tokens
        return "o200k_base", True
    return (name, True) if name in ENCODINGS else ("cl100k_base", False)


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """Load an encoding; half a second the first time.

    Raises:
        UnknownTokenizer: ``name`` is not in ``ENCODINGS``.
        RanksMissing: its rank file is missing or damaged.
    """
    ranks = ENCODINGS.get(name)
    if ranks is None:
        raise UnknownTokenizer(f"tokenizer {name!r} is not known; use one of {', '.join(sorted(ENCODINGS))}")
    _check(name, ranks)
    with _loading, _cache_folder(RANKS):
        return tiktoken.get_encoding(name)


def _check(name: str, ranks: _Ranks) -> None:
    try:
        digest = sha256((RANKS / ranks.file).read_bytes()).hexdigest()
    except OSError as error:
        raise RanksMissing("ranks-unreadable", name=name, error=str(error)) from error
    if digest != ranks.digest:
        raise RanksMissing("ranks-damaged", name=name)


@contextmanager
def _cache_folder(folder: Path) -> Iterator[None]:
    # tiktoken reads the variable when it loads an encoding; kernels must not inherit it, so it goes at once.
    before = os.environ.get(_CACHE_VARIABLE)
    os.environ[_CACHE_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CACHE_VARIABLE]
        else:
            os.environ[_CACHE_VARIABLE] = before
