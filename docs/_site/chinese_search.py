"""Search in Chinese without a dictionary: a text is indexed by each pair of Chinese characters in it.

Sphinx itself finds Chinese words only with the package jieba.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

_WORD = re.compile(r"[a-z0-9_]+|[\u4e00-\u9fff]+", re.IGNORECASE)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add this to a build."""
    app.add_search_language(ChineseSearch)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class ChineseSearch(SearchLanguage):
    """Splits texts and, in the browser, what the reader enters, in the same way."""

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = """
function splitQuery(query) {
  const words = query.match(/[a-z0-9_]+|[\\u4e00-\\u9fff]+/gi) ?? [];
  return words.flatMap(word =>
    /^[\\u4e00-\\u9fff]{3,}$/.test(word)
      ? Array.from({ length: word.length - 1 }, (_, start) => word.slice(start, start + 2))
      : [word]
  );
}
"""

    def split(self, text: str) -> list[str]:
        """Split a text into words of letters and digits, and pairs of Chinese characters."""
        return [piece for word in _WORD.findall(text) for piece in _pieces(word)]

    def word_filter(self, word: str) -> bool:
        """Whether a word is indexed."""
        return len(word) > 1

    def stem(self, word: str) -> str:
        """The form in which a word is indexed."""
        return word.lower()


def _pieces(word: str) -> list[str]:
    if word[0] < "\u4e00" or len(word) < 3:
        return [word]
    return [word[start : start + 2] for start in range(len(word) - 1)]
