"""Settles calls until it is killed, and prints the id of each: ``ledger_writer.py URL NAME``."""

import sys
from itertools import count

from ledger_samples import NOW, call, limit

from jupyter_llm_meter.ledger import Ledger

LIMITS = (limit(amount=10**9), limit("day", "calls", 10**9, scope="notebook"))


def main(url, name):
    with Ledger.open(url) as ledger:
        for number in count():
            call_id = f"{name}-{number}"
            ledger.settle([call(call_id, input_tokens=number, notebook_path=name)], LIMITS, NOW)
            sys.stdout.write(f"{call_id}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
