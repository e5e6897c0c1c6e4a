"""A ledger on a network file system, on one without shared memory, on a full or read-only one."""

import os
import shutil
import sqlite3
import subprocess

import pytest
from ledger_samples import NOW, call

from jupyter_llm_meter.ledger import Ledger, LedgerUnavailable, engine
from jupyter_llm_meter.ledger import file_systems as kinds
from jupyter_llm_meter.ledger.engine import make_engine, parse_url
from jupyter_llm_meter.ledger.file_systems import file_system

MOUNTS = """\
21 1 252:0 / / rw - ext4 /dev/vda rw
30 21 0:40 / {home} rw,relatime shared:1 - nfs4 server:/home rw
31 30 0:41 / {home}/with\\040space rw - fuse.sshfs server: rw
32 30 0:42 / {home}/local rw - tmpfs tmpfs rw
a line that is torn
"""


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """The mounts of a machine whose homes are on NFS."""
    listed = tmp_path / "mountinfo"
    home = tmp_path / "home"
    for name in ("alice", "with space", "local"):
        (home / name).mkdir(parents=True)
    listed.write_text(MOUNTS.format(home=home.resolve()))
    monkeypatch.setattr(kinds, "MOUNTS", listed)
    return home


def pragma(ledger, name):
    with ledger._engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_the_kind_is_that_of_the_deepest_mount(mounts):
    found = {
        name: file_system(mounts / name / "l.sqlite3") for name in ("alice", "with space", "local", "../x")
    }
    assert found == {"alice": "nfs4", "with space": "fuse.sshfs", "local": "tmpfs", "../x": "ext4"}


def test_without_a_list_of_mounts_the_kind_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(kinds, "MOUNTS", tmp_path / "none")
    assert file_system(tmp_path) is None


def test_a_ledger_on_nfs_has_a_rollback_journal_and_each_commit_is_on_disk(mounts):
    path = mounts / "alice" / "ledger.sqlite3"
    with Ledger.open(f"sqlite:///{path}") as ledger, Ledger.open(f"sqlite:///{path}") as other:
        ledger.settle([call("a")], [], NOW)
        other.settle([call("b")], [], NOW)
        assert [record.call_id for record in ledger.records()] == ["a", "b"]
        assert (pragma(ledger, "journal_mode"), pragma(ledger, "synchronous")) == ("delete", 2)
        assert {each.name for each in path.parent.iterdir()} == {path.name}


def test_a_ledger_that_was_moved_to_nfs_loses_its_wal_and_no_call(mounts):
    with Ledger.open(f"sqlite:///{mounts / 'local' / 'ledger.sqlite3'}") as ledger:
        ledger.settle([call("a")], [], NOW)
        assert pragma(ledger, "journal_mode") == "wal"
    shutil.move(mounts / "local" / "ledger.sqlite3", mounts / "alice" / "ledger.sqlite3")
    with Ledger.open(f"sqlite:///{mounts / 'alice' / 'ledger.sqlite3'}") as ledger:
        assert [record.call_id for record in ledger.records()] == ["a"]
        assert pragma(ledger, "journal_mode") == "delete"


def test_without_shared_memory_the_rollback_journal_is_kept(tmp_path):
    """SQLite's layer that locks by files beside the database has no shared memory, as some file systems."""
    path = tmp_path / "ledger.sqlite3"
    connection = sqlite3.connect(f"file:{path}?vfs=unix-dotfile", uri=True)
    engine._set_up_sqlite(connection, "WAL")
    modes = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    connection.close()
    assert modes == ["delete", 2]


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("database or disk is full", "is full; free some space"),
        ("attempt to write a readonly database", "make its file and its folder writable"),
        ("locking protocol", "choose a place on a local disk"),
    ],
)
def test_what_to_do_is_said(tmp_path, reason, remedy):
    made = make_engine(parse_url(f"sqlite:///{tmp_path / 'ledger.sqlite3'}"))
    with pytest.raises(LedgerUnavailable, match=remedy), engine.translated(made):
        raise sqlite3.OperationalError(reason)
    made.dispose()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a file system")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_loses_nothing_and_calls_are_counted_when_there_is_room(small_disk):
    url = f"sqlite:///{small_disk / 'ledger.sqlite3'}"
    filler = small_disk / "filler"
    with Ledger.open(url) as ledger:
        ledger.settle([call("a")], [], NOW)
        space = os.statvfs(small_disk)
        filler.write_bytes(bytes(space.f_bavail * space.f_frsize))
        late = [call(f"late-{number}") for number in range(2000)]
        with pytest.raises(LedgerUnavailable, match="is full; free some space"):
            ledger.settle(late, [], NOW)
        assert [record.call_id for record in ledger.records()] == ["a"]
        filler.unlink()
        assert len(ledger.settle(late[:50], [], NOW).new) == 50
        assert len(list(ledger.records())) == 51


def test_a_ledger_on_a_disk_that_became_read_only_keeps_its_calls(small_disk):
    path = small_disk / "ledger.sqlite3"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.settle([call("a")], [], NOW)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(LedgerUnavailable, match="ledger\\.sqlite3"):
        Ledger.open(f"sqlite:///{path}").settle([call("b")], [], NOW)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.settle([call("b")], [], NOW)
        assert [record.call_id for record in ledger.records()] == ["a", "b"]
