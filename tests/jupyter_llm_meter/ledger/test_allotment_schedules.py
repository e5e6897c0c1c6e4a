"""Allotments under random schedules: the taps of several processes, one ledger, one limit.

The taps' own code decides what is drawn, the ledger's own code what is given; the test moves lines, answers
and clocks between them, late, twice or never, and kills processes. Whatever happens, what was used and what
anybody may still use are never above the amount.
"""

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
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
from ledger_samples import NOW, limit, missing

from jupyter_llm_meter.core.allotments import AllotmentRequest
from jupyter_llm_meter.core.reservation import LEASE, CallBounds
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.service.reservation_request import read_returned
from llm_meter_tap.limits import allotments as tap_side
from llm_meter_tap.limits.allotments import Allotments, Bounds, kind_of

LIMITS = [
    limit("day", "tokens", 30_000, on_exceed="block"),
    limit("month", "calls", 60, on_exceed="block"),
]


class Clock:
    """The clock of every process, as the tap sees it."""

    now_s = 1000.0

    @classmethod
    def monotonic(cls):
        return cls.now_s


class Process:
    """A process with a tap: what it holds, and what it was not told yet."""

    def __init__(self, name):
        self.spool = f"{name}.jsonl"
        self.leases = set()
        self.allotments = Allotments(self)
        self.answers = []

    def hold(self, name, _lease_s):
        self.leases.add(name)

    def release(self, name):
        self.leases.discard(name)


