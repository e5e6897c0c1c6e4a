"""A stand-in provider in a process of its own, as the demo starts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def standin() -> Iterator[str]:
    """Address of a running stand-in."""
    command = [sys.executable, "-m", "jupyter_llm_meter.standin", "--pace", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        yield address
        process.terminate()
        assert process.wait() == 0
