"""What a call costs beside OpenTelemetry: no tap, our tap, and OpenTelemetry's instrumentations, in one run.

    python bench/beside_otel.py [--also CHECKOUT] [--rounds N]

Installs openai, httpx and the instrumentations into `.work/beside` (pip as it is configured). Each way of
looking on has a process of its own, which makes the same calls, through httpx alone and through the openai
SDK, to a provider in yet another; rounds alternate between them. Prints what a JSON call and a streamed piece
cost the user's thread, the process ("whole" with what it did after the round before, such as delivering) and
on the clock, what of that is added to no tap, and the ratio; then what the tap adds to the start of an
interpreter. `--also` measures the tap of another checkout beside this one's, `--only` some of the calls (or
"start").
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

from loopback import ROOT, loopback

FOLDER = ROOT / ".work" / "beside"
PYTHON = FOLDER / ("Scripts" if os.name == "nt" else "bin") / "python"
PACKAGES = (
    "openai", "httpx", "opentelemetry-sdk", "opentelemetry-instrumentation-httpx",
    "opentelemetry-instrumentation-openai-v2", "opentelemetry-instrumentation-openai",
    # openai-v2 2.4b0 imports what later releases no longer have.
    "opentelemetry-util-genai==1.0b0",
)  # fmt: skip
# What is called, the calls in a round, and who looks on: the SDK goes through httpx2, which
# OpenTelemetry's instrumentation of httpx does not see.
CALLS = {
    "httpx json": (100, ("otel-httpx",)),
    "openai json": (50, ("otel-openai-v2", "traceloop-openai")),
    "httpx stream": (5, ("otel-httpx",)),
    "openai stream": (5, ("otel-openai-v2", "traceloop-openai")),
}
CLOCKS = ("thread", "process", "whole", "wall")
STARTS = ("pass", "import http.client", "import httpx", "import openai")
START_ROUNDS = 31


class TimedWorker:
    """A process that makes calls and times them; see `beside_worker.py`."""

    def __init__(self, name: str, root: str, environment: dict[str, str]) -> None:
        command = [str(PYTHON), str(Path(__file__).with_name("beside_worker.py")), name, root]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def time(self, call: str, times: int) -> dict[str, float]:
        """Microseconds for a call or a piece, by clock."""
        self._process.stdin.write(json.dumps([call, times]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> int:
        """End it; returns how many spans with token figures it saw."""
        return json.loads(self._process.communicate()[0])


def main() -> None:
    """Print all of it."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--also", type=Path, metavar="CHECKOUT", help="measure this one's tap too")
    options.add_argument("--rounds", type=int, default=25)
    options.add_argument("--only", action="append", choices=(*CALLS, "start"))
    chosen = options.parse_args()
    install()
    print(versions())
    taps = {"tap": ROOT, **({"other tap": chosen.also} if chosen.also else {})}
    with tempfile.TemporaryDirectory() as folder:
        calls = [call for call in CALLS if chosen.only is None or call in chosen.only]
        if calls:
            compare_calls(taps, folder, chosen.rounds, calls)
        if chosen.only is None or "start" in chosen.only:
            compare_starts(taps, folder)


def compare_calls(taps: dict[str, Path], folder: str, rounds: int, calls: list[str]) -> None:
    """Print the costs of calls, and how many each onlooker had figures of."""
    with loopback(folder) as running:
        names = {"none": plain(), **{name: tapped(root, folder) for name, root in taps.items()}}
        for call in calls:
            names.update(dict.fromkeys(CALLS[call][1], plain()))
        workers = {name: TimedWorker(name, running.root, environment) for name, environment in names.items()}
        made = 0
        for call in calls:
            times, others = CALLS[call]
            present = {name: workers[name] for name in ("none", *taps, *others)}
            for worker in present.values():
                worker.time(call, times)
            print_costs(call, alternating(present, lambda worker: worker.time(call, times), rounds))  # noqa: B023
            made += times * (rounds + 1)
        seen = {name: worker.close() for name, worker in workers.items()}
    print(f"calls made by each tap {made}, with figures {running.metered / len(taps):g} of each")
    print("spans with figures", {name: count for name, count in seen.items() if name not in ("none", *taps)})


