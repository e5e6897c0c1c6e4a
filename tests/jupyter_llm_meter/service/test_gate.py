"""The gate file: there exactly while a hard limit is in force, and left behind where it is meant to block."""

import json
import stat

import pytest

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.policy.rules import Rules

WARNS = [{"window": "day", "unit": "tokens", "amount": 1000}]
BLOCKS = [{**WARNS[0], "on_exceed": "block"}]


@pytest.fixture
def gate(storage):
    """The gate file of a service, or None."""

    def read(service):
        path = storage.folder / "services" / f"{service.stem}.gate"
        if not path.exists():
            return None
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return json.loads(path.read_text())

    return read


@pytest.mark.parametrize("on_unreachable", ["allow", "block"])
def test_the_gate_is_there_from_the_start_while_a_limit_blocks(start, fixed_limits, gate, on_unreachable):
    service = start(limits=fixed_limits(BLOCKS), rules=Rules(on_unreachable))
    found = gate(service)
    assert found is not None
    assert (found["version"], found["on_unreachable"]) == (1, on_unreachable)


def test_without_a_blocking_limit_there_is_no_gate_file(start, fixed_limits, gate, eventually):
    service = start(limits=fixed_limits(WARNS))
    eventually(lambda: gate(service) is None, "the end of the gate")


def test_the_gate_follows_limits_that_change_while_nothing_happens(start, fixed_limits, gate, eventually):
    limits = fixed_limits(WARNS)
    service = start(limits=limits)
    told = []
    service.signals.changed.connect(told.append)
    eventually(lambda: gate(service) is None)
    limits.limits = parse_limits(BLOCKS, "config")
    eventually(lambda: gate(service) is not None, "the gate")
    eventually(lambda: told, "word of the new limits")
    limits.limits = parse_limits(WARNS, "config")
    eventually(lambda: gate(service) is None)


def test_who_asks_for_the_standing_has_the_gate_follow_at_once(start, fixed_limits, gate, eventually, caller):
    limits = fixed_limits(WARNS)
    service = start(limits=limits)
    eventually(lambda: gate(service) is None)
    limits.limits = parse_limits(BLOCKS, "config")
    caller(service)("/v1/standing")
    assert gate(service) is not None


@pytest.mark.parametrize(("on_unreachable", "is_left"), [("allow", False), ("block", True)])
def test_a_clean_stop_leaves_the_gate_only_where_it_is_meant_to_block(
    start, fixed_limits, gate, on_unreachable, is_left
):
    service = start(limits=fixed_limits(BLOCKS), rules=Rules(on_unreachable))
    service.stop()
    assert (gate(service) is not None) == is_left


def test_gates_that_dead_services_left_are_removed_unless_they_block(start, storage, eventually):
    services = storage.folder / "services"
    services.mkdir(mode=0o700)
    for stem, content in [
        ("1-dead", '{"version": 1, "on_unreachable": "allow"}'),
        ("2-dead", '{"version": 1, "on_unreachable": "block"}'),
        ("3-dead", "not JSON"),
    ]:
        (services / f"{stem}.gate").write_text(content)
    start()
    eventually(lambda: not (services / "1-dead.gate").exists())
    assert (services / "2-dead.gate").exists()
    assert (services / "3-dead.gate").exists()
