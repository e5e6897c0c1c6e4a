"""Links that lead out of one language of the site.

The pages are written to be read on GitHub, where all languages and the source lie in one tree. In the site, a
link to a page of the other language leads to the other half of the site, and a link to a file outside of
``docs`` leads to GitHub.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference, pending_xref
from sphinx.application import Sphinx

ON_GITHUB = "https://github.com/llm-meter/jupyter-llm-meter/blob/main/"
ENGLISH, CHINESE = "en", "zh-CN"
_CHINESE_ENDING = ".zh-CN"


def setup(app: Sphinx) -> dict[str, bool]:
    """Add this to a build."""
    app.connect("doctree-read", _resolve_links)
    app.connect("html-page-context", _add_other_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def site_path(docname: str) -> str:
    """Where the site has a page, from the folder that holds both languages."""
    language = CHINESE if docname.endswith(_CHINESE_ENDING) else ENGLISH
    return f"{language}/{docname}.html"


def _resolve_links(app: Sphinx, doctree: nodes.document) -> None:
    page = app.env.docname
    for link in list(doctree.findall(pending_xref)):
        # Other links to a file of a page are an error, which MyST reports.
        if link.get("refdomain") == "doc" and link["reftarget"] not in app.env.found_docs:
            file = Path(app.srcdir, f"{link['reftarget']}.md")
            _lead_to(link, _address(file, page, app), link.get("reftargetid"))
    for link in list(doctree.findall(download_reference)):
        file = Path(app.srcdir, posixpath.dirname(page), link["reftarget"])
        if not file.resolve().is_relative_to(app.srcdir):
            _lead_to(link, _address(file, page, app), None)


def _address(file: Path, page: str, app: Sphinx) -> str | None:
    """The address of a file, from a page; None if the file doesn't exist."""
    file = file.resolve()
    if not file.is_file():
        return None
    if file.is_relative_to(app.srcdir):
        docname = file.relative_to(app.srcdir).with_suffix("").as_posix()
        return posixpath.relpath(site_path(docname), posixpath.dirname(site_path(page)))
    root = Path(app.srcdir).parent
    return ON_GITHUB + file.relative_to(root).as_posix() if file.is_relative_to(root) else None


def _lead_to(link: nodes.Element, address: str | None, anchor: str | None) -> None:
    if address is None:
        return
    target = f"{address}#{anchor}" if anchor else address
    link.replace_self(nodes.reference("", "", *link.children, refuri=target))


def _add_other_language(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """Give the templates the address of this page in the other language, or else of the first page there."""
    is_chinese = page.endswith(_CHINESE_ENDING)
    english = page.removesuffix(_CHINESE_ENDING)
    twin = english if app.config.language != "en" else f"{english}{_CHINESE_ENDING}"
    if not Path(app.srcdir, f"{twin}.md").is_file():
        twin = "index" if app.config.language != "en" else f"index{_CHINESE_ENDING}"
    own = page if is_chinese or app.config.language == "en" else f"{page}{_CHINESE_ENDING}"
    context["other_language"] = posixpath.relpath(site_path(twin), posixpath.dirname(site_path(own)))
