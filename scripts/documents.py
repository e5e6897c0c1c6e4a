"""Check the documents: links, anchors, and the commands and paths that they name.

    python scripts/documents.py

Reads the Markdown files that people read on GitHub. A relative link has to lead to a file, its anchor to a
heading. A command in a code block has to name an npm script, a script or a test that exists. A path in
backticks that starts with one of our folders has to exist. Uses the standard library only.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("*.md", ".github/**/*.md", "docs/**/*.md", "examples/**/*.md", "tests/**/*.md")
ON_GITHUB = "https://github.com/llm-meter/jupyter-llm-meter/blob/main/"
FOLDERS = (
    ".ci", ".github", "bench", "docs", "examples", "image", "jupyter_llm_meter", "llm_meter_tap", "schema",
    "scripts", "src", "style", "tests", "ui-tests",
)  # fmt: skip
RUNNERS = {"bash", "node", "pytest", "python", "python3"}
# What a build or a run makes is not in a fresh clone.
MADE = (
    "jupyter_llm_meter/hub/portal",
    "jupyter_llm_meter/labextension",
    "jupyter_llm_meter/tokenizers/ranks",
)

_FENCE = re.compile(r"^ *(```+|~~~+)")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^()\s<>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$")
_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")


class Line(NamedTuple):
    """One line of a document."""

    number: int
    text: str
    is_code: bool


def main() -> int:
    """Print every problem; returns 1 when there is one."""
    found = [problem for path in documents(ROOT) for problem in problems(path, ROOT)]
    found += unused_pictures(ROOT)
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(documents(ROOT))} documents, {len(found)} problems")
    return 1 if found else 0


def documents(root: Path) -> list[Path]:
    """The documents of a checkout; those of installed packages are not its own."""
    found = {path for pattern in DOCUMENTS for path in root.glob(pattern)}
    return sorted(path for path in found if "node_modules" not in path.relative_to(root).parts)


def problems(document: Path, root: Path) -> list[str]:
    """What is wrong in one document, each as ``path:line: what``."""
    scripts = json.loads((root / "package.json").read_text("utf-8"))["scripts"]
    name = document.relative_to(root).as_posix()
    found = []
    for line in lines(document):
        if line.is_code:
            wrong = list(wrong_commands(line.text, root, scripts))
        else:
            wrong = [*wrong_links(line.text, document, root), *wrong_code(line.text, root, scripts)]
        found += [f"{name}:{line.number}: {each}" for each in wrong]
    return found


def unused_pictures(root: Path) -> list[str]:
    """The pictures that no document shows, each as ``path: what``."""
    texts = [path.read_text("utf-8") for path in documents(root)]
    pictures = sorted(path.relative_to(root).as_posix() for path in (root / "docs").rglob("*.png"))
    return [
        f"{path}: no document shows it"
        for path in pictures
        if not any(path.removeprefix("docs/") in text for text in texts)
    ]


def lines(document: Path) -> Iterator[Line]:
    """The lines of a document, without those that open and close a code block."""
    fence = ""
    for number, text in enumerate(document.read_text("utf-8").splitlines(), 1):
        match = _FENCE.match(text)
        if match and (not fence or match[1].startswith(fence)):
            fence = "" if fence else match[1]
            continue
        yield Line(number, text, bool(fence))


def wrong_links(text: str, document: Path, root: Path) -> Iterator[str]:
    """The links of a line that lead to no file or no heading."""
    plain = _CODE.sub("code", text)
    for target in [*_LINK.findall(plain), *_REFERENCE.findall(plain)]:
        base = document.parent
        if target.startswith(ON_GITHUB):
            base, target = root, target[len(ON_GITHUB) :]
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (base / unquote(path)).resolve() if path else document
        if not file.exists():
            yield f"{target} leads to no file"
        elif anchor and file.suffix == ".md" and unquote(anchor) not in anchors(file):
            yield f"{target} leads to no heading"


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a document, and those set by hand."""
    found: set[str] = set()
    for line in lines(document):
        if line.is_code:
            continue
        found.update(_ANCHOR.findall(line.text))
        if heading := _HEADING.match(line.text):
            title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            repeats = (f"{slug}-{count}" for count in range(1, 1000))
            found.add(slug if slug not in found else next(each for each in repeats if each not in found))
    return found


def wrong_code(text: str, root: Path, scripts: dict[str, str]) -> Iterator[str]:
    """The paths and commands in backticks that don't exist.

    Names with a placeholder such as ``<family>`` are left out.
    """
    for code in _CODE.findall(text):
        path = code.strip().partition(" ")[0].rstrip("/")
        if re.search(r"[<>{}…]", code) or path.startswith(MADE):
            continue
        if not is_ours(path):
            yield from wrong_commands(code, root, scripts)
        elif not any(root.glob(path)) if "*" in path else not (root / path).exists():
            yield f"`{path}` doesn't exist"


def wrong_commands(text: str, root: Path, scripts: dict[str, str]) -> Iterator[str]:
    """What a command names that doesn't exist."""
    try:
        words = shlex.split(text.removeprefix("$ "), comments=True)
    except ValueError:
        return  # an answer or a program, no command
    if words[:2] == ["npm", "run"] and len(words) > 2 and words[2] not in scripts:
        yield f"package.json has no script {words[2]}"
    while words and "=" in words[0]:
        words = words[1:]
    if not words or (words[0] not in RUNNERS and words[:2] not in (["npx", "jest"], ["npx", "eslint"])):
        return
    for word in words[1:]:
        path = word.partition("::")[0]
        if is_ours(path) and not (root / path).exists():
            yield f"{path} doesn't exist"


def is_ours(path: str) -> bool:
    """Whether a path starts with one of our folders."""
    return path.startswith(tuple(f"{folder}/" for folder in FOLDERS))


if __name__ == "__main__":
    sys.exit(main())
