"""How Sphinx builds the documentation site; ``python scripts/site.py`` starts it, once for each language."""

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER / "_site"))

# scripts/site.py gives the tag `zh_CN` to the build in Chinese.
_IS_CHINESE = tags.has("zh_CN")  # type: ignore[name-defined]  # noqa: F821
_CHINESE_PAGES = "**.zh-CN.md"

project = "LLM Meter"
author = "LLM Meter developers"
project_copyright = author
language = "zh_CN" if _IS_CHINESE else "en"
root_doc = "index.zh-CN" if _IS_CHINESE else "index"
include_patterns = [_CHINESE_PAGES] if _IS_CHINESE else ["**.md"]
exclude_patterns = ["_site/**", "demo/**", *([] if _IS_CHINESE else [_CHINESE_PAGES])]

extensions = ["myst_parser", "page_links", "navigation", "chinese_lines", "chinese_search"]
source_suffix = {".md": "markdown"}
# Anchors as GitHub makes them.
myst_heading_anchors = 6
locale_dirs = ["_site/locale"]
# A code block without a language is a command or a message.
highlight_language = "none"
# Texts have quotes in their examples of Python and JSON.
smartquotes = False

html_theme = "furo"
html_title = "LLM Meter 文档" if _IS_CHINESE else "LLM Meter"
html_static_path = ["_site/static"]
templates_path = ["_site/templates"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
# Fonts of the reader's system only: the site also works where there is no network.
_SANS = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', sans-serif"
)
html_theme_options = {
    "light_css_variables": {"font-stack": _SANS},
    "dark_css_variables": {"font-stack": _SANS},
    "source_repository": "https://github.com/llm-meter/jupyter-llm-meter/",
    "source_branch": "main",
    "source_directory": "docs/",
}
