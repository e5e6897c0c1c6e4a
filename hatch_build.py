"""Builds what the wheel holds beside Python: the prebuilt frontend and the tokenizers' rank files.

Needs Node and npm only when there is something to build: from an sdist, which holds both, nothing runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = (
    "src",
    "style",
    "schema",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "scripts/build-ranks.mjs",
)
RESULTS = ("jupyter_llm_meter/labextension/package.json", "jupyter_llm_meter/tokenizers/ranks")
STEPS = (
    ("ci", "--ignore-scripts"),
    ("run", "build:ranks"),
    ("run", "build:lib"),
    ("run", "build:labextension"),
)


class FrontendBuildHook(BuildHookInterface[Any]):
    """Runs the npm steps when a source is newer than what they make."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if not _is_stale(root):
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("building jupyter-llm-meter needs Node >= 20 with npm on the PATH")
        for step in STEPS:
            self.app.display_info(f"npm {' '.join(step)}")
            subprocess.run([npm, *step], cwd=root, check=True, env={**os.environ, "CI": "true"})


def _is_stale(root: Path) -> bool:
    results = [root / name for name in RESULTS]
    if not all(result.exists() for result in results):
        return True
    built = min(result.stat().st_mtime for result in results)
    return any(file.stat().st_mtime > built for name in SOURCES for file in _files(root / name))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    return [path] if path.exists() else []
