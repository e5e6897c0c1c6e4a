"""An archive that is killed at any point, or has no space: every call is in the ledger or in a known file."""

import os
import signal
import subprocess
import sys

import pytest
from archive_samples import archive_all, everything, ids, settle_all
from empty_ledger import place_empty_ledger

from jupyter_llm_meter.ledger import Filter, Ledger, sqlite_url

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no RLIMIT_FSIZE")

# Kills itself at one of the calls to the system that make a file or change the ledger.
KILLED = """
import os, signal, sys
from ledger_samples import NOW
from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.ledger.archive import archiving, files, parts, restoring

left = int(sys.argv[3])


def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def before(owner, name):
    real = getattr(owner, name)

    def stepped(*words, **named):
        step()
        found = real(*words, **named)
        step()
        return found

    setattr(owner, name, stepped)


class Half(files.gzip.GzipFile):
    def write(self, data):
        step()
        return super().write(data)


files.gzip.GzipFile = Half
for owner, name in (
    (files.os, "fsync"), (files, "_digest"), (files.Path, "replace"), (files, "keep_names"),
    (files.Path, "unlink"),
    (archiving, "marks_of"), (archiving, "insert"), (archiving._DELETE, "run"), (restoring._INSERT, "run"),
    (restoring, "delete"), (restoring, "remove_unused"),
):
    before(owner, name)
with Ledger.open(sys.argv[1]) as ledger, ledger.archive.locked():
    if sys.argv[2] == "archive":
        for month in ("2026-03", "2026-05"):
            while ledger.archive.archive_some(month, NOW):
                pass
    else:
        ledger.archive.restore("2026-03", NOW)
print(left)
"""


@pytest.fixture
def url(tmp_path):
    """A ledger with calls of old months."""
    url = place_empty_ledger(tmp_path / "ledger.sqlite3")
    with Ledger.open(url) as ledger:
        settle_all(ledger, 4)
    return url


def killed(url, work, at):
    """Whether the work was killed at a step; else it is done."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, work, str(at)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def steps(url, work):
    """How many steps the work has, in a copy of the ledger."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, work, "100000"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return 100_000 - int(done.stdout)


def copy_of(url, tmp_path, name):
    import shutil

    path = tmp_path / name / "ledger.sqlite3"
    path.parent.mkdir()
    shutil.copy(tmp_path / "ledger.sqlite3", path)
    if (tmp_path / "archive").exists():
        shutil.copytree(tmp_path / "archive", path.parent / "archive")
    return sqlite_url(path)


@pytest.mark.parametrize("work", ["archive", "restore"])
def test_a_process_that_is_killed_at_any_step_loses_nothing(url, tmp_path, work):
    with Ledger.open(url) as ledger:
        known, before = ids(ledger), everything(ledger)
        if work == "restore":
            archive_all(ledger)
    count = steps(copy_of(url, tmp_path, "trial"), work)
    assert count > 10
    trial = copy_of(url, tmp_path, "killed")
    # One ledger is killed again and again, a step further each time, until the work is done.
    for at in [*range(1, count, max(1, count // 12)), count + 100]:
        killed(trial, work, at)
        with Ledger.open(trial) as ledger:
            assert everything(ledger) == before
            with ledger.with_archived(Filter()) as everyone:
                assert ids(everyone) == known
    with Ledger.open(trial) as ledger:
        archive_all(ledger)
        assert everything(ledger) == before
        assert [verdict.problem for verdict in ledger.archive.verify()] == [None] * 2
        with ledger.archive.locked():
            left = [path.name for path in ledger.archive.folder.iterdir() if "unfinished" in path.name]
        assert (left, ids(ledger)) == ([], ["recent", "now"])


FULL = """
import resource, sys
from ledger_samples import NOW
from jupyter_llm_meter.ledger import ArchiveError, Ledger
with Ledger.open(sys.argv[1]) as ledger, ledger.archive.locked():
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
    try:
        ledger.archive.archive_some("2026-03", NOW)
    except ArchiveError as error:
        print(error)
"""


def test_an_archive_for_which_there_is_no_space_says_so_and_keeps_the_calls(url, tmp_path):
    done = subprocess.run([sys.executable, "-c", FULL, url], capture_output=True, text=True, timeout=300)
    assert "the calls stay in the ledger" in done.stdout, done
    assert os.listdir(tmp_path / "archive") == [".lock"]
    with Ledger.open(url) as ledger:
        assert len(ids(ledger)) == 12
