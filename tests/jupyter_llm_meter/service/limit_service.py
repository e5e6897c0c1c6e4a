"""A real service in a process of its own: ``limit_service.py FOLDER LIMITS``, until it is ended or killed.

LIMITS is the path of a JSON file.
"""

import json
import logging
import signal
import sys
from pathlib import Path

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import assemble_service
from jupyter_llm_meter.service.owner import Owner
from jupyter_llm_meter.service.storage import Storage


class FixedLimits:
    def __init__(self, items):
        self.limits = parse_limits(items, "config")

    def current(self):
        return self.limits


def main(folder, items):
    storage = Storage(folder, f"sqlite:///{folder / 'ledger.sqlite3'}")
    log = logging.getLogger("service")
    service = assemble_service(
        storage=storage,
        limits=FixedLimits(items),
        owner=Owner("alice"),
        problems=Problems(log),
        time_zone="UTC",
        log=log,
    )
    service.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    service.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
