"""The navigation of the site: the lists of links on its index pages.

An index page is a page that people read, on GitHub too. Each of its headings becomes a heading of the
navigation, and each list item that begins with a link to a page becomes an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

_INDEX = re.compile(r"(?:.*/)?index(?:\.zh-CN)?")
_HEADING = re.compile(r"## +(.+)")
_ENTRY = re.compile(r"[-*] +\[([^\]]+)\]\(([^():#]+)\.md\)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add this to a build."""
    app.connect("source-read", _add_navigation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _add_navigation(app: Sphinx, page: str, source: list[str]) -> None:
    if _INDEX.fullmatch(page):
        is_chinese = page.endswith(".zh-CN")
        for caption, entries in list(groups(source[0])):
            own = [(title, path) for title, path in entries if path.endswith(".zh-CN") == is_chinese]
            source[0] += _toctree(caption, own)


def groups(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The headings of an index page, each with the titles and paths of the pages that its list names."""
    caption, entries = "", list[tuple[str, str]]()
    for line in text.splitlines():
        if heading := _HEADING.fullmatch(line):
            yield caption, entries
            caption, entries = heading[1], []
        elif entry := _ENTRY.match(line):
            entries.append((entry[1], entry[2]))
    yield caption, entries


def _toctree(caption: str, entries: list[tuple[str, str]]) -> str:
    if not entries:
        return ""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    lines = [*options, "", *(f"{title} <{path}>" for title, path in entries)]
    return "\n\n```{toctree}\n" + "\n".join(lines) + "\n```\n"
