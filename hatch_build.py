"""Builds what is not Python in the wheel: the frontend, the hub's portal, the tokenizers' rank files.

Node and npm are needed only when something has to be built. An sdist holds all: nothing is built from it.
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
    "scripts/build-portal.mjs",
    "scripts/build-ranks.mjs",
)
RESULTS = (
    "jupyter_llm_meter/labextension/package.json",
    "jupyter_llm_meter/hub/portal/entry.json",
    "jupyter_llm_meter/tokenizers/ranks",
)
# The builder writes this file in production mode only. `npm run watch` leaves a development build behind.
PRODUCTION_RESULT = "jupyter_llm_meter/labextension/static/third-party-licenses.json"
STEPS = (("run", "build:ranks"), ("run", "build:lib"), ("run", "build:labextension"), ("run", "build:portal"))
INSTALLED_EXTENSION = "share/jupyter/labextensions/jupyter-llm-meter"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Runs the npm steps when a source is newer than what they make, and places the frontend in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is out of date.

        In an editable install the frontend is not copied: `jupyter labextension develop` links it, and pip
        would write through that link into the checkout.
        """
        is_editable = version == "editable"
        _build(
            Path(self.root), RESULTS if is_editable else (*RESULTS, PRODUCTION_RESULT), self.app.display_info
        )
        if self.target_name == "wheel" and not is_editable:
            build_data["shared_data"].update(
                {
                    "jupyter_llm_meter/labextension": INSTALLED_EXTENSION,
                    "install.json": f"{INSTALLED_EXTENSION}/install.json",
                }
            )


def _build(root: Path, results: tuple[str, ...], say: Any) -> None:
    if not _is_stale(root, results):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("building jupyter-llm-meter needs Node 20 or newer with npm on the PATH")
    steps = STEPS if _has_packages(root) else (("ci", "--ignore-scripts"), *STEPS)
    for step in steps:
        say(f"npm {' '.join(step)}")
        subprocess.run([npm, *step], cwd=root, check=True, env={**os.environ, "CI": "true"})


def _is_stale(root: Path, names: tuple[str, ...]) -> bool:
    results = [root / name for name in names]
    if not all(result.exists() for result in results):
        return True
    built = min(result.stat().st_mtime for result in results)
    return any(file.stat().st_mtime > built for name in SOURCES for file in _files(root / name))


def _has_packages(root: Path) -> bool:
    """Whether npm has installed packages since the lock file last changed."""
    lock, installed = root / "package-lock.json", root / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    return [path] if path.exists() else []
