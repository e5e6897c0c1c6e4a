"""papermill and nbconvert run the demo notebook under the meter as they do without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from end_to_end.lab import clean_environment

NOTEBOOK = Path(__file__).parents[2] / "docs" / "demo" / "demo.ipynb"
METER = [sys.executable, "-m", "jupyter", "llm-meter"]
RUNNERS = {
    "papermill": ["papermill", "--log-output", "--no-progress-bar", str(NOTEBOOK), "OUT/done.ipynb"],
    "nbconvert": ["jupyter-nbconvert", "--to=notebook", "--execute", str(NOTEBOOK), "--output-dir=OUT"],
}


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_demo_notebook_runs_metered_with_no_new_warning(
    runner: str, tmp_path: Path, standin: dict[str, str]
) -> None:
    plain, metered = tmp_path / "plain", tmp_path / "metered"
    before = _run([], runner, plain, standin)
    after = _run([*METER, "run", "--"], runner, metered, standin)
    assert _warnings(after) - _warnings(before) == set()
    assert _statuses(metered, standin) == {"ok": 19, "error": 1, "aborted": 1}


def _run(prefix: list[str], runner: str, folder: Path, variables: dict[str, str]) -> str:
    folder.mkdir()
    program, *arguments = [word.replace("OUT", str(folder)) for word in RUNNERS[runner]]
    command = [*prefix, str(Path(sys.executable).parent / program), *arguments]
    environment = {**clean_environment(folder), **variables}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def _statuses(folder: Path, variables: dict[str, str]) -> dict[str, int]:
    environment = {**clean_environment(folder), **variables}
    exported = subprocess.run(
        [*METER, "export", "--format", "jsonl"], env=environment, check=True, capture_output=True, text=True
    )
    return Counter(json.loads(line)["llm_meter.call.status"] for line in exported.stdout.splitlines())


def _warnings(log: str) -> set[str]:
    """The lines that warn, without what differs from run to run: times, numbers, folders."""
    lines = [line for line in log.splitlines() if re.search("warn|error|exception|traceback", line, re.I)]
    return {re.sub(r"\d+|/[^\s:]+", "#", line) for line in lines}
