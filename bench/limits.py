"""What hard limits cost and whether they hold: ``python bench/limits.py``.

Real services in processes of their own, asked over loopback by clients of the standard library, as in
``tests/jupyter_llm_meter/service``. Prints the time of a reservation beside that of a request that reserves
nothing, from the same run; the same with 10,000 limits; and what 64 threads in 4 processes make of one limit
while processes and the service are killed.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "tests" / "jupyter_llm_meter" / "service"
sys.path.insert(0, str(PROGRAMS))

from limit_client import ServiceConnection, opened, settled  # noqa: E402 - a program of the tests

from jupyter_llm_meter.core.limit_reader import parse_limits  # noqa: E402
from jupyter_llm_meter.core.reservation import LEASE  # noqa: E402
from jupyter_llm_meter.ledger import Ledger  # noqa: E402

ROUNDS = 1500
BESIDE = 300
TOKENS = 30
CALLS = 5_000
KILLS = 6
ROOMY = {"window": "day", "unit": "tokens", "amount": 10**12, "on_exceed": "block"}
MANY = [{**ROOMY, "scope": "notebook", "value": f"{number}.ipynb"} for number in range(10_000)]


@contextmanager
def service(folder: Path, limits: Sequence[dict[str, Any]]) -> Iterator[subprocess.Popen[str]]:
    """A service in a process of its own."""
    file = folder / "limits.json"
    file.write_text(json.dumps(list(limits)))
    command = [sys.executable, str(PROGRAMS / "limit_service.py"), str(folder), str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def ask_often(folder: Path, rounds: int, notebook: str | None) -> dict[str, list[float]]:
    """Seconds of each request of calls that are reserved and settled, beside a count of nothing."""
    service = ServiceConnection(folder, "")
    times: dict[str, list[float]] = {"no reservation": [], "reserve": [], "settle": []}
    for number in range(rounds):
        record = opened(f"{time.time_ns()}-{number}", notebook)
        asked = {"record": record, "text": {"input": ""}, "max_output_tokens": 10, "is_text_only": True}
        line = json.dumps({"v": 1, "event": "settled", "record": settled(record, 9)}).encode()
        nothing = json.dumps({"ids": []}).encode()
        for name, path, body in (
            ("no reservation", "/v1/renew", nothing),
            ("reserve", "/v1/reserve", json.dumps(asked).encode()),
            ("settle", "/v1/lines", line),
        ):
            start = time.perf_counter()
            answer = service.post(path, body)
            times[name].append(time.perf_counter() - start)
            assert answer is not None and answer.get("granted", True)
    return times


def show(title: str, times: dict[str, list[float]]) -> None:
    """Print median and 99th percentile of each request."""
    print(title)
    for name, seconds in times.items():
        tail = quantiles(seconds, n=100)[98]
        print(f"  {name:16} p50 {median(seconds) * 1e3:7.2f} ms   p99 {tail * 1e3:7.2f} ms")


def latency(
    limits: Sequence[dict[str, Any]], processes: int, title: str, notebook: str | None = None
) -> None:
    """Ask from one or several processes at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with service(folder, limits):
            ask_often(folder, 20, notebook)
            rounds = ROUNDS if processes == 1 else BESIDE
            command = [sys.executable, __file__, "ask", name, str(rounds), *([notebook] if notebook else [])]
            crew = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
            answers = [json.loads(each.communicate()[0]) for each in crew]
    show(title, {key: [each for answer in answers for each in answer[key]] for key in answers[0]})


def hammer() -> None:
    """64 threads in 4 processes at one limit; every few hundred calls a process or the service is killed."""
    limits = [{"window": "total", "unit": "tokens", "amount": CALLS * TOKENS, "on_exceed": "block"}]
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ledger.sqlite3'}"
        with Ledger.open(url) as ledger:
            crew = [start_client(folder) for _ in range(4)]
            started = time.perf_counter()
            for _ in range(KILLS):
                with service(folder, limits) as process:
                    time.sleep(2 + 2 * chance.random())
                    process.send_signal(signal.SIGKILL)
                victim = crew.pop(chance.randrange(len(crew)))
                victim.kill()
                crew.append(start_client(folder))
            with service(folder, limits):
                for client in crew:
                    client.wait()
            took = time.perf_counter() - started
            sent = [call_id for file in folder.glob("calls-*.txt") for call_id in file.read_text().split()]
            print_results(ledger, parse_limits(limits, "config"), sent, took)


def start_client(folder: Path) -> subprocess.Popen[str]:
    """16 threads that call until they are refused for good, and note their calls in a file."""
    command = [sys.executable, str(PROGRAMS / "limit_client.py"), str(folder), "16", str(TOKENS)]
    with (folder / f"calls-{time.time_ns()}.txt").open("w") as calls:
        return subprocess.Popen(command, stdout=calls, text=True)


def print_results(ledger: Ledger, limits: Sequence[Any], sent: Sequence[str], took: float) -> None:
    """Print what became of the limit."""
    finished = {record.call_id for record in ledger.records() if record.basis == "reported"}
    later = datetime.now(timezone.utc) + LEASE + timedelta(seconds=1)
    now = ledger.standings(limits, datetime.now(timezone.utc), {"user": "alice"})[0]
    end = ledger.standings(limits, later, {"user": "alice"})[0]
    print(f"64 threads in 4 processes, {KILLS} kills of a process and of the service, {took:.0f} s")
    print(f"  limit {CALLS * TOKENS:,} tokens, used {end.used:,}")
    print(f"  reserved {now.reserved}, past the leases {end.reserved}")
    print(f"  calls settled by clients {len(sent):,}, of them in the ledger {len(finished & set(sent)):,}")


def main() -> None:
    """Measure all."""
    latency([ROOMY], 1, "one limit, one process")
    latency([ROOMY], 8, "one limit, eight processes")
    latency(MANY, 1, "10,000 limits, one process", "77.ipynb")
    hammer()


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        json.dump(ask_often(Path(sys.argv[2]), int(sys.argv[3]), (sys.argv[4:] or [None])[0]), sys.stdout)
    else:
        main()