def alternating(
    workers: dict[str, TimedWorker], ask: Callable[[TimedWorker], object], rounds: int
) -> dict[str, list]:
    """Ask each in turn, another one first in each round."""
    answers = {name: [] for name in workers}
    names = list(workers)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            answers[name].append(ask(workers[name]))
    return answers


def print_costs(call: str, runs: dict[str, list[dict[str, float]]]) -> None:
    """Medians, of the differences and of the ratios too: machines grow slower and faster in a run."""
    unit = "a piece" if "stream" in call else "a call"
    columns = "".join(f"{clock:>10}{'added':>8}{'ratio':>7}" for clock in CLOCKS)
    print(f"\n{call + ', us ' + unit:24}{columns}")
    for name, answers in runs.items():
        row = f"{name:24}"
        for clock in CLOCKS:
            pairs = [(one[clock], bare[clock]) for one, bare in zip(answers, runs["none"], strict=True)]
            cost = statistics.median(one for one, _ in pairs)
            added = statistics.median(one - bare for one, bare in pairs)
            ratio = statistics.median(one / bare for one, bare in pairs)
            row += f"{cost:10.1f}{added:8.1f}{ratio:7.2f}"
        print(row, flush=True)


def compare_starts(taps: dict[str, Path], folder: str) -> None:
    """Print what an interpreter's whole life costs that does next to nothing, without and with the tap."""
    environments = {"none": plain(), **{name: tapped(root, folder) for name, root in taps.items()}}
    columns = "".join(f"{name:>10}" for name in environments)
    compared = f"{'added':>10}{'ratio':>7}" * len(taps)
    print(f"\n{'start, ms of processor':24}{columns}{compared}")
    for code in STARTS:
        runs: dict[str, list[float]] = {name: [] for name in environments}
        for turn in range(START_ROUNDS + 1):
            for name, environment in environments.items():
                took = start_ms(code, environment)
                if turn:  # the first fills the caches
                    runs[name].append(took)
        row = "".join(f"{statistics.median(times):10.1f}" for times in runs.values())
        for name in taps:
            pairs = list(zip(runs[name], runs["none"], strict=True))
            added = statistics.median(one - bare for one, bare in pairs)
            row += f"{added:+10.2f}{statistics.median(one / bare for one, bare in pairs):7.2f}"
        print(f"{code:24}{row}", flush=True)


def start_ms(code: str, environment: dict[str, str]) -> float:
    """Processor time of an interpreter's whole life, milliseconds; wall time where nothing tells it."""
    began = time.perf_counter()
    process = subprocess.Popen([PYTHON, "-c", code], env=environment)
    if not hasattr(os, "wait4"):
        process.wait()
        return (time.perf_counter() - began) * 1e3
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        sys.exit(f"bench/beside_otel.py: {code!r} failed")
    return (used.ru_utime + used.ru_stime) * 1e3


def plain() -> dict[str, str]:
    """The environment without a tap."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LLM_METER_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept.pop("PYTHONPATH", None)
    return kept


def tapped(checkout: Path, folder: str) -> dict[str, str]:
    """The environment that a lab sets."""
    return {**plain(), "LLM_METER_DIR": folder, "PYTHONPATH": str(checkout / "llm_meter_tap" / "bootstrap")}


def install() -> None:
    """Put the packages into their environment; quick when that has been done."""
    note = FOLDER / ".installed"
    if note.exists() and note.read_text() == str(PACKAGES):
        return
    venv.create(FOLDER, with_pip=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    note.write_text(str(PACKAGES))


def versions() -> str:
    """The versions in the environment."""
    command = [PYTHON, "-m", "pip", "freeze"]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    names = [package.partition("==")[0] for package in (*PACKAGES, "httpx2")]
    python = "Python " + ".".join(map(str, sys.version_info[:3]))
    return ", ".join([python, *(line for line in lines if line.partition("==")[0] in names)])


if __name__ == "__main__":
    main()
