"""Build the documentation site from ``docs/`` in English and Chinese, and check every link in it.

    python -m pip install --group docs
    python scripts/build_site.py

A warning of Sphinx is an error. Then each link and picture of the built pages has to lead to a file and each
anchor to an element; nothing is fetched from the network. The site is ``.work/site/index.html``.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".work"
NEEDED = ("sphinx", "myst_parser", "furo")
# Folder of the site, tag of docs/conf.py, first page.
LANGUAGES = (("en", "en", "index.html"), ("zh-CN", "zh_CN", "index.zh-CN.html"))
_FIRST_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>LLM Meter</title>\n'
    "<script>\n"
    'const isChinese = navigator.language.toLowerCase().startsWith("zh");\n'
    'location.replace(isChinese ? "zh-CN/index.zh-CN.html" : "en/index.html");\n'
    "</script>\n"
    '<p><a href="en/index.html">English</a> · <a href="zh-CN/index.zh-CN.html">中文</a></p></html>\n'
)


def main() -> int:
    """Build and check; returns 1 when there is a problem."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, default=ROOT / "docs", help="folder of the pages")
    parser.add_argument("--output", type=Path, default=WORK / "site", help="folder that is replaced")
    options = parser.parse_args()
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"build_site.py: {', '.join(missing)} not found in {sys.executable}.")
        print("Install what the site needs: python -m pip install --group docs")
        return 1
    shutil.rmtree(options.output, ignore_errors=True)
    is_built = build(options.source, options.output)
    found = problems(options.output)
    print(*found, sep="\n", end="\n" if found else "")
    pages = len(list(options.output.rglob("*.html")))
    warnings = "no warning" if is_built else "Sphinx warns above"
    print(f"{pages} pages in {options.output}, {warnings}, {len(found)} wrong links")
    return 0 if is_built and not found else 1


def build(source: Path, output: Path) -> bool:
    """Build both languages at the same time; returns whether Sphinx found nothing to complain about."""
    options = ["-b", "html", "-W", "--keep-going", "-n", "-q", "-E"]
    builds = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "sphinx", *options, "-t", tag),
                *("-d", str(output / ".doctrees" / folder), str(source), str(output / folder)),
            ]
        )
        for folder, tag, _ in LANGUAGES
    ]
    codes = [each.wait() for each in builds]
    shutil.rmtree(output / ".doctrees", ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    (output / "index.html").write_text(_FIRST_PAGE, encoding="utf-8")
    return not any(codes)


def problems(site: Path) -> list[str]:
    """The links of a built site that lead nowhere, each as ``page: link what``."""
    pages = {path.resolve(): Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site.resolve())}: {problem}"
        for path, page in pages.items()
        for problem in _wrong_links(path, page, pages)
    ]


class Page(HTMLParser):
    """The links, pictures and anchors of a page.

    Args:
        text: The page in HTML.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the link and the anchor of an element."""
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.append(value)
            elif value and name in ("id", "name"):
                self.anchors.add(value)


def _wrong_links(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for link in dict.fromkeys(page.links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        anchor = unquote(parts.fragment)
        if not target.is_file():
            yield f"{link} leads to no file"
        elif anchor and target in pages and anchor not in pages[target].anchors:
            yield f"{link} leads to no anchor"


if __name__ == "__main__":
    sys.exit(main())
