"""Backups of a ledger that is in use, and what a restore refuses, keeps and survives."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from empty_ledger import place_empty_ledger
from ledger_samples import NOW, call

from jupyter_llm_meter.ledger import (
    CopyError,
    ForeignLedger,
    Ledger,
    LedgerInTheWay,
    LedgerInUse,
    NewerLedger,
    back_up,
    copies,
    restore,
    sqlite_url,
)

MANY = 1500
"""Calls that fill several of the pieces in which a ledger is copied."""


def quiet(_done, _whole):
    """No progress bar."""


def settle(file, *call_ids):
    with Ledger.open(sqlite_url(file)) as ledger:
        ledger.settle([call(call_id) for call_id in call_ids], [], NOW)


def ids(file):
    with Ledger.open(sqlite_url(file)) as ledger:
        return [record.call_id for record in ledger.records()]


@pytest.fixture
def file(tmp_path):
    """The file of a ledger with one call."""
    path = tmp_path / "home" / "ledger.sqlite3"
    place_empty_ledger(path)
    settle(path, "one")
    return path


@pytest.fixture
def copy(file, tmp_path):
    """A backup of it."""
    target = tmp_path / "copy.sqlite3"
    back_up(file, target, quiet)
    return target


def left_beside(path):
    return sorted(each.name for each in path.parent.iterdir() if each.is_file())


def test_a_backup_is_one_file_that_only_its_owner_can_read(file, copy):
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert left_beside(copy) == ["copy.sqlite3"]
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM call_rows").fetchone() == (1,)
    assert ids(copy) == ["one"]


def test_a_backup_has_the_calls_of_one_instant_while_others_are_written(file, tmp_path):
    settle(file, *(f"call-{number:05}" for number in range(MANY)))
    written = []

    def settle_one_more(done, whole):
        assert 0 < done <= whole
        number = len(written)
        assert number < 200, "each write begins the copy again"
        ledger.settle([call(f"later-{number}")], [], NOW)
        written.append(number)

    with Ledger.open(sqlite_url(file)) as ledger:
        back_up(file, tmp_path / "copy.sqlite3", settle_one_more)
    assert len(written) > 1
    assert len(ids(tmp_path / "copy.sqlite3")) == MANY + 1
    assert len(ids(file)) == MANY + 1 + len(written)


def test_a_backup_replaces_a_file_only_when_told_to_and_never_the_ledger(file, copy):
    settle(file, "two")
    with pytest.raises(CopyError, match="--force"):
        back_up(file, copy, quiet)
    assert ids(copy) == ["one"]
    back_up(file, copy, quiet, replace=True)
    assert sorted(ids(copy)) == ["one", "two"]
    with pytest.raises(CopyError, match="the ledger itself"):
        back_up(file, file, quiet, replace=True)
    with pytest.raises(CopyError, match="the ledger itself"):
        restore(file, file, NOW, quiet, force=True)


def test_a_backup_that_breaks_off_leaves_the_one_before(file, copy):
    def stop(_done, _whole):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(file, copy, stop, replace=True)
    assert ids(copy) == ["one"]
    assert [name for name in left_beside(copy) if "unfinished" in name] == []


FULL = """
import resource, sys
from pathlib import Path
from jupyter_llm_meter.ledger import CopyError, back_up
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
try:
    back_up(Path(sys.argv[1]), Path(sys.argv[2]), lambda done, whole: None)
except CopyError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
def test_a_backup_for_which_there_is_no_space_says_so_and_leaves_nothing(file, tmp_path):
    target = tmp_path / "copy.sqlite3"
    done = subprocess.run(
        [sys.executable, "-c", FULL, file, target], capture_output=True, text=True, timeout=60
    )
    assert f"cannot be copied to {target}" in done.stdout, done
    assert left_beside(target) == []


def test_a_backup_in_a_folder_that_is_not_there_says_so(file, tmp_path):
    with pytest.raises(CopyError, match="No such file"):
        back_up(file, tmp_path / "nowhere" / "copy.sqlite3", quiet)


def test_a_restore_where_no_ledger_is_gives_the_same_calls_and_sums(file, copy, tmp_path):
    new = tmp_path / "new" / "ledger.sqlite3"
    assert restore(copy, new, NOW, quiet) is None
    assert ids(new) == ["one"]
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    with Ledger.open(sqlite_url(new)) as restored, Ledger.open(sqlite_url(file)) as ledger:
        assert restored.summary(NOW) == ledger.summary(NOW)


def test_a_restore_replaces_an_empty_ledger_without_a_question(copy, tmp_path):
    new = tmp_path / "new" / "ledger.sqlite3"
    place_empty_ledger(new)
    assert restore(copy, new, NOW, quiet) is None
    assert ids(new) == ["one"]


def test_a_restore_refuses_to_lose_calls_and_keeps_them_beside_when_it_is_forced(file, copy):
    settle(file, "two")
    with pytest.raises(LedgerInTheWay, match="--force"):
        restore(copy, file, NOW, quiet)
    assert sorted(ids(file)) == ["one", "two"]
    aside = restore(copy, file, NOW, quiet, force=True)
    assert (ids(file), sorted(ids(aside))) == (["one"], ["one", "two"])


def test_two_restores_in_one_second_keep_both_ledgers(file, copy):
    first = restore(copy, file, NOW, quiet, force=True)
    settle(file, "three")
    second = restore(copy, file, NOW, quiet, force=True)
    assert (ids(first), sorted(ids(second))) == (["one"], ["one", "three"])


