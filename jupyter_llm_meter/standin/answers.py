"""The canned answers: which one a question gets, cut to what was allowed, in the pieces it is streamed in.

Pure: the same question gives the same answer on every machine. Counts are the tokenizer's own, never a guess.
"""

from __future__ import annotations

import hashlib
import math
import re
from pathlib import Path
from typing import NamedTuple

from jupyter_llm_meter.tokenizers import count

_ANSWERS = Path(__file__).with_name("answers.txt").read_text("utf-8").splitlines()

_CHINESE = re.compile("[\u4e00-\u9fff]")
_PIECE = re.compile(r"\s*\S{1,6}")


class Answer(NamedTuple):
    """An answer ready to be sent.

    Attributes:
        pieces: the text in the pieces a stream sends, in order.
        input_tokens: tokens of the question, counted.
        output_tokens: tokens of the answer, counted.
        is_cut: whether the caller's bound on the output cut it short.
    """

    pieces: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    is_cut: bool

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)


def answer(question: tuple[str, ...], model: str, max_tokens: int | None = None) -> Answer:
    """Choose the answer to a question.

    Args:
        question: every text of the request.
        model: the model asked for, whose tokenizer counts.
        max_tokens: the most tokens the answer may have; None for no bound.
    """
    chosen = _chosen("\0".join(question))
    whole = tuple(_PIECE.findall(chosen))
    pieces = whole if max_tokens is None else _longest(whole, model, max_tokens)
    text = "".join(pieces)
    input_tokens = sum(count(part, model).tokens for part in question)
    return Answer(pieces, input_tokens, count(text, model).tokens, len(pieces) < len(whole))


def vector(text: str, dimensions: int) -> list[float]:
    """A unit vector that depends on nothing but the text; it carries no meaning."""
    seed = hashlib.shake_256(text.encode()).digest(2 * dimensions)
    raw = [int.from_bytes(seed[at : at + 2], "big") / 32767.5 - 1 for at in range(0, len(seed), 2)]
    length = math.sqrt(sum(value * value for value in raw))
    return [round(value / length, 8) for value in raw]


def _chosen(question: str) -> str:
    is_chinese = bool(_CHINESE.search(question))
    fitting = [text for text in _ANSWERS if bool(_CHINESE.search(text)) == is_chinese]
    return fitting[hashlib.sha256(question.encode()).digest()[0] % len(fitting)]


def _longest(pieces: tuple[str, ...], model: str, max_tokens: int) -> tuple[str, ...]:
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if count("".join(pieces[:middle]), model).tokens <= max_tokens:
            low = middle
        else:
            high = middle - 1
    return pieces[:low]
