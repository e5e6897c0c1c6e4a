"""A real service in its own process, until it ends or is killed.

``limit_service.py FOLDER LIMITS [exact] [URL]``: LIMITS is the path of a JSON file, URL that of the ledger;
by default it is in FOLDER. With ``exact``, no call is sent while the service is away, and a call that lacks
only what is allotted waits for that as long as it takes; leases outlast the slowest restart.
"""

import json
import logging
import signal
import sys
from pathlib import Path

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.ledger.reservations import allotments, decide, store
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service import reservation_queue
from jupyter_llm_meter.service.compose import assemble_service
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.storage import Storage


class FixedLimits:
    def __init__(self, items):
        self.limits = parse_limits(items, "config")

    def current(self):
        return self.limits


def main(folder, items, is_exact, url):
    if is_exact:
        reservation_queue.RECALL_S = reservation_queue.LEASE_S = 600.0
        for module in (allotments, decide, store):
            module.LEASE_US = 600_000_000
    storage = Storage(folder, url)
    log = logging.getLogger("service")
    service = assemble_service(
        storage=storage,
        limits=FixedLimits(items),
        owner=Owner("alice"),
        problems=Problems(log),
        time_zone="UTC",
        log=log,
        rules=Rules("block") if is_exact else None,
    )
    service.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    service.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    folder, limits, *more = sys.argv[1:]
    url = next((each for each in more if "://" in each), f"sqlite:///{folder}/ledger.sqlite3")
    main(Path(folder), json.loads(Path(limits).read_text()), "exact" in more, url)
