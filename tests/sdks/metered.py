"""Runs calls through an SDK in a metered process, against the stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from replay.server import Replay, replaying

from llm_meter_tap.startup import bootstrap_path

from .answers import INPUT_TOKENS, OUTPUT_TOKENS, answers

PROGRAM = Path(__file__).parent / "calls.py"


class SdkOutcome(NamedTuple):
    """What became of the calls of one SDK.

    Attributes:
        made: How many calls the program says it made; None when it failed.
        records: The settled records.
        left_open: How many calls were opened and neither settled nor dropped.
        errors: The program's standard error.
    """

    made: int | None
    records: list[dict[str, Any]]
    left_open: int
    errors: str

    def is_right(self) -> bool:
        """Whether each call was counted once, with the figures of its answer."""
        return (
            bool(self.made)
            and len(self.records) == self.made
            and self.left_open == 0
            and all(
                record["gen_ai.usage.input_tokens"] == INPUT_TOKENS
                and record.get("gen_ai.usage.output_tokens", OUTPUT_TOKENS) == OUTPUT_TOKENS
                for record in self.records
            )
        )

    def is_refused_once(self) -> bool:
        """Whether the program ended by the refusal of its first call, which it did not try again."""
        return (
            self.made is None
            and "\nllm_meter_tap.errors.LimitExceeded: " in self.errors
            and [record["llm_meter.call.status"] for record in self.records] == ["refused"]
        )

    def aborted(self) -> int:
        """How many streams the SDK left before the event that ends them."""
        return sum(record["llm_meter.call.status"] == "aborted" for record in self.records)


@contextmanager
def stand_in() -> Iterator[Replay]:
    """The stand-in, running."""
    with tempfile.TemporaryDirectory() as folder, replaying(answers(), Path(folder)) as replay:
        yield replay


def environment(replay: Replay, folder: str, path: str = "") -> dict[str, str]:
    """The variables of a metered process.

    Args:
        replay: The stand-in.
        folder: The private folder.
        path: See `run`.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LLM_METER_")}
    folders = [bootstrap_path(), replay.environment["PYTHONPATH"], path]
    return {
        **kept,
        **replay.environment,
        "REPLAY_PORTS": "80,443,11434",
        "LLM_METER_DIR": folder,
        "LLM_METER_SERVICE": "gone",
        "PYTHONPATH": os.pathsep.join(filter(None, folders)),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def run(
    name: str,
    replay: Replay,
    python: Sequence[str] = (sys.executable,),
    path: str = "",
    *,
    is_blocked: bool = False,
) -> SdkOutcome:
    """Make the calls of one row of `calls.CALLS`.

    Args:
        name: The row.
        replay: The stand-in.
        python: The words that start an interpreter which has the SDK.
        path: Folders to be put on its path, where the tap is not installed beside the SDK.
        is_blocked: A hard limit is in force that refuses every call; there is no service to ask.
    """
    with tempfile.TemporaryDirectory() as folder:
        if is_blocked:
            services = Path(folder, "services")
            services.mkdir()
            (services / "gone.gate").write_text('{"version": 1, "on_unreachable": "block"}')
        done = subprocess.run(
            [*python, "-c", PROGRAM.read_text(), name],
            env=environment(replay, folder, path),
            capture_output=True,
            text=True,
            timeout=120,
            cwd=folder,  # `-c` puts the working directory on sys.path
        )
        files = Path(folder, "spool").glob("*.jsonl")
        lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    events = [line["event"] for line in lines]
    return SdkOutcome(
        made=int(done.stdout.split()[-1]) if done.returncode == 0 else None,
        records=[line["record"] for line in lines if line["event"] == "settled"],
        left_open=events.count("opened") - events.count("settled") - events.count("dropped"),
        errors=done.stderr,
    )
