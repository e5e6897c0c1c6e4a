"""Runs the script that the Dockerfile runs, without Docker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IMAGE = ROOT / "image"
_FOREIGN = re.compile("LLM_METER|JUPYTER|PYTHON")


def install(folder: Path, python: str | Path = sys.executable, timeout_s: float = 550) -> tuple[int, str]:
    """Run the script with one Python; returns the exit code and what it printed."""
    done = subprocess.run(
        ["bash", str(folder / "install.sh"), str(folder)],
        env={**clean_variables(), "PYTHON": str(python)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
    )
    return done.returncode, done.stdout


def with_the_wheel(folder: Path) -> Path:
    """Make a folder with all that the Dockerfile copies; skips the test where no wheel is built."""
    wheels = [*(ROOT / ".work" / "wheel").glob("*.whl"), *(ROOT / "dist").glob("*.whl")]
    if not wheels:
        pytest.skip("there is no wheel in .work/wheel or dist; scripts/test.py builds it")
    shutil.copytree(IMAGE, folder)
    shutil.copyfile(wheels[0], folder / wheels[0].name)
    return folder


def clean_variables() -> dict[str, str]:
    """This process's environment without what belongs to its own Python, Jupyter and meter."""
    return {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
