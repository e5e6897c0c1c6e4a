"""Recorded traffic through each HTTP client, of one provider; `python bench/conformance.py` sends it all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from replay.corpus import require

BENCH = Path(__file__).resolve().parents[2] / "bench" / "conformance.py"
CLIENTS = ["httpx", "httpx-async", "httpx2", "httpx2-async", "requests", "aiohttp", "urllib"]


def test_each_call_through_each_client_is_written_down_once_and_exact() -> None:
    require()
    # One server and one reading of the corpus for all clients; each client is a process of its own.
    chosen = [word for client in CLIENTS for word in ("--client", client)]
    command = [sys.executable, str(BENCH), *chosen, "--group", "groq", "--verbose"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=480)

    assert done.returncode == 0, done.stdout + done.stderr
    heading, *rows = done.stdout.splitlines()
    assert heading.split()[-len(CLIENTS) :] == CLIENTS
    (exact,) = [row.split()[1:] for row in rows if row.startswith("groq/openai.chat/stream")]
    assert exact == [exact[0]] * len(CLIENTS)
