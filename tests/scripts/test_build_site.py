"""The documentation site: both languages build without a warning, and a link that leads nowhere is found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "scripts" / "build_site.py"
PAGES = {
    "index.md": "# Home\n\n[中文](index.zh-CN.md)\n\n## Guides\n\n- [Guide](guide.md): how to\n",
    "index.zh-CN.md": "# 首页\n\n[English](index.md)\n\n## 指南\n\n- [指南](guide.zh-CN.md)：怎么做\n",
    "guide.md": "# Guide\n\n[中文](guide.zh-CN.md#限额), [MIT](../LICENSE)\n\n## Set a limit\n",
    "guide.zh-CN.md": "# 指南\n\n[English](guide.md#set-a-limit)、[首页](index.zh-CN.md#指南)\n\n## 限额\n",
}


def run(*words: object, python: tuple[str, ...] = (sys.executable,)) -> tuple[int, str]:
    """Exit code and output of the script."""
    command = [*python, str(PROGRAM), *map(str, words)]
    done = subprocess.run(command, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """The folder of a small site with two pages in each language, and its project around it."""
    folder = tmp_path / "docs"
    shutil.copytree(ROOT / "docs" / "_site", folder / "_site")
    shutil.copy(ROOT / "docs" / "conf.py", folder)
    (tmp_path / "LICENSE").write_text("A licence")
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def build(docs: Path, tmp_path: Path):
    """Build the small site; returns the exit code and the output."""
    return lambda: run("--source", docs, "--output", tmp_path / "site")


def test_the_site_builds_without_a_warning_and_every_link_leads_somewhere(tmp_path):
    code, output = run("--output", tmp_path / "site")
    assert code == 0, output
    for page in ("index.html", "en/tutorial.html", "zh-CN/tutorial.zh-CN.html", "en/reference/rest.html"):
        assert (tmp_path / "site" / page).is_file()


def test_links_lead_to_the_other_language_and_to_the_source(build, tmp_path):
    code, output = build()
    assert code == 0, output
    english = (tmp_path / "site" / "en" / "guide.html").read_text("utf-8")
    chinese = (tmp_path / "site" / "zh-CN" / "guide.zh-CN.html").read_text("utf-8")
    assert 'href="../zh-CN/guide.zh-CN.html#限额"' in english
    assert 'href="https://github.com/llm-meter/jupyter-llm-meter/blob/main/LICENSE"' in english
    assert 'href="../en/guide.html#set-a-limit"' in chinese
    assert '<html class="no-js" lang="zh-CN"' in chinese


def test_the_lists_of_the_first_page_are_the_navigation(build, tmp_path):
    build()
    page = (tmp_path / "site" / "zh-CN" / "guide.zh-CN.html").read_text("utf-8")
    tree = page.partition('class="sidebar-tree"')[2].partition("</aside>")[0]
    assert "指南" in tree
    assert "Guide" not in tree


@pytest.mark.parametrize(
    ("page", "text", "problem"),
    [
        ("guide.md", "[gone](gone.md)", "gone.md"),
        ("guide.md", "[gone](../GONE.md)", "GONE.md"),
        ("guide.md", "![gone](gone.png)", "gone.png"),
        ("guide.md", "[part](index.md#gone)", "gone"),
        ("guide.zh-CN.md", "[part](#没有)", "没有"),
        ("guide.zh-CN.md", "[part](guide.md#gone)", "guide.html#gone leads to no anchor"),
        ("more.md", "# More", "isn't included in any toctree"),
    ],
)
def test_what_leads_nowhere_is_found(docs, build, page, text, problem):
    with (docs / page).open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")
    code, output = build()
    assert code == 1
    assert problem in output


def test_chinese_is_found_by_two_characters(build, tmp_path):
    build()
    index = (tmp_path / "site" / "zh-CN" / "searchindex.js").read_text("utf-8")
    assert "限额" in index


def test_without_sphinx_the_script_says_what_to_install(tmp_path):
    code, output = run("--output", tmp_path / "site", python=(sys.executable, "-I", "-S"))
    assert code == 1
    assert "pip install --group docs" in output
    assert "sphinx" in output
