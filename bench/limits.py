"""What hard limits cost and whether they hold: ``python bench/limits.py [URL]``.

Real services in processes of their own, asked over loopback by clients of the standard library, as in
``tests/jupyter_llm_meter/service``. Prints the time of a reservation beside that of a request that reserves
nothing, from the same run; the same with 10,000 limits; and what many threads in 4 and in 8 processes make of
one limit while processes and the service are killed. With the URL of a PostgreSQL database, in which other
databases may be made for the time of the run, this is done there too. ``python bench/limits.py hold [URL]``
does that only.
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
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import create_engine

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "tests" / "jupyter_llm_meter" / "service"
sys.path.insert(0, str(PROGRAMS))

from limit_client import ServiceConnection, opened, settled  # noqa: E402 - a program of the tests

from jupyter_llm_meter.core.limit_reader import parse_limits  # noqa: E402
from jupyter_llm_meter.core.reservation import LEASE  # noqa: E402
from jupyter_llm_meter.ledger import Ledger, sqlite_url  # noqa: E402

ROUNDS = 1500
BESIDE = 300
TOKENS = 30
CALLS = 5_000
KILLS = 4
CREWS = ((4, 16), (8, 32))
"""Processes, and threads of each."""
ROOMY = {"window": "day", "unit": "tokens", "amount": 10**12, "on_exceed": "block"}
MANY = [{**ROOMY, "scope": "notebook", "value": f"{number}.ipynb"} for number in range(10_000)]


@contextmanager
def service(
    folder: Path, limits: Sequence[dict[str, Any]], url: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A service in a process of its own, with a ledger in its folder or at a URL."""
    file = folder / "limits.json"
    file.write_text(json.dumps(list(limits)))
    command = [sys.executable, str(PROGRAMS / "limit_service.py"), str(folder), str(file)]
    command += [] if url is None else [url]
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


@contextmanager
def database(server: str) -> Iterator[str]:
    """The URL of a blank database on a PostgreSQL server, which is dropped at the end."""
    name = f"llm_meter_bench_{time.time_ns()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield engine.url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        engine.dispose()


def hammer(server: str | None, processes: int, threads: int) -> None:
    """Threads at one limit; every few seconds a process and the service are killed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = sqlite_url(folder / "ledger.sqlite3")
        if server is not None:
            url = stack.enter_context(database(server))
        hold(folder, url, processes, threads)


def hold(folder: Path, url: str, processes: int, threads: int) -> None:
    """Let processes use up the limit of one ledger, and print what became of it."""
    limits = [{"window": "total", "unit": "tokens", "amount": CALLS * TOKENS, "on_exceed": "block"}]
    chance = random.Random(1)
    with Ledger.open(url) as ledger:
        crew = [start_client(folder, threads) for _ in range(processes)]
        started, killed = time.perf_counter(), 0
        for _ in range(KILLS):
            with service(folder, limits, url) as process:
                time.sleep(2 + 2 * chance.random())
                process.send_signal(signal.SIGKILL)
            victim = crew.pop(chance.randrange(len(crew)))
            killed += victim.poll() is None
            victim.kill()
            victim.wait()
            crew.append(start_client(folder, threads))
        with service(folder, limits, url):
            for client in crew:
                client.wait()
        took = time.perf_counter() - started
        sent = [call_id for file in folder.glob("calls-*.txt") for call_id in file.read_text().split()]
        print(
            f"{url.partition(':')[0]}: {processes} processes of {threads} threads,"
            f" kills of {killed} processes and {KILLS} services, {took:.0f} s"
        )
        print_results(ledger, parse_limits(limits, "config"), sent)


def start_client(folder: Path, threads: int) -> subprocess.Popen[str]:
    """Threads that call until they are refused for good, and note their calls in a file."""
    command = [sys.executable, str(PROGRAMS / "limit_client.py"), str(folder), str(threads), str(TOKENS)]
    with (folder / f"calls-{time.time_ns()}.txt").open("w") as calls:
        return subprocess.Popen(command, stdout=calls, text=True)


def print_results(ledger: Ledger, limits: Sequence[Any], sent: Sequence[str]) -> None:
    """Print what became of the limit."""
    finished = {record.call_id for record in ledger.records() if record.basis == "reported"}
    later = datetime.now(timezone.utc) + LEASE + timedelta(seconds=1)
    now = ledger.standings(limits, datetime.now(timezone.utc), {"user": "alice"})[0]
    end = ledger.standings(limits, later, {"user": "alice"})[0]
    print(f"  limit {CALLS * TOKENS:,} tokens, used {end.used:,}, above it {max(end.used - end.amount, 0):,}")
    print(f"  reserved {now.reserved}, past the leases {end.reserved}")
    print(
        f"  calls settled by clients {len(sent):,}, not in the ledger {len(set(sent) - finished):,}",
        flush=True,
    )


def main(server: str | None, is_short: bool) -> None:
    """Measure all."""
    if not is_short:
        latency([ROOMY], 1, "one limit, one process")
        latency([ROOMY], 8, "one limit, eight processes")
        latency(MANY, 1, "10,000 limits, one process", "77.ipynb")
    for each in dict.fromkeys((None, server)):
        for processes, threads in CREWS:
            hammer(each, processes, threads)


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        json.dump(ask_often(Path(sys.argv[2]), int(sys.argv[3]), (sys.argv[4:] or [None])[0]), sys.stdout)
    else:
        words = sys.argv[1:]
        main(next((word for word in words if "://" in word), None), "hold" in words)
