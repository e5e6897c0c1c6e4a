"""Counting tokens: exact where the vocabulary is public, else by the nearest one, and said so.

The encoding is chosen by the model, and the time for hostile text is bounded. The rank files lie beside this
module (``ranks/``, made at build time by ``scripts/build-ranks.mjs``); nothing is ever downloaded. Text is
held in memory for the length of one call and kept nowhere.
"""

from __future__ import annotations

from typing import NamedTuple

import tiktoken

from jupyter_llm_meter.tokenizers.encodings import (
    DEFAULT_ENCODING,
    ENCODINGS,
    encoding,
    encoding_name,
)
from jupyter_llm_meter.tokenizers.errors import RanksMissing, UnknownTokenizer
from jupyter_llm_meter.tokenizers.pieces import pieces

__all__ = ["DEFAULT_ENCODING", "ENCODINGS", "Count", "RanksMissing", "UnknownTokenizer", "count"]


class Count(NamedTuple):
    """How many tokens a text has, and how that was found out.

    Attributes:
        tokens: the number of tokens of the text alone, without the few that a chat template adds a message.
        tokenizer: name of the encoding used, as tiktoken names it.
        exact: whether the provider documents this encoding for the model (or the caller named it).
    """

    tokens: int
    tokenizer: str
    exact: bool


def count(text: str, model: str | None = None, tokenizer: str | None = None) -> Count:
    """Count the tokens of ``text``; special tokens written out in it count as ordinary text.

    Args:
        text: any text; the time taken is near-linear in its length whatever it holds.
        model: the model that will read it, to choose the encoding.
        tokenizer: an encoding by name (``o200k_base``, ``cl100k_base``), which wins over ``model``.

    Raises:
        UnknownTokenizer: ``tokenizer`` is not one of those shipped.
        RanksMissing: the installation lacks its rank files or they are damaged.
    """
    name, exact = (tokenizer, True) if tokenizer is not None else encoding_name(model)
    table: tiktoken.Encoding = encoding(name)
    return Count(sum(len(table.encode_ordinary(piece)) for piece in pieces(text)), name, exact)
