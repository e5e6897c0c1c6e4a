"""The documentation site: both languages build without a warning, and a link that leads nowhere is found."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "scripts" / "build_site.py"
PAGES = {
    "index.md": "# Home\n\n[中文](index.zh-CN.md)\n\n## Guides\n\n- [Guide](guide.md): how to\n",
    "index.zh-CN.md": "# 首页\n\n[English](index.md)\n\n## 指南\n\n- [指南](guide.zh-CN.md)：怎么做\n",
    "guide.md": "# Guide\n\n[中文](guide.zh-CN.md#限额), [MIT](../LICENSE)\n\n## Set a limit\n",
    "guide.zh-CN.md": (
        "# 指南\n\n[English](guide.md#set-a-limit)、[首页](index.zh-CN.md#指南)\n\n"
        "## 限额\n\n先设置限额，\n再运行。\n"
    ),
}

# What is added to which page, and what the build says to it.
WRONG = [
    ("guide.md", "[gone](gone.md)", "gone.md"),
    ("guide.md", "[gone](../GONE.txt)", "GONE.txt"),
    ("guide.md", "![gone](gone.png)", "gone.png"),
    ("guide.md", "[part](index.md#gone-part)", "gone-part"),
    ("guide.zh-CN.md", "[part](#没有)", "没有"),
    ("guide.zh-CN.md", "[part](guide.md#gone-too)", "guide.html#gone-too leads to no anchor"),
    ("more.md", "# More", "more.md: WARNING: document isn't included in any toctree"),
]


class Built(NamedTuple):
    """What came of a build."""

    code: int
    output: str
    site: Path

    def page(self, path: str) -> str:
        """The text of a page or file of the site."""
        return (self.site / path).read_text("utf-8")


def run(*words: object, python: tuple[str, ...] = (sys.executable,)) -> tuple[int, str]:
    """Exit code and output of the script."""
    command = [*python, str(PROGRAM), *map(str, words)]
    # Chinese, whatever the code page of Windows is.
    env = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, env=env, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout


def write_docs(folder: Path) -> Path:
    """Write a small site with two pages in each language, and its project around it; returns its pages."""
    docs = folder / "docs"
    shutil.copytree(ROOT / "docs" / "_site", docs / "_site")
    shutil.copy(ROOT / "docs" / "conf.py", docs)
    (folder / "LICENSE").write_text("A licence")
    for name, text in PAGES.items():
        (docs / name).write_text(text, encoding="utf-8")
    return docs


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small site."""
    folder = tmp_path_factory.mktemp("small")
    return Built(*run("--source", write_docs(folder), "--output", folder / "site"), folder / "site")


@pytest.fixture(scope="module")
def built_wrong(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small site with everything in it that is wrong."""
    folder = tmp_path_factory.mktemp("wrong")
    docs = write_docs(folder)
    for page, text, _ in WRONG:
        with (docs / page).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
    return Built(*run("--source", docs, "--output", folder / "site"), folder / "site")


def test_the_site_builds_without_a_warning_and_every_link_leads_somewhere(tmp_path):
    code, output = run("--output", tmp_path / "site")
    assert code == 0, output
    for page in ("index.html", "en/tutorial.html", "zh-CN/tutorial.zh-CN.html", "en/reference/rest.html"):
        assert (tmp_path / "site" / page).is_file()


def test_links_lead_to_the_other_language_and_to_the_source(built):
    assert built.code == 0, built.output
    english, chinese = built.page("en/guide.html"), built.page("zh-CN/guide.zh-CN.html")
    assert 'href="../zh-CN/guide.zh-CN.html#限额"' in english
    assert 'href="https://github.com/llm-meter/jupyter-llm-meter/blob/main/LICENSE"' in english
    assert 'href="../en/guide.html#set-a-limit"' in chinese


def test_the_lists_of_the_first_page_are_the_navigation_in_its_language(built):
    page = built.page("zh-CN/guide.zh-CN.html")
    tree = page.partition('class="sidebar-tree"')[2].partition("</aside>")[0]
    assert "指南" in tree
    assert "Guide" not in tree
    assert 'lang="zh-CN"' in page.partition(">")[0] + page.partition("<html")[2].partition(">")[0]
    assert "本页内容" in page


def test_lines_of_a_paragraph_in_chinese_are_joined_without_a_space(built):
    assert "先设置限额，再运行。" in built.page("zh-CN/guide.zh-CN.html")


def test_chinese_is_found_by_two_characters(built):
    index = built.page("zh-CN/searchindex.js").removeprefix("Search.setIndex(").removesuffix(")")
    terms = json.loads(index)
    assert {"设置", "置限", "限额"} <= {*terms["terms"], *terms["titleterms"]}
    assert "splitQuery" in built.page("zh-CN/_static/language_data.js")


@pytest.mark.parametrize("problem", [problem for _, _, problem in WRONG])
def test_what_leads_nowhere_is_found(built_wrong, problem):
    assert built_wrong.code == 1
    assert problem in built_wrong.output


def test_without_sphinx_the_script_says_what_to_install(tmp_path):
    code, output = run("--output", tmp_path / "site", python=(sys.executable, "-I", "-S"))
    assert code == 1
    assert "pip install --group docs" in output
    assert "sphinx" in output
