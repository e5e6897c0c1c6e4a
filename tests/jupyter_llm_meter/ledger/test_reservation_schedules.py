"""Hard limits under random schedules: what a model on paper decides, the ledger decides.

The model knows every call, its lease and the clock, and works every decision out from nothing: a call is
granted exactly when used + reserved + its worst case keeps every limit. Clocks go forward and back, across a
change of daylight saving time; windows are edited in mid-use; calls settle late, twice, after a drop.
"""

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from ledger_samples import call, limit, missing

from jupyter_llm_meter.core.reservation import LEASE, CallBounds
from jupyter_llm_meter.core.windows import window_bounds
from jupyter_llm_meter.ledger import Ledger

# A moment before clocks on Lord Howe Island go back by half an hour, and an hour begins.
START = datetime(2026, 4, 4, 14, 59, 45, tzinfo=timezone.utc)
TOKENS = limit("day", "tokens", 1000, on_exceed="block", time_zone="Australia/Lord_Howe")
CALLS = limit("hour", "calls", 4, on_exceed="block", time_zone="Australia/Lord_Howe")


@dataclass
class ModelCall:
    """A call as the model knows it."""

    started_at: datetime
    worst: int
    lease_ends_at: datetime | None = None
    leased_at_s: float = 0.0
    used: int | None = None
    was_held: bool = True

    def needs(self, each):
        return self.worst if each.unit == "tokens" else 1

    def counts(self, each):
        if self.used is None:
            return 0
        return self.used if each.unit == "tokens" else 1


