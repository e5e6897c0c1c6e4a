"""Python processes with the tap on, as the lab starts them, and what they leave on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from llm_meter_tap.startup import bootstrap_path


def environment(folder: Path | None, **more: str) -> dict[str, str]:
    """The environment of a metered process; of an unmetered one without a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LLM_METER_")}
    kept.pop("PYTHONPATH", None)
    if folder is not None:
        kept.update(LLM_METER_DIR=str(folder), PYTHONPATH=bootstrap_path())
    return {**kept, **more}


def start(
    folder: Path | None, code: str, *, python: str = sys.executable, **more: str
) -> subprocess.Popen[str]:
    """Start Python on a piece of code, its output in pipes."""
    return subprocess.Popen(
        [python, "-c", textwrap.dedent(code)], env=environment(folder, **more), text=True,
        cwd=tempfile.gettempdir(),  # `-c` puts the working directory on sys.path
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def run(folder: Path | None, code: str, *, python: str = sys.executable, **more: str) -> tuple[str, str]:
    """Run a piece of code to its end; returns its output and its errors."""
    process = start(folder, code, python=python, **more)
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return output, errors


def spool_lines(folder: Path) -> list[dict[str, object]]:
    """Every line of every spool."""
    paths = sorted((folder / "spool").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def settled(folder: Path) -> list[dict[str, object]]:
    """The settled records of every spool."""
    return [line["record"] for line in spool_lines(folder) if line["event"] == "settled"]
