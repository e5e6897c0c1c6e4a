"""Whether a blocking limit is in force, at the cost of one look."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin_service import StandInService

from llm_meter_tap.limits.gate import Gate, GateWatch


@pytest.fixture
def other(folder: Path) -> Iterator[StandInService]:
    running = StandInService(folder, "2-bbbbbbbb", started_at="2026-02-01T00:00:00Z")
    yield running
    running.close()


@pytest.fixture(autouse=True)
def started_by_the_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_METER_SERVICE", "1-aaaaaaaa")


def test_without_services_the_gate_is_absent(folder):
    assert GateWatch(str(folder)).current_gate() is None


def test_a_gate_is_seen_when_it_comes_when_it_is_replaced_and_when_it_goes(folder, service):
    watch = GateWatch(str(folder))
    assert watch.current_gate() is None
    service.write_gate()
    assert watch.current_gate() == Gate("allow")
    service.write_gate("block")
    assert watch.current_gate() == Gate("block")
    service.remove_gate()
    assert watch.current_gate() is None


def test_nothing_is_read_again_until_something_has_changed(folder, service, monkeypatch):
    service.write_gate()
    long_ago = 1_000_000_000
    os.utime(folder / "services", ns=(long_ago, long_ago))
    watch = GateWatch(str(folder))
    assert watch.current_gate() == Gate("allow")

    monkeypatch.setattr(watch, "_find_gate", lambda: pytest.fail("it looked again"))
    assert watch.current_gate() == Gate("allow")


def test_the_gate_of_another_service_is_not_ours_while_ours_lives(folder, service, other):
    other.write_gate()
    assert GateWatch(str(folder)).current_gate() is None


def test_where_ours_is_gone_the_newest_living_ones_gate_holds(folder, service, other):
    other.write_gate("block")
    service.release_lock()
    assert GateWatch(str(folder)).current_gate() == Gate("block")


def test_the_gate_of_a_killed_service_still_applies(folder, service, other):
    service.write_gate("block")
    service.release_lock()
    assert GateWatch(str(folder)).current_gate() == Gate("block")


def test_a_gate_that_cannot_be_understood_is_one_that_allows_without_an_answer(folder, service):
    (folder / "services" / "1-aaaaaaaa.gate").write_text("{nonsense")
    assert GateWatch(str(folder)).current_gate() == Gate("allow")
