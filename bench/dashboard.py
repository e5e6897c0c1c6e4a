"""How long the dashboard's questions take: ``python bench/dashboard.py [CALLS]``, a million by default.

Makes two ledgers in a temporary folder, of 10,000 calls and of so many, and asks both, by the same code as
the server. Prints the median time of each question and the ratio: what grows as the calls do shows. The
first questions are those of a dashboard that opens on the last 30 days.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from ledger_filler import DAYS, NOW, fill

from jupyter_llm_meter.exports import FORMS
from jupyter_llm_meter.ledger import ALL_CALLS, Filter, Ledger

FEW = 10_000
ROUNDS = 5
ZONE = "Asia/Shanghai"
NOTEBOOK = "project-3/notebook-3.ipynb"
MONTH = Filter(NOW - timedelta(days=30), NOW)


def opening(ledger: Ledger, which: Filter) -> dict[str, Callable[[], object]]:
    """What is asked of one period."""
    searched = Filter(which.start, which.end, search="gpt-5")
    absent = Filter(which.start, which.end, search="nowhere to be found")
    return {
        "totals": lambda: ledger.usage("none", which),
        "trend by day and model": lambda: ledger.usage("day", which, ZONE, "model", 8),
        "by model": lambda: ledger.usage("model", which, limit=10),
        "by notebook": lambda: ledger.usage("notebook", which, limit=10),
        "by cell": lambda: ledger.usage("cell", which, limit=10),
        "top 10 calls by cost": lambda: ledger.calls(10, which=which, sort="cost"),
        "first page": lambda: ledger.calls(50, which=which),
        "search": lambda: ledger.calls(50, which=searched),
        "search that finds nothing": lambda: ledger.calls(50, which=absent),
        "page by cost": lambda: ledger.calls(50, which=which, sort="cost"),
    }


def narrowed(ledger: Ledger) -> dict[str, Callable[[], object]]:
    """What is asked of one notebook."""
    which = Filter(MONTH.start, MONTH.end, {"notebook": NOTEBOOK})
    return {
        "its totals": lambda: ledger.usage("none", which),
        "its trend by hour": lambda: ledger.usage("hour", which, ZONE, "model", 8),
        "its cells": lambda: ledger.usage("cell", which),
        "its first page": lambda: ledger.calls(50, which=which),
        "its calls by cost": lambda: ledger.calls(50, which=which, sort="cost"),
    }


def compare(title: str, few: dict[str, Callable[[], object]], many: dict[str, Callable[[], object]]) -> None:
    """Print the time of each question in both ledgers, and the sum."""
    print(f"\n{title:32}{'few, ms':>10}{'many, ms':>10}{'ratio':>8}")
    sums = [0.0, 0.0]
    for name in many:
        times = [median_ms(questions[name]) for questions in (few, many)]
        sums = [known + took for known, took in zip(sums, times, strict=True)]
        print(f"{name:32}{times[0]:10.1f}{times[1]:10.1f}{times[1] / times[0]:8.1f}", flush=True)
    print(f"{'all of them':32}{sums[0]:10.1f}{sums[1]:10.1f}{sums[1] / sums[0]:8.1f}")


def median_ms(question: Callable[[], object]) -> float:
    """Milliseconds that a question takes when it is asked again."""
    question()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        times.append(time.perf_counter() - began)
    return median(times) * 1e3


def export(ledger: Ledger, form: str) -> None:
    """Print how fast a whole ledger is exported."""
    writer, last, calls, size = FORMS[form].writer(), None, 0, 0
    began = time.perf_counter()
    size += len(writer.start_file())
    while records := ledger.records_after(last, ALL_CALLS):
        size += len(writer.write_calls(records))
        last, calls = records[-1], calls + len(records)
    size += len(writer.end_file())
    took = time.perf_counter() - began
    print(
        f"export as {form:8} {took:6.1f} s  {calls / took:9,.0f} calls/s  {size / 2**20:6,.0f} MiB",
        flush=True,
    )


def main(count: int) -> None:
    """Fill, ask, export."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {number: Path(folder) / f"{number}.sqlite3" for number in (FEW, count)}
        for number, path in paths.items():
            began = time.perf_counter()
            fill(path, number)
            took = time.perf_counter() - began
            print(
                f"{number:,} calls over {DAYS} days: {path.stat().st_size / 2**20:,.0f} MiB,"
                f" {path.stat().st_size / number:,.0f} bytes a call, in {took:.0f} s"
            )
        ledgers = [Ledger.open(f"sqlite:///{path}") for path in paths.values()]
        few, many = ledgers
        compare("the last 30 days", opening(few, MONTH), opening(many, MONTH))
        compare("all time", opening(few, ALL_CALLS), opening(many, ALL_CALLS))
        compare("one notebook, 30 days", narrowed(few), narrowed(many))
        print()
        for form in ("csv", "jsonl"):
            export(few, form)
        for ledger in ledgers:
            ledger.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
