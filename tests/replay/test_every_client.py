"""Recorded traffic through each HTTP client, of one provider; `python bench/conformance.py` sends it all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from replay.corpus import require

BENCH = Path(__file__).resolve().parents[2] / "bench" / "conformance.py"
CLIENTS = ["httpx", "httpx-async", "httpx2", "httpx2-async", "requests", "aiohttp", "urllib"]


@pytest.mark.parametrize("client", CLIENTS)
def test_each_call_is_written_down_once_and_exact(client: str) -> None:
    require()
    command = [sys.executable, str(BENCH), "--client", client, "--group", "groq", "--verbose"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "groq/openai.chat/stream" in done.stdout
