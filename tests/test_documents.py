"""The documents: their links, anchors, commands and paths lead somewhere, and those that don't are found."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


documents = load("documents")
DOCUMENTS = documents.documents(ROOT)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout with one document and what it may name."""
    (tmp_path / "package.json").write_text('{"scripts": {"watch": "tsc"}}')
    for name in ("scripts/test.py", "docs/guide.md", "tests/test_it.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            "# A guide\n\n## What's `new`?\n\n## What's new\n\n## 限额、提醒\n", encoding="utf-8"
        )
    return tmp_path


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS])
def test_what_a_document_names_exists(path):
    assert documents.problems(path, ROOT) == []


def test_every_picture_is_in_a_document():
    assert documents.unused_pictures(ROOT) == []


def test_a_picture_that_no_document_shows_is_found(checkout):
    for name in ("shown.png", "forgotten.png"):
        (checkout / "docs" / name).write_bytes(b"")
    (checkout / "README.md").write_text("![It](docs/shown.png)", encoding="utf-8")
    assert documents.unused_pictures(checkout) == ["docs/forgotten.png: no document shows it"]


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/development/map.md"]
)
def test_the_documents_that_people_read_are_checked(name):
    assert ROOT / name in DOCUMENTS


@pytest.mark.parametrize(
    "text",
    [
        "[guide](docs/guide.md), [part](docs/guide.md#whats-new), [again](docs/guide.md#whats-new-1)",
        "[中文](docs/guide.md#限额提醒) and [self](#title)\n\n# Title",
        "[web](https://example.org/none.md) and `[code](none.md)`",
        "[ours](https://github.com/llm-meter/jupyter-llm-meter/blob/main/docs/guide.md)",
        "```\n[in code](none.md)\nnpm run watch\nA=1 python scripts/test.py --fast\n```",
        "```\npytest tests/test_it.py::test_one\n```",
        "`scripts/test.py --fast`, `docs/*.md`, `tests/<name>.py`",
    ],
)
def test_what_exists_is_accepted(checkout, text):
    document = checkout / "README.md"
    document.write_text(text, encoding="utf-8")
    assert documents.problems(document, checkout) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[guide](docs/gide.md)", "docs/gide.md leads to no file"),
        ("![picture](docs/none.png)", "docs/none.png leads to no file"),
        ("[guide](docs/guide.md#old)", "docs/guide.md#old leads to no heading"),
        ("[self](#none)", "#none leads to no heading"),
        ("[guide][1]\n\n[1]: docs/gide.md", "docs/gide.md leads to no file"),
        (
            "[ours](https://github.com/llm-meter/jupyter-llm-meter/blob/main/docs/gide.md)",
            "docs/gide.md leads to no file",
        ),
        ("```\nnpm run wach\n```", "package.json has no script wach"),
        ("```\npython scripts/tset.py --fast\n```", "scripts/tset.py doesn't exist"),
        ("```\nnpx jest src/none.spec.ts\n```", "src/none.spec.ts doesn't exist"),
        ("Run `npm run wach`.", "package.json has no script wach"),
        ("Run `pytest tests/test_that.py`.", "tests/test_that.py doesn't exist"),
        ("`docs/gide.md`", "`docs/gide.md` doesn't exist"),
        ("`docs/*.rst`", "`docs/*.rst` doesn't exist"),
    ],
)
def test_what_does_not_exist_is_found(checkout, text, problem):
    document = checkout / "README.md"
    document.write_text(text, encoding="utf-8")
    assert [found.partition(": ")[2] for found in documents.problems(document, checkout)] == [problem]
