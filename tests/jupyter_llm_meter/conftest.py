"""What tests of the service, of alerts and of the rest share."""

import time

import pytest
from empty_ledger import place_empty_ledger

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.service.storage import Storage

LOOKS = 2400
"""How often to look before giving up: two minutes, since a busy machine is no failure."""


class FixedLimits:
    """Limits that a test has written down."""

    def __init__(self, items):
        self.limits = parse_limits(items, "config")

    def current(self):
        return self.limits


@pytest.fixture
def fixed_limits():
    return FixedLimits


@pytest.fixture
def storage(tmp_path):
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return Storage(folder, place_empty_ledger(folder / "ledger.sqlite3"))


def waiter(pause):
    """Make what waits until something holds, and pauses between its looks."""

    def wait(condition, what="the condition"):
        for _ in range(LOOKS):
            result = condition()
            if result:
                return result
            pause()
        pytest.fail(f"{what} did not come true")

    return wait


@pytest.fixture
def blocked():
    """Wait in real time until something holds, also while a server's loop stands still."""
    return waiter(lambda: time.sleep(0.05))


@pytest.fixture
def eventually(blocked):
    """Wait until something holds."""
    return blocked


@pytest.fixture
def waiting():
    """How to wait otherwise: see `waiter`."""
    return waiter
