"""An archive that is killed at any step, or has no space: every call is in the ledger or in a known file."""

import os
import shutil
import signal
import sys
import warnings
from collections.abc import Callable

import pytest
from archive_samples import archive_all, everything, ids, settle_all
from empty_ledger import place_empty_ledger
from ledger_samples import NOW

from jupyter_llm_meter.ledger import ArchiveError, Filter, Ledger, sqlite_url
from jupyter_llm_meter.ledger.archive import archiving, files, restoring

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork and no SIGKILL")

STEPS = (
    (files.os, "fsync"),
    (files, "_digest"),
    (files.Path, "replace"),
    (files, "keep_names"),
    (files.Path, "unlink"),
    (archiving, "marks_of"),
    (archiving, "insert"),
    (archiving._DELETE, "run"),
    (restoring._INSERT, "run"),
    (restoring, "delete"),
    (restoring, "remove_unused"),
)
"""What a process is killed before and after; and before each line of a file."""


def in_child(work: Callable[[], object]) -> int:
    """Run work in a process of its own; returns its exit code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_at(number: int) -> None:
    """Let this process be killed at a step."""
    left = number

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def stepped(real):
        def run(*words, **named):
            step()
            found = real(*words, **named)
            step()
            return found

        return run

    class Killed(files.gzip.GzipFile):
        def write(self, data):
            step()
            return super().write(data)

    files.gzip.GzipFile = Killed
    for owner, name in STEPS:
        setattr(owner, name, stepped(getattr(owner, name)))


def do(url: str, work: str, number: int) -> None:
    """Archive all, or put March back, and be killed at a step."""
    kill_at(number)
    with Ledger.open(url) as ledger, ledger.archive.locked():
        if work == "restore":
            ledger.archive.restore("2026-03", NOW)
            return
        for month in ("2026-03", "2026-05"):
            while ledger.archive.archive_some(month, NOW):
                pass


@pytest.fixture
def url(tmp_path):
    """A ledger with a few calls of old months."""
    url = place_empty_ledger(tmp_path / "ledger.sqlite3")
    with Ledger.open(url) as ledger:
        settle_all(ledger, 1)
    return url


def figures(ledger):
    return ledger.usage("none"), ledger.usage("day"), ledger.usage("cell")


@pytest.mark.parametrize("work", ["archive", "restore"])
def test_a_process_that_is_killed_at_any_step_loses_nothing(url, tmp_path, work):
    with Ledger.open(url) as ledger:
        known, before, sums = ids(ledger), everything(ledger), figures(ledger)
        if work == "restore":
            archive_all(ledger)
    folder, step = tmp_path / "killed", 0
    while True:
        # Each step of the first part, and of the second one some.
        step += 1 if step < 30 else 5
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(tmp_path / "ledger.sqlite3", folder)
        if work == "restore":
            shutil.copytree(tmp_path / "archive", folder / "archive")
        killed = sqlite_url(folder / "ledger.sqlite3")
        code = in_child(lambda url=killed, number=step: do(url, work, number))
        assert code in (0, -signal.SIGKILL)
        with Ledger.open(killed) as ledger:
            assert figures(ledger) == sums
            with ledger.with_archived(Filter()) as everyone:
                assert ids(everyone) == known
            # Once more, and all is done.
            archive_all(ledger)
            assert ([each.problem for each in ledger.archive.verify()], figures(ledger)) == ([None] * 2, sums)
            assert ids(ledger) == ["recent", "now"]
        if code == 0:
            break
    assert step > 10
    with Ledger.open(killed) as ledger:
        assert everything(ledger) == before
        with ledger.archive.locked():
            assert not list(ledger.archive.folder.glob(".unfinished*"))


def test_an_archive_for_which_there_is_no_space_says_so_and_keeps_the_calls(url, tmp_path):
    import resource

    def work():
        with Ledger.open(url) as ledger, ledger.archive.locked():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
            with pytest.raises(ArchiveError, match="the calls stay in the ledger"):
                ledger.archive.archive_some("2026-03", NOW)

    assert in_child(work) == 0
    assert os.listdir(tmp_path / "archive") == [".lock"]
    with Ledger.open(url) as ledger:
        assert len(ids(ledger)) == 6
