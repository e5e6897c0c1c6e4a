"""Serve the selection for a test runner that is not Python: ``python -m replay`` with ``tests`` on the path.

Prints one line of JSON when it listens (the environment for processes under test, and two plans with the
providers' own sums), then serves until standard input closes. Exit code 3 says that there are no recordings.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from .corpus import Exchange, folder, selection, true_tokens, write_plan
from .server import replaying

NO_RECORDINGS = 3


def main() -> int:
    """Serve until standard input closes."""
    if not (folder() / "dev.jsonl.gz").exists():
        sys.stderr.write(f"no recorded traffic in {folder()} (set LLM_METER_CORPUS)\n")
        return NO_RECORDINGS
    with tempfile.TemporaryDirectory() as name, replaying(selection(), Path(name)) as replay:
        openai = [one for one in selection() if one["provider"] == "openai"]
        others = [one for one in selection() if one["provider"] != "openai"]
        ready = {
            "environment": {**replay.environment, "REPLAY_PLANS": name},
            "plans": [_plan(Path(name, "openai"), openai), _plan(Path(name, "others"), others)],
        }
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


def _plan(file: Path, exchanges: list[Exchange]) -> dict[str, object]:
    tokens = sum(true_tokens(exchanges))
    return {"name": write_plan(exchanges, file).name, "calls": len(exchanges), "tokens": tokens}


if __name__ == "__main__":
    sys.exit(main())
