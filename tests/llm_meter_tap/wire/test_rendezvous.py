"""A tap believes the rendezvous and the gates of its own account and of root, and of no other account."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llm_meter_tap.limits.gate import Gate, GateWatch
from llm_meter_tap.system import Process
from llm_meter_tap.wire.rendezvous import living_services

MINE, THEIRS, ROOT = 12001, 12002, 0
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away"
)


@pytest.fixture(autouse=True)
def as_a_plain_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tap take itself for an account without rights, which it asks the system for at each look."""
    monkeypatch.setattr(Process, "account", lambda: MINE)


@pytest.fixture
def files(folder, service) -> dict[str, Path]:
    """A living service with a gate: its folder, its rendezvous and its gate, all of this account."""
    service.write_gate()
    services = folder / "services"
    found = {
        "folder": services,
        "rendezvous": services / "1-aaaaaaaa.json",
        "gate": services / "1-aaaaaaaa.gate",
    }
    for path in found.values():
        os.chown(path, MINE, MINE)
    return found


def stems(folder: Path) -> list[str]:
    return [one.stem for one in living_services(str(folder), None)]


@pytest.mark.parametrize("owner", [MINE, ROOT])
@pytest.mark.parametrize("which", ["folder", "rendezvous", "gate"])
def test_what_belongs_to_this_account_or_to_root_is_believed(folder, files, which, owner):
    os.chown(files[which], owner, owner)
    assert stems(folder) == ["1-aaaaaaaa"]
    assert GateWatch(str(folder)).current_gate() == Gate("allow")


@pytest.mark.parametrize("which", ["folder", "rendezvous"])
def test_a_service_of_another_account_is_not_found(folder, files, which):
    os.chown(files[which], THEIRS, THEIRS)
    assert stems(folder) == []


@pytest.mark.parametrize("which", ["folder", "gate"])
def test_a_gate_of_another_account_holds_no_call_up(folder, files, which):
    os.chown(files[which], THEIRS, THEIRS)
    assert GateWatch(str(folder)).current_gate() is None


def test_a_link_of_this_account_to_a_rendezvous_of_another_one_is_not_followed(folder, files, tmp_path):
    theirs = tmp_path / "theirs.json"
    os.rename(files["rendezvous"], theirs)
    os.chown(theirs, THEIRS, THEIRS)
    files["rendezvous"].symlink_to(theirs)
    os.chown(files["rendezvous"], MINE, MINE, follow_symlinks=False)
    assert stems(folder) == []


def test_other_services_are_found_beside_one_that_is_refused(folder, files):
    for owner, stem in ((THEIRS, "2-bbbbbbbb"), (MINE, "3-cccccccc")):
        copy = folder / "services" / f"{stem}.json"
        copy.write_bytes(files["rendezvous"].read_bytes())
        os.chown(copy, owner, owner)
    assert sorted(stems(folder)) == ["1-aaaaaaaa", "3-cccccccc"]


def test_root_finds_the_services_of_any_account(folder, files, monkeypatch):
    monkeypatch.setattr(Process, "account", lambda: ROOT)
    os.chown(files["rendezvous"], THEIRS, THEIRS)
    assert stems(folder) == ["1-aaaaaaaa"]
