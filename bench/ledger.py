"""How fast the ledger settles and answers: ``python bench/ledger.py [CALLS [URL]]``, a million by default.

Prints medians of real work on an SQLite file in a temporary folder. The million calls are settled in
batches of 5,000, as an import would; the timed settles before it are those of a service at work. Then eight
threads of one process settle side by side; beside them stands what the database takes from one thread that
inserts a bare row in each transaction. With the URL of a blank PostgreSQL database, it is measured there too.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.ledger import Filter, Ledger
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
DAYS = 180
LIMITS = parse_limits(
    [
        {"window": "month", "unit": "tokens", "amount": 10**12},
        {"window": "day", "unit": "USD", "amount": 10**6, "scope": "model"},
        {"window": "hour", "unit": "calls", "amount": 10**9, "scope": "notebook"},
    ],
    "settings",
    "Asia/Shanghai",
)
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-5", "claude-sonnet-4-5", "gemini-2.5-pro")
CALLS_A_SESSION = 400
SETTLES = 300
WRITERS = 8
ROUNDS = 5


def synthetic(count: int, chance: random.Random, prefix: str, days: int = 0) -> Iterator[CallRecord]:
    """Calls of one user over the days before NOW, in sessions: an hour, a notebook and one or two models."""
    for number in range(count):
        if number % CALLS_A_SESSION == 0:
            notebook = chance.randrange(40)
            models = chance.sample(MODELS, chance.choice((1, 2)))
            start = NOW - timedelta(hours=1 + chance.randrange(days * 24 + 1))
        at = start + timedelta(seconds=chance.random() * 3600)
        yield CallRecord(
            call_id=f"{prefix}{number:032}",
            started_at=at,
            status="ok",
            basis="reported",
            source="tap",
            duration_s=1.2,
            operation_name="chat",
            provider_name="openai",
            request_model=chance.choice(models),
            input_tokens=chance.randrange(4000),
            output_tokens=chance.randrange(900),
            usage_raw={"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500},
            server_address="llm.example.com",
            server_port=443,
            user_id="alice",
            project=f"project-{notebook % 5}",
            notebook_path=f"project-{notebook % 5}/notebook-{notebook}.ipynb",
            kernel_id=f"kernel-{at.isocalendar().week}-{notebook % 8}",
            cell_id=f"cell-{chance.randrange(30)}",
        )


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def settle_rate(ledger: Ledger, size: int, chance: random.Random) -> None:
    """Print the median time of a settle of `size` calls, and the calls a second it makes."""
    records = list(synthetic(SETTLES * size, chance, f"settle-{size}-"))
    batches = [records[first : first + size] for first in range(0, len(records), size)]
    times = [timed(lambda batch=batch: ledger.settle(batch, LIMITS, NOW)) for batch in batches]  # type: ignore[misc]
    print(f"settle {size:5} at a time  {median(times) * 1e3:8.2f} ms   {size / median(times):9,.0f} calls/s")


def writers(ledger: Ledger, size: int, chance: random.Random) -> None:
    """Print the calls a second of threads that settle `size` calls at a time."""
    rounds = max(1, 2 * SETTLES // (WRITERS * size) if size > 1 else SETTLES)
    records = list(synthetic(WRITERS * rounds * size, chance, f"writers-{size}-"))
    batches = [records[first : first + size] for first in range(0, len(records), size)]

    def settle(number: int) -> None:
        for batch in batches[number * rounds : (number + 1) * rounds]:
            ledger.settle(batch, LIMITS, NOW)

    started, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(settle, range(WRITERS)))
    took, processor = time.perf_counter() - started, time.process_time() - processor
    rate, per_call = len(records) / took, processor / len(records) * 1e6
    print(
        f"{WRITERS} writers, {size:2} at a time {rate:9,.0f} calls/s  {per_call:6.0f} us of processor a call"
    )


def bare_rows(connection: Any, slot: str) -> None:
    """Print the rows a second that the database takes, a transaction each."""
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, content TEXT NOT NULL)")
    connection.commit()
    started = time.perf_counter()
    for number in range(SETTLES):
        cursor.execute(f"INSERT INTO bare VALUES ({slot}, {slot})", (number, "x" * 100))
        connection.commit()
    rate = SETTLES / (time.perf_counter() - started)
    cursor.execute("DROP TABLE bare")
    connection.commit()
    print(f"bare rows, one at a time {rate:6,.0f} rows/s")


def measure_writers(url: str, chance: random.Random) -> None:
    """Print what several threads of one process settle in a blank ledger, beside bare rows."""
    print(f"\n{url.partition(':')[0]}")
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///") + "-bare")) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            bare_rows(connection, "?")
    else:
        import psycopg

        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            bare_rows(connection, "%s")
    with Ledger.open(url) as ledger:
        ledger.settle(list(synthetic(10, chance, "first-")), LIMITS, NOW)
        settle_rate(ledger, 1, chance)
        for size in (1, 50):
            writers(ledger, size, chance)


def main(count: int, postgresql: str | None) -> None:
    """Settle, fill, ask."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        measure_writers(f"sqlite:///{Path(folder) / 'writers.sqlite3'}", chance)
    if postgresql is not None:
        measure_writers(postgresql, chance)
    print()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        url = f"sqlite:///{path}"
        print(f"open blank            {timed(lambda: Ledger.open(url).close()) * 1e3:8.2f} ms")
        with Ledger.open(url) as ledger:
            ledger.settle(list(synthetic(10, chance, "warm-")), LIMITS, NOW)
            for size in (1, 50):
                settle_rate(ledger, size, chance)
            start = time.perf_counter()
            for first in range(0, count, 5000):
                batch = list(synthetic(min(5000, count - first), chance, f"fill-{first}-", DAYS))
                ledger.settle(batch, LIMITS, NOW)
            took = time.perf_counter() - start
            print(f"fill with {count:,} calls over {DAYS} days: {took:.0f} s, {count / took:,.0f} calls/s")
            size = path.stat().st_size
            print(f"file {size / 2**20:,.0f} MiB, {size / count:,.0f} bytes a call")
            settle_rate(ledger, 1, chance)
            ask(ledger)
        print(f"open                  {timed(lambda: Ledger.open(url).close()) * 1e3:8.2f} ms")


def ask(ledger: Ledger) -> None:
    """Print how long the questions of the gauge and the dashboard take."""
    month = NOW - timedelta(days=30)
    odd = NOW - timedelta(days=7, minutes=7)
    questions: dict[str, Callable[[], object]] = {
        "standings": lambda: ledger.standings(LIMITS, NOW),
        "summary of a month": lambda: ledger.summary(month, NOW),
        "summary, ragged edges": lambda: ledger.summary(odd, NOW),
        "usage by model, all": lambda: ledger.usage("model"),
        "usage by day, all": lambda: ledger.usage("day", time_zone="Asia/Shanghai"),
        "usage by notebook, 30 days": lambda: ledger.usage("notebook", Filter(month, NOW)),
        "usage by cell, 30 days": lambda: ledger.usage("cell", Filter(month, NOW)),
        "last 50 calls": lambda: ledger.calls(50),
        "last 50 of a notebook": lambda: ledger.calls(
            50, which=Filter(values={"notebook": "project-1/notebook-11.ipynb"})
        ),
        "alerts": lambda: ledger.alerts(LIMITS, NOW),
    }
    for name, question in questions.items():
        times = [timed(question) for _ in range(ROUNDS)]
        print(f"{name:28} {median(times) * 1e3:8.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else None)
