"""What the end-to-end tests share: a lab, the stand-in provider, and a second Python environment."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from end_to_end.lab import Lab

MakeLab = Callable[[dict[str, str]], Lab]


@pytest.fixture
def make_lab(tmp_path: Path) -> Iterator[MakeLab]:
    """Make a lab that is running, with the given variables in its environment."""
    made: list[Lab] = []

    def make(environment: dict[str, str]) -> Lab:
        lab = Lab(tmp_path / f"lab{len(made)}", environment)
        made.append(lab)
        lab.start()
        return lab

    yield make
    for lab in made:
        lab.stop()


@pytest.fixture(scope="session")
def standin() -> Iterator[dict[str, str]]:
    """The variables that lead the SDKs to a running stand-in provider."""
    command = [sys.executable, "-m", "jupyter_llm_meter.standin"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        yield {
            "OPENAI_BASE_URL": f"{address}/v1",
            "OPENAI_API_KEY": "sk-none",
            "ANTHROPIC_BASE_URL": address,
            "ANTHROPIC_API_KEY": "sk-none",
            "GOOGLE_GEMINI_BASE_URL": address,
            "GEMINI_API_KEY": "none",
        }
        process.terminate()


@pytest.fixture(scope="session")
def second_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of another environment, which holds the packages of this one except ours.

    They are linked, because installing them takes most of a minute. The workers of pytest-xdist share it:
    the first one that needs it makes it.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, ready = root / "second-python", root / "second-python-is-ready"
    python = folder / "bin" / "python"
    with (root / "second-python-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
            _link_packages(python)
            ready.touch()
    return python


def _link_packages(python: Path) -> None:
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = Path(subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip())
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "llm_meter" not in entry.name and entry.suffix != ".pth":
            (folder / entry.name).symlink_to(entry)