class Schedule(RuleBasedStateMachine):
    """One ledger, one user, one clock."""

    blank: Path
    open_calls = Bundle("open calls")
    ended_calls = Bundle("ended calls")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.blank, self.folder / "ledger.sqlite3")
        self.ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.sqlite3'}", lambda _record: None)
        self.limits = [TOKENS, CALLS]
        self.now = START
        self.real_s = 0.0
        self.set_back_s = 0.0
        self.calls = {}
        self.is_excused = False

    def teardown(self):
        self.ledger.close()
        shutil.rmtree(self.folder)

    def is_live(self, each):
        ends_at = each.lease_ends_at
        return ends_at is not None and self.now < ends_at <= self.now + 2 * LEASE

    def room(self, one_limit, at):
        start, end = window_bounds(
            one_limit.window, at, one_limit.time_zone, one_limit.week_start, one_limit.reset_hour
        )
        inside = [each for each in self.calls.values() if start <= each.started_at and each.started_at < end]
        used = sum(each.counts(one_limit) for each in inside)
        reserved = sum(each.needs(one_limit) for each in inside if self.is_live(each))
        return used, reserved

    @rule(target=open_calls, worst=st.integers(1, 600))
    def reserve(self, worst):
        call_id = f"call-{len(self.calls):03}"
        asked = ModelCall(self.now, worst)
        fits = all(sum(self.room(each, self.now)) + asked.needs(each) <= each.amount for each in self.limits)
        record = missing(call_id, started_at=self.now, status="ok")
        (refused,) = self.ledger.reserve(
            [CallBounds(record, input_tokens=worst, max_output_tokens=0)], self.limits, self.now
        )
        assert (refused is None) == fits
        if refused is not None:
            used, reserved = self.room(refused.standing.limit, self.now)
            assert (refused.standing.used, refused.standing.reserved) == (used, reserved)
            return multiple()
        asked.lease_ends_at, asked.leased_at_s = self.now + LEASE, self.real_s
        self.calls[call_id] = asked
        return call_id

    @rule(target=ended_calls, call_id=consumes(open_calls), share=st.integers(0, 100))
    def settle(self, call_id, share):
        ended = self.calls[call_id]
        ended.used = ended.worst * share // 100
        figures = {"input_tokens": ended.used, "output_tokens": 0}
        self.end(call_id, call(call_id, started_at=ended.started_at, **figures))
        return call_id

    @rule(target=ended_calls, call_id=consumes(open_calls))
    def abort(self, call_id):
        ended = self.calls[call_id]
        ended.used = 0
        self.end(call_id, missing(call_id, started_at=ended.started_at))
        return call_id

    def end(self, call_id, record):
        ended = self.calls[call_id]
        # Its room may have gone to others because it was not renewed.
        self.is_excused |= not self.is_live(ended)
        ended.lease_ends_at = None
        self.ledger.settle([record], self.limits, self.now)

    @rule(target=ended_calls, call_id=consumes(open_calls))
    def drop(self, call_id):
        self.calls[call_id].lease_ends_at = None
        self.ledger.settle([], self.limits, self.now, dropped=[call_id, call_id])
        return call_id

    @rule(call_id=ended_calls)
    def end_again(self, call_id):
        ended = self.calls[call_id]
        self.ledger.settle([], self.limits, self.now, dropped=[call_id])
        if ended.used is not None:
            self.ledger.settle([missing(call_id, started_at=ended.started_at)], self.limits, self.now)

    @rule(call_ids=st.sets(open_calls, max_size=5))
    def renew(self, call_ids):
        renewed = self.ledger.renew(sorted(call_ids), self.now)
        assert renewed == sorted(each for each in call_ids if self.is_live(self.calls[each]))
        for call_id in renewed:
            self.calls[call_id].lease_ends_at = self.now + LEASE
            self.calls[call_id].leased_at_s = self.real_s

    @rule(seconds=st.sampled_from([1, 10, 29, 31, 61, 600, 3600]))
    def pass_time(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.real_s += seconds
        self.sweep()

    @rule(seconds=st.sampled_from([-7200, -3600, -61, -40, -20, -1, 20, 61, 3600, 86400]))
    def set_the_clock(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.set_back_s += max(-seconds, 0)
        self.is_excused = True

    @rule()
    def sweep(self):
        self.ledger.sweep(self.now)
        for each in self.calls.values():
            if not self.is_live(each):
                each.lease_ends_at = None

    @rule(
        hour=st.sampled_from([0, 1, 2, 14]),
        zone=st.sampled_from(["Australia/Lord_Howe", "UTC", "Asia/Tokyo"]),
    )
    def edit_the_window(self, hour, zone):
        self.limits = [replace(TOKENS, reset_hour=hour, time_zone=zone), CALLS]
        self.is_excused = True

    @invariant()
    def standings_are_the_models(self):
        for standing in self.ledger.standings(self.limits, self.now, {"user": "alice"}):
            used, reserved = self.room(standing.limit, self.now)
            assert (standing.used, standing.reserved) == (used, reserved)
            if not self.is_excused:
                assert standing.used + standing.reserved <= standing.amount

    @invariant()
    def no_reservation_outlives_its_lease(self):
        for each in self.calls.values():
            if self.is_live(each):
                assert self.real_s - each.leased_at_s < LEASE.total_seconds() + self.set_back_s


@pytest.fixture(scope="module")
def blank_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.sqlite3"
        Ledger.open(f"sqlite:///{path}").close()
        yield path


def test_whatever_happens_in_whatever_order_a_call_is_granted_exactly_when_it_fits(blank_file):
    Schedule.blank = blank_file
    run_state_machine_as_test(
        Schedule,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_limit_is_exact_to_the_last_token(blank_file, tmp_path):
    shutil.copy(blank_file, tmp_path / "ledger.sqlite3")
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        asks = [
            CallBounds(missing(f"{n}", started_at=START), input_tokens=worst, max_output_tokens=0)
            for n, worst in enumerate((999, 2, 1, 1))
        ]
        refused = ledger.reserve(asks, [TOKENS], START)
        assert [claim is None for claim in refused] == [True, False, True, False]
        (standing,) = ledger.standings([TOKENS], START)
        assert (standing.used, standing.reserved, standing.remaining) == (Decimal(0), 1000, 0)