def test_a_restore_refuses_while_another_has_the_ledger_open(file, copy, monkeypatch):
    monkeypatch.setattr("jupyter_llm_meter.ledger.copies.PATIENCE_S", 0.1)
    with Ledger.open(sqlite_url(file)) as ledger:
        assert ledger.summary(NOW)["calls"] == 1
        with pytest.raises(LedgerInUse, match="stop JupyterLab"):
            restore(copy, file, NOW, quiet, force=True)
        ledger.settle([call("two")], [], NOW)
    assert sorted(ids(file)) == ["one", "two"]


def test_a_damaged_ledger_is_moved_aside_when_it_is_forced(file, copy):
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerInTheWay, match="--force"):
        restore(copy, file, NOW, quiet)
    aside = restore(copy, file, NOW, quiet, force=True)
    assert aside.read_bytes().startswith(b"not a database")
    assert ids(file) == ["one"]


def test_a_ledger_without_wal_is_copied_and_put_back(file, tmp_path):
    """As on file systems without shared memory."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        back_up(file, tmp_path / "copy.sqlite3", quiet)
        # It is open here, but nobody is in the middle of something.
        aside = restore(tmp_path / "copy.sqlite3", file, NOW, quiet, force=True)
        assert connection.execute("SELECT count(*) FROM call_rows").fetchone() == (1,)
    assert (ids(file), ids(aside)) == (["one"], ["one"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_leaves_everything_as_it_was(file, copy, tmp_path):
    file.parent.chmod(0o500)
    try:
        with pytest.raises(CopyError):
            back_up(file, file.with_name("copy.sqlite3"), quiet)
        with pytest.raises(CopyError):
            restore(copy, file, NOW, quiet, force=True)
    finally:
        file.parent.chmod(0o700)
    assert ids(file) == ["one"]


def with_statement(path, statement):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_restore_to_a_file_that_sqlite_cannot_lock_says_so(copy, tmp_path):
    ledger = tmp_path / "new.sqlite3"
    # SQLite looks here for what a killed process left, and cannot read a folder.
    (tmp_path / "new.sqlite3-journal").mkdir()

    with pytest.raises(CopyError, match=r"cannot be restored to .*: unable to open database file"):
        restore(copy, ledger, NOW, quiet)


def test_a_backup_of_a_later_version_is_refused(copy, file):
    with_statement(copy, "UPDATE llm_meter_schema SET version_num = '9999'")
    with pytest.raises(NewerLedger, match="later version"):
        restore(copy, file, NOW, quiet, force=True)
    assert ids(file) == ["one"]


def test_a_file_of_something_else_is_refused(tmp_path, file):
    other = tmp_path / "other.sqlite3"
    with_statement(other, "CREATE TABLE mine (a)")
    with pytest.raises(ForeignLedger):
        restore(other, file, NOW, quiet, force=True)
    for name, content in (("empty", b""), ("none", None)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(CopyError):
            restore(tmp_path / name, file, NOW, quiet, force=True)
    assert ids(file) == ["one"]


def test_a_damaged_backup_is_refused(copy, file):
    settle(file, *(f"call-{number:05}" for number in range(500)))
    back_up(file, copy, quiet, replace=True)
    content = bytearray(copy.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = os.urandom(8192)
    copy.write_bytes(content)
    before = ids(file)
    with pytest.raises(Exception, match="damaged"):
        restore(copy, file, NOW, quiet, force=True)
    assert ids(file) == before


KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from jupyter_llm_meter.ledger import restore
left = int(sys.argv[3])
def kill(done, whole):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
restore(Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(timezone.utc), kill, force=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_restore_that_is_killed_leaves_the_ledger_as_it_was(copy, file):
    settle(file, *(f"call-{number:05}" for number in range(MANY)))
    back_up(file, copy, quiet, replace=True)
    settle(file, "after")
    before = ids(file)
    pieces = []
    restore(copy, file.with_name("trial.sqlite3"), NOW, lambda *_: pieces.append(1))
    assert len(pieces) > 1
    # The ledger is copied aside first, then the backup over it, in about as many pieces.
    for piece in (1, len(pieces), len(pieces) + 1, 2 * len(pieces) - 1):
        words = [sys.executable, "-c", KILLED, copy, file, str(piece)]
        assert subprocess.run(words, timeout=120).returncode == -signal.SIGKILL
        assert ids(file) == before


def with_schema(path, name, sql):
    """Change what a file says of a table or an index, and nothing of its rows."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [sql, name])


def test_a_copy_whose_rows_break_its_own_rules_is_not_kept(file, tmp_path, monkeypatch):
    with_statement(file, "CREATE TABLE odd (x)")
    with_statement(file, "INSERT INTO odd VALUES (NULL)")
    with_schema(file, "odd", "CREATE TABLE odd (x NOT NULL)")
    # As if it had broken since it was looked at.
    monkeypatch.setattr(copies, "inspect_file", lambda _path: None)
    with pytest.raises(CopyError, match="damaged"):
        back_up(file, tmp_path / "new.sqlite3", quiet)
    assert not (tmp_path / "new.sqlite3").exists()


def test_a_backup_whose_index_misses_rows_is_refused(file, copy):
    with_statement(copy, "CREATE TABLE odd (x, y)")
    with_statement(copy, "CREATE INDEX by_x ON odd (x)")
    with_statement(copy, "INSERT INTO odd VALUES (1, 2)")
    with_schema(copy, "by_x", "CREATE INDEX by_x ON odd (y)")
    before = ids(file)
    with pytest.raises(CopyError, match="damaged"):
        restore(copy, file, NOW, quiet, force=True)
    assert ids(file) == before
