"""A real JupyterHub with a month of calls, for a browser: prints its address, runs until its input ends.

The calls are relayed as the servers of users relay them. Exits with 3 and a reason where JupyterHub or its
proxy is missing.
"""

from __future__ import annotations

import importlib.util
import json
import random
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from hub_services import call, lines
from real_hub import RealHub

from jupyter_llm_meter.ledger import sqlite_url

MISSING = 3
USERS = {"ann": "physics", "ben": "physics", "cem": "physics", "dee": "history", "eva": "history"}
MODELS = {"openai": ("gpt-4o", "gpt-4o-mini"), "anthropic": ("claude-sonnet-4-5",)}
NOTEBOOKS = ("lab/spectra.ipynb", "lab/fit.ipynb", "thesis/chapter-2.ipynb", "sources/letters.ipynb")
PROJECTS = ("spectra", "archive", "thesis")
LIMITS = [
    {"scope": "team", "window": "month", "unit": "USD", "amount": 12},
    {"scope": "team", "window": "month", "unit": "tokens", "amount": 3_000_000, "on_exceed": "block"},
    {"scope": "user", "window": "month", "unit": "tokens", "amount": 800_000},
    {"scope": "user", "window": "day", "unit": "USD", "amount": 1},
    {"scope": "model", "value": "gpt-4o", "window": "week", "unit": "USD", "amount": 20},
]


def calls_of(user: str, now: datetime) -> list[dict[str, object]]:
    """Thirty days of calls of a user, the same at every run but for their days."""
    chance = random.Random(user)
    made = []
    for _ in range(60 + chance.randrange(60)):
        at = now - timedelta(days=chance.triangular(0, 30, 4), minutes=chance.randrange(300))
        provider = chance.choice(list(MODELS))
        made.append(
            call(
                chance.randrange(200, 4000),
                **{
                    "llm_meter.call.started_at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                    "llm_meter.call.duration_s": round(chance.uniform(0.4, 9), 2),
                    "gen_ai.provider.name": provider,
                    "gen_ai.request.model": chance.choice(MODELS[provider]),
                    "gen_ai.usage.input_tokens": chance.randrange(500, 16_000),
                    "llm_meter.notebook.path": chance.choice(NOTEBOOKS),
                    "llm_meter.project": chance.choice(PROJECTS),
                },
            )
        )
    return made


def main() -> int:
    """Run the hub; returns the exit code."""
    if importlib.util.find_spec("jupyterhub") is None:
        print("JupyterHub is not installed", file=sys.stderr)
        return MISSING
    with tempfile.TemporaryDirectory() as folder:
        ledger = sqlite_url(Path(folder) / "ledger.sqlite3")
        try:
            hub = RealHub(Path(folder), ledger, LIMITS, processes=1)
        except pytest.skip.Exception as error:
            print(error, file=sys.stderr)
            return MISSING
        try:
            hub.start()
            for user in USERS:
                body = lines(*calls_of(user, datetime.now(timezone.utc)))
                answer = hub.ask("POST", "v1/lines", user, body)
                assert answer.status == 200, answer.text
            print(json.dumps({"url": hub.service_url}), flush=True)
            sys.stdin.read()
        finally:
            hub.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
