"""Who else can reach a ledger: files of other accounts are refused, open folders are named."""

import grp
import os
import pwd
from types import SimpleNamespace

import pytest
from ledger_samples import NOW, call

from jupyter_llm_meter.ledger import Ledger, LedgerUnavailable, exposure
from jupyter_llm_meter.ledger.exposure import make_private, open_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
ME, ANOTHER = 12001, 12002


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of an account that is not root, in which this process is that account."""
    monkeypatch.setattr(os, "geteuid", lambda: ME)
    # pytest's own folders belong to who runs the tests; those above are of no matter here.
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    owners = {}
    for name in ("stat", "lstat"):
        found = getattr(type(folder), name)

        def owned(path, *, look=found, **options):
            seen = look(path, **options)
            owner = owners.get(path.name, ME if home_of(path, folder) else 0)
            return SimpleNamespace(
                st_uid=owner, st_gid=seen.st_gid, st_mode=seen.st_mode, st_size=seen.st_size
            )

        monkeypatch.setattr(type(folder), name, owned)
    return folder, owners


def home_of(path, folder):
    return folder == path or folder in path.parents


@pytest.mark.parametrize("name", ["", "-wal", "-shm", "-journal"])
def test_a_ledger_of_which_another_account_owns_a_file_is_refused_and_nothing_is_written(home, name):
    folder, owners = home
    path = folder / "ledger.sqlite3"
    for each in {path, path.with_name(path.name + name)}:
        each.touch()
    owners[path.name + name] = ANOTHER
    with pytest.raises(LedgerUnavailable, match="belongs to another account; remove that file"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_bytes() == b""


def test_a_link_to_nowhere_is_not_followed_to_make_a_ledger(tmp_path):
    link, target = tmp_path / "ledger.sqlite3", tmp_path / "elsewhere"
    link.symlink_to(target)
    with pytest.raises(LedgerUnavailable):
        Ledger.open(f"sqlite:///{link}")
    assert not target.exists()


def test_root_opens_the_ledgers_of_others(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        assert ledger.settle([call("a")], [], NOW).new == ["a"]


def test_folders_above_a_new_ledger_are_closed_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        make_private(tmp_path / "users" / "alice")
    finally:
        os.umask(before)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("users", "users/alice")]
    assert modes == [0o700, 0o700]


@pytest.mark.parametrize(
    ("above", "own", "is_open"),
    [
        (0o755, 0o700, None),
        (0o755, 0o777, "own"),
        (0o755, 0o1777, "own"),
        (0o777, 0o700, "above"),
        (0o1777, 0o700, None),
    ],
)
def test_the_folder_through_which_others_can_replace_the_ledger_is_named(home, above, own, is_open):
    folder, _owners = home
    (folder / "above" / "own").mkdir(parents=True)
    (folder / "above").chmod(above)
    (folder / "above" / "own").chmod(own)
    found = open_folder(folder / "above" / "own" / "ledger.sqlite3")
    assert (found and found.name) == is_open


def test_a_folder_of_another_account_is_named(home):
    folder, owners = home
    (folder / "alice").mkdir()
    owners["alice"] = ANOTHER
    assert open_folder(folder / "alice" / "new" / "ledger.sqlite3") == folder / "alice"


def test_a_group_counts_as_others_unless_it_is_the_account_s_own(home, monkeypatch):
    folder, _owners = home
    (folder / "team").mkdir()
    (folder / "team").chmod(0o770)
    number = os.stat(folder / "team").st_gid
    groups = {"alice": [], "lab": ["alice", "bob"]}
    monkeypatch.setattr(pwd, "getpwuid", lambda _number: SimpleNamespace(pw_name="alice", pw_gid=number))
    for name, is_open in (("alice", False), ("lab", True)):
        group = SimpleNamespace(gr_gid=number, gr_name=name, gr_mem=groups[name])
        monkeypatch.setattr(grp, "getgrgid", lambda _number, group=group: group)
        assert (open_folder(folder / "team" / "ledger.sqlite3") is not None) is is_open


def test_a_group_without_a_name_is_the_account_s_own_if_it_is_its_first(home, monkeypatch):
    def unknown(_number):
        raise KeyError

    folder, _owners = home
    folder.chmod(0o770)
    monkeypatch.setattr(grp, "getgrgid", unknown)
    for number, is_open in ((os.stat(folder).st_gid, False), (-5, True)):
        monkeypatch.setattr(os, "getegid", lambda number=number: number)
        assert (open_folder(folder / "ledger.sqlite3") is not None) is is_open


def test_nothing_is_said_where_rights_are_of_another_kind(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "geteuid")
    assert open_folder(tmp_path / "ledger.sqlite3") is None
    exposure.refuse_files_of_others(tmp_path / "ledger.sqlite3")
