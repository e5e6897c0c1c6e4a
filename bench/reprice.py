"""How fast calls are priced again: ``python bench/reprice.py [CALLS [URL]]``, 20,000 by default.

Fills an SQLite file in a temporary folder, or settles the calls into a blank PostgreSQL database, prices them
all again with other prices, and looks whether every sum is the one of a plain scan, to the last decimal.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from ledger_filler import fill, records

from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.ledger import Ledger, RepriceEntry, Repricing, new_entry_id, sum_of
from llm_meter_tap.wire.record import CallRecord

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
RATE = Decimal("0.000003000001")
BATCH = 5000


def main() -> int:
    """Measure once; returns 1 if a sum is wrong."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite3")
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{path}"
        if url.startswith("sqlite"):
            fill(path, count)
        with Ledger.open(url) as ledger:
            if not url.startswith("sqlite"):
                made = list(records(count, random.Random(1)))
                for start in range(0, count, BATCH):
                    ledger.settle(made[start : start + BATCH], [], NOW)
            return measure(ledger)


def measure(ledger: Ledger) -> int:
    """Price every call again and compare; returns 1 if a sum is wrong."""
    entry = RepriceEntry(id=new_entry_id(), user="bench", price_version="bench", started_at=NOW)
    started = time.perf_counter()
    change = sum_of(ledger.reprice(Repricing(pricer), entry).values())
    took = time.perf_counter() - started
    print(
        f"{change.calls} calls in {took:.1f} s: {change.calls / took:.0f} a second, {change.changed} changed"
    )
    scanned = sum((row.cost_amount or Decimal(0) for row in ledger.records()), Decimal(0))
    (noted,) = ledger.reprices()
    (summed,) = ledger.usage("none")
    found = {"scan": scanned, "sums": Decimal(summed["cost"]), "trail": noted.after}
    print(", ".join(f"{name} {amount} USD" for name, amount in found.items()))
    return int(len(set(found.values())) != 1)


def pricer(record: CallRecord) -> Cost | None:
    """Other prices: a rate for every token."""
    tokens = record.total_tokens
    return None if tokens is None else Cost(tokens * RATE, "USD", "own: bench")


if __name__ == "__main__":
    sys.exit(main())