class Schedule(RuleBasedStateMachine):
    """One ledger and up to three processes of one user."""

    blank: Path
    under_way = Bundle("calls under way")
    ended = Bundle("ended calls")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.blank, self.folder / "ledger.sqlite3")
        self.ledger = Ledger.open(f"sqlite:///{self.folder / 'ledger.sqlite3'}", lambda _record: None)
        self.now = NOW
        self.processes = [Process(f"{number}-0badcafe") for number in range(3)]
        self.count = 0
        self.worst = {}
        self.open_calls = {}
        self.is_excused = False

    def teardown(self):
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(
        target=under_way,
        which=st.integers(0, 2),
        read=st.integers(1, 400),
        written=st.sampled_from([0, 10, 300]),
        times=st.sampled_from([1, 1, 5, 30]),
        is_answered=st.sampled_from([True, True, False]),
    )
    def call(self, which, read, written, times, is_answered):
        """Some calls of a process, one after another."""
        process = self.processes[which]
        sent = [
            each
            for each in (self.sent(process, read, written, is_answered) for _ in range(times))
            if each is not None
        ]
        return multiple(*((process, record) for record in sent))

    def sent(self, process, read, written, is_answered=True):
        """The call, if it may leave. Without an answer it doesn't, and the process says so."""
        self.count += 1
        record = missing(f"call-{self.count:04}", started_at=self.now, status="ok")
        bounds = Bounds(4 * read, written)
        kind = kind_of(record, ())
        self.worst[record.call_id] = (read, written)
        if process.allotments.draw(kind, record, bounds, "as they are"):
            self.open_calls[record.call_id] = process
            return record
        wish = process.allotments.wish(kind, bounds)
        returned = process.allotments.returned()
        request = wish and AllotmentRequest(wish["id"], process.spool, wish["calls"], wish["input_bytes"])
        asked = CallBounds(
            record,
            read,
            written,
            allotment=request,
            returned=read_returned(in_json(returned)),
            holder=process.spool,
        )
        reserved = self.ledger.reserve_with_allotments([asked], LIMITS, self.now)
        if is_answered:
            process.allotments.told(returned)
        if wish is not None:
            given = reserved.allotments.get(record.call_id)
            heard = ((given and answer(given)) or {"granted": True}) if is_answered else {}
            process.allotments.answered(kind, wish["id"], heard, Clock.now_s)
        if not is_answered:
            self.ledger.settle([], LIMITS, self.now, dropped=[record.call_id])
            return None
        if reserved.decisions[0] is not None:
            return None
        process.leases.add(record.call_id)
        self.open_calls[record.call_id] = process
        return record

    @rule(target=ended, one=consumes(under_way), share=st.integers(0, 100), is_late=st.booleans())
    def settle(self, one, share, is_late):
        """A call ends; the process hears what it used at once, or later."""
        process, record = one
        read, written = (share * most // 100 for most in self.worst[record.call_id])
        done = replace(record, basis="reported", input_tokens=read, output_tokens=written)
        process.allotments.ended(done)
        process.leases.discard(done.call_id)
        self.open_calls.pop(record.call_id, None)
        settled = self.ledger.settle([done], LIMITS, self.now)
        process.answers.append((done.call_id, settled))
        if not is_late:
            self.hear(process)
        return process, done

    @rule(which=st.integers(0, 2))
    def hear_late(self, which):
        self.hear(self.processes[which])

    def hear(self, process):
        for call_id, settled in process.answers:
            drawn = [{"id": each.call_id, "used": dict(each.used)} for each in settled.drawn]
            process.allotments.delivered([call_id], drawn, settled.recalled)
        process.answers.clear()

    @rule(one=ended)
    def send_again(self, one):
        """The answer to a line was lost: it comes twice."""
        process, record = one
        process.answers.append((record.call_id, self.ledger.settle([record], LIMITS, self.now)))

    @rule(one=consumes(under_way))
    def drop(self, one):
        process, record = one
        process.allotments.dropped(record.call_id)
        self.open_calls.pop(record.call_id, None)
        process.leases.discard(record.call_id)
        self.ledger.settle([], LIMITS, self.now, dropped=[record.call_id])

    @rule(which=st.integers(0, 2), is_all=st.booleans())
    def give_back(self, which, is_all):
        self.processes[which].allotments.give_back(self, is_all)

    def post(self, path, body, _headers):
        """The service, as the taps' own code calls it."""
        assert path == "/v1/return"
        self.ledger.give_back(read_returned(body))
        return 200, {}

    @rule(which=st.integers(0, 2), is_imported=st.booleans())
    def kill(self, which, is_imported):
        """A process is killed; its calls under way were aborted, and nobody knows what they used."""
        dead = self.processes[which]
        self.processes[which] = Process(f"{self.count}-{which}")
        # What its calls under way use is known to nobody, and their room may go to others.
        self.is_excused |= dead in self.open_calls.values()
        if is_imported:
            self.ledger.end_of_holder(dead.spool)

    @rule(seconds=st.sampled_from([0.3, 1, 5, 19, 40]), stopped=st.sampled_from([None, None, 0, 1]))
    def pass_time(self, seconds, stopped):
        """Time passes; who is not stopped renews what it holds, as often as it must."""
        asleep = None if stopped is None else self.processes[stopped]
        if seconds > 30:
            self.is_excused |= asleep in self.open_calls.values()
        while seconds > 0:
            step = min(seconds, 9)
            seconds -= step
            self.now += timedelta(seconds=step)
            Clock.now_s += step
            for process in self.processes:
                if process.leases and process is not asleep:
                    lost = process.leases - set(self.ledger.renew(sorted(process.leases), self.now))
                    process.leases -= lost
                    process.allotments.lost(lost)
        self.ledger.sweep(self.now)

    @invariant()
    def no_limit_is_overcommitted(self):
        if self.is_excused:
            return
        for standing in self.ledger.standings(LIMITS, self.now, {"user": "alice"}):
            assert standing.used + standing.reserved <= standing.amount

    @invariant()
    def no_process_may_draw_more_than_the_ledger_holds_for_it(self):
        held = {}
        for process in self.processes:
            for allotment in process.allotments.opened():
                for share in allotment.shares:
                    held[share.unit] = held.get(share.unit, 0) + max(share.left, 0)
        for standing in self.ledger.standings(LIMITS, self.now, {"user": "alice"}):
            assert held.get(standing.limit.unit, 0) <= standing.reserved

    @invariant()
    def what_a_process_holds_is_what_the_ledger_has(self):
        """Once it has heard everything, to the last token."""
        rows = {}
        with closing(sqlite3.connect(self.folder / "ledger.sqlite3")) as connection:
            for name, limit_id, amount in connection.execute(
                "SELECT call_id, limit_id, amount FROM reservations"
            ):
                rows[name, limit_id] = amount
        for process in self.processes:
            for allotment in process.allotments.opened() if not process.answers else ():
                under_way = [each for each in self.open_calls if each in allotment.under_way]
                for share in allotment.shares:
                    held = sum(
                        sum(self.worst[each]) + 3 * self.worst[each][0] if share.unit == "tokens" else 1
                        for each in under_way
                    )
                    assert rows.get((allotment.id, share.limit_id)) == share.left + held

    @invariant()
    def with_nothing_under_way_all_room_can_be_had(self):
        if any(each.leases for each in self.processes):
            return
        later = self.now + LEASE + timedelta(seconds=1)
        for standing in self.ledger.standings(LIMITS, later, {"user": "alice"}):
            assert standing.reserved == 0


def in_json(returned):
    return json.dumps({"returned": returned}).encode()


def answer(given):
    return {
        "lease_s": LEASE.total_seconds(),
        "allotment": {
            "id": given.id,
            "limits": "as they are",
            "shares": [vars(share) for share in given.shares],
            "output_tokens": given.output_tokens,
            "valid_s": given.valid.total_seconds(),
        },
    }


@pytest.fixture(scope="module")
def blank_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.sqlite3"
        Ledger.open(f"sqlite:///{path}").close()
        yield path


def test_whatever_happens_in_whatever_order_nobody_can_use_more_than_there_is(blank_file, monkeypatch):
    monkeypatch.setattr(tap_side, "Clock", Clock)
    Schedule.blank = blank_file
    run_state_machine_as_test(
        Schedule,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_loop_of_calls_uses_a_limit_up_to_its_last_call(blank_file, monkeypatch):
    monkeypatch.setattr(tap_side, "Clock", Clock)
    Schedule.blank = blank_file
    schedule = Schedule()
    process = schedule.processes[0]
    sent = 0
    while (record := schedule.sent(process, 10, 0)) is not None:
        sent += 1
        schedule.settle((process, record), 100, False)
    assert sent == 60
    schedule.teardown()


def test_a_call_of_another_process_gets_what_the_first_one_gives_back(blank_file, monkeypatch):
    monkeypatch.setattr(tap_side, "Clock", Clock)
    Schedule.blank = blank_file
    schedule = Schedule()
    first, second = schedule.processes[:2]
    for _ in range(20):
        schedule.settle((first, schedule.sent(first, 10, 0)), 100, False)
    (asked,) = [CallBounds(missing("large", started_at=schedule.now), 29_600, 0)]
    (refused,) = schedule.ledger.reserve([asked], LIMITS, schedule.now)
    assert refused.is_allotted_elsewhere
    schedule.settle((first, schedule.sent(first, 10, 0)), 100, False)
    first.allotments.give_back(schedule)
    assert schedule.ledger.reserve([asked], LIMITS, schedule.now) == [None]
    assert second.leases == set()
    schedule.teardown()


def test_what_came_with_a_lost_answer_is_given_back(blank_file, monkeypatch):
    monkeypatch.setattr(tap_side, "Clock", Clock)
    Schedule.blank = blank_file
    schedule = Schedule()
    process = schedule.processes[0]
    schedule.settle((process, schedule.sent(process, 10, 0)), 100, False)
    assert schedule.sent(process, 10, 0, is_answered=False) is None
    calls = schedule.ledger.standings(LIMITS, schedule.now, {"user": "alice"})[1]
    assert calls.reserved == 8
    assert process.allotments.due_in_s() == 0
    process.allotments.give_back(schedule)
    calls = schedule.ledger.standings(LIMITS, schedule.now, {"user": "alice"})[1]
    assert (calls.used, calls.reserved) == (1, 0)
    schedule.teardown()
