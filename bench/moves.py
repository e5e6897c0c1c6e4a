"""How long a rename of a folder takes in the ledger: ``python bench/moves.py [CALLS [NOTEBOOKS]]``.

By default 100,000 calls in 200 notebooks of one folder, in an SQLite file in a temporary folder, beside as
many calls elsewhere. The folder is renamed there and back; the figure is the whole transaction, which the
page of a renamed notebook waits for.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from ledger import LIMITS, synthetic

from jupyter_llm_meter.ledger import Ledger
from llm_meter_tap.wire.record import CallRecord

ROUNDS = 6
BATCH = 5000


def calls(count: int, notebooks: int, chance: random.Random) -> Iterator[CallRecord]:
    """Calls, half of them in notebooks of the folder, with kernels of their own."""
    for number, record in enumerate(synthetic(2 * count, chance, "move-", days=180)):
        session = number * 2 * notebooks // count
        notebook, folder = session // 2 % notebooks, "elsewhere" if session % 2 else "course"
        path = f"{folder}/week-{notebook % 12}/notebook-{notebook}.ipynb"
        yield replace(record, notebook_path=path, kernel_id=f"kernel-{session}")


def main() -> None:
    """Fill a ledger, rename its folder and print how long that took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    notebooks = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    chance = random.Random(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(f"sqlite:///{Path(folder) / 'ledger.sqlite3'}") as ledger,
    ):
        records = list(calls(count, notebooks, chance))
        for first in range(0, len(records), BATCH):
            batch = records[first : first + BATCH]
            ledger.settle(batch, LIMITS, batch[0].started_at)
        took = []
        for number in range(ROUNDS):
            old, new = ("course", "lectures") if number % 2 == 0 else ("lectures", "course")
            start = time.perf_counter()
            moved = ledger.move_notebooks("alice", old, new, datetime.now(timezone.utc))
            took.append(time.perf_counter() - start)
            assert len(moved) == notebooks
    print(f"rename a folder of {notebooks} notebooks and {count:,} calls, seconds: ", end="")
    print(f"{median(took):.2f} median, {max(took):.2f} at most")


if __name__ == "__main__":
    main()
