"""The script of the image on PyTorch, JAX or TensorFlow, then the demo notebook through its lab.

Each takes minutes and hundreds of megabytes, so that it runs only if asked for, by name:
``LLM_METER_TEST_FRAMEWORKS="torch jax tensorflow"``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from end_to_end.lab import Lab, wait_for
from image_script import ROOT, clean_variables, install, with_the_wheel

DEMO = ROOT / "docs" / "demo" / "demo.ipynb"
SDKS = ("openai", "anthropic", "google-genai", "requests")
# What is installed before the script runs, and a cell that computes the sum of 0 .. 9 with it.
FRAMEWORKS = {
    "torch": ("torch==2.13.0", "import torch; print(int(torch.arange(10).sum()))"),
    "jax": ("jax", "import jax.numpy; print(int(jax.numpy.arange(10).sum()))"),
    "tensorflow": (
        "tensorflow-cpu",
        "import tensorflow; print(int(tensorflow.math.reduce_sum(tensorflow.range(10))))",
    ),
}
CHOSEN = os.environ.get("LLM_METER_TEST_FRAMEWORKS", "").split()

pytestmark = [
    pytest.mark.timeout(7200),
    pytest.mark.skipif(
        sys.platform == "win32" or not shutil.which("bash"), reason="the image is built with bash"
    ),
    pytest.mark.skipif(not CHOSEN, reason="LLM_METER_TEST_FRAMEWORKS names no framework"),
]


class Base:
    """A fresh environment with a framework, as a base image has it."""

    def __init__(self, folder: Path, requirement: str) -> None:
        self.python = folder / "env" / "bin" / "python"
        venv.create(folder / "env", with_pip=True)
        self.pip("install", requirement)
        self.before = self.packages()

    def pip(self, *words: str) -> str:
        command = [self.python, "-m", "pip", *words]
        done = subprocess.run(
            command, env=clean_variables(), capture_output=True, text=True, timeout=1800, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def packages(self) -> dict[str, str]:
        return {each["name"]: each["version"] for each in json.loads(self.pip("list", "--format=json"))}


@pytest.fixture(params=CHOSEN)
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lab(framework: str, tmp_path: Path, standin: dict[str, str]) -> Iterator[Lab]:
    """The lab of an environment in which the script has installed, and which kept its framework."""
    base = Base(tmp_path, FRAMEWORKS[framework][0])
    code, output = install(with_the_wheel(tmp_path / "copied"), base.python, 1800)
    assert code == 0, output
    after = base.packages()
    assert {name: after.get(name) for name in base.before} == base.before
    assert f"{framework}" in output.partition("Kept as they are: ")[2].partition("\n")[0]
    base.pip("install", *SDKS)
    lab = Lab(tmp_path / "lab", standin, base.python)
    lab.start()
    yield lab
    lab.stop()


def test_the_demo_notebook_is_metered_in_the_lab_of_a_base_with_a_framework(lab: Lab, framework: str) -> None:
    cells = [cell for cell in json.loads(DEMO.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    with lab.kernel("demo.ipynb") as kernel:
        assert kernel.run(FRAMEWORKS[framework][1]).endswith("45\n")
        for cell in cells:
            kernel.run("".join(cell["source"]), cell["id"])
        calls = wait_for(lambda: counted_calls(lab), "21 calls whose tokens are counted")
        assert kernel.run(FRAMEWORKS[framework][1]).endswith("45\n")
    assert Counter(call["llm_meter.call.status"] for call in calls) == {"ok": 19, "error": 1, "aborted": 1}
    assert {call["llm_meter.notebook.path"] for call in calls} == {"demo.ipynb"}
    (standing,) = lab.get("llm-meter/api/v1/standing")["standings"]
    used = sum(
        call.get("gen_ai.usage.input_tokens", 0) + call.get("gen_ai.usage.output_tokens", 0) for call in calls
    )
    assert (standing["limit"]["amount"], standing["limit"]["source"]) == (5_000_000, "settings")
    assert int(standing["used"]) == used > 0


def counted_calls(lab: Lab) -> list[dict[str, Any]]:
    """All calls of the notebook; none while one of them has yet to be counted."""
    calls = lab.calls()
    are_counted = len(calls) == 21 and all(call["llm_meter.call.basis"] != "missing" for call in calls)
    return calls if are_counted else []
