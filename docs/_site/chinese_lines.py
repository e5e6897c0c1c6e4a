"""Joins the lines of a paragraph in Chinese: its source has line breaks, but the language has no spaces."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

# Chinese characters and the punctuation beside them.
_CHINESE = re.compile(r"[\u2014\u2018-\u201d\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add this to a build."""
    app.connect("doctree-read", _join_lines)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _join_lines(_app: Sphinx, doctree: nodes.document) -> None:
    for paragraph in doctree.findall(nodes.TextElement):
        if isinstance(paragraph, nodes.FixedTextElement | nodes.literal):
            continue
        pieces = list(paragraph.findall(nodes.Text))
        for before, piece, after in zip(pieces, pieces[1:], pieces[2:], strict=False):
            is_between = _CHINESE.match(before[-1:]) and _CHINESE.match(after[:1])
            if piece == "\n" and is_between and piece.parent is not None:
                piece.parent.remove(piece)
