"""Accounts on one machine: what one of them records is closed to the others, whatever they try.

The tests start processes as real accounts of the operating system, so they need root, and a Python that other
accounts may run.
"""

import itertools
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from free_port import free_port

ALICE, BOB, CAROL = 12001, 12002, 12003
MAIN = "import sys; from jupyter_llm_meter.cli.app import main; sys.exit(main(sys.argv[1:]))"
RECORD = "from llm_meter_tap import record; record(model='gpt-4o', input_tokens={tokens}, output_tokens=0)\n"
# The call is in the ledger when the service has acknowledged it; then the lab stays until its input ends.
LIVE = (
    RECORD.format(tokens=7)
    + """
import os, sys, time
spool = os.path.join(os.environ["LLM_METER_DIR"], "spool")
def waiting():
    try:
        return [each for each in os.listdir(spool) if os.path.getsize(os.path.join(spool, each))]
    except FileNotFoundError:  # a draft that has its name by now
        return ["a draft"]
while waiting():
    time.sleep(0.05)
print(os.environ["LLM_METER_DIR"], os.environ["LLM_METER_SERVICE"], flush=True)
sys.stdin.read()
"""
)


def python_of_all():
    """A Python of this version that accounts without rights may run, and the reason why there is none."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None, "only root can start processes as other accounts"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for program in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
        try:
            done = start_as(ALICE, program, ["-c", "import jupyter_llm_meter.cli.run"], {})
        except OSError:
            continue
        if done.communicate()[1] == "" and done.returncode == 0:
            return program, ""
    return None, "no Python of this version can be run by accounts without rights"


def start_as(number, program, words, variables, **options):
    """Start a Python as an account, with nothing of this process but the place of its packages."""
    packages = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/", "PYTHONPATH": packages}
    return subprocess.Popen(
        [program, *words],
        env=environment | variables,
        user=number,
        group=number,
        extra_groups=[],
        umask=0,
        cwd="/",
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


PYTHON, MISSING = python_of_all()
pytestmark = pytest.mark.skipif(PYTHON is None, reason=MISSING)


class Account:
    """An account with a home of its own."""

    def __init__(self, name, number, homes):
        self.name, self.number, self.home = name, number, homes / name
        self.home.mkdir(mode=0o755)
        os.chown(self.home, number, number)
        self.data = self.home / ".local" / "share" / "jupyter" / "llm-meter"

    def start(self, *words, **variables):
        own = {"HOME": str(self.home), "LOGNAME": self.name, "LLM_METER_USER": self.name}
        return start_as(self.number, PYTHON, words, own | variables)

    def run(self, code, **variables):
        """Run code to its end; returns what it printed."""
        process = self.start("-c", code, **variables)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return output

    def meter(self, code, **variables):
        """Run code under ``jupyter llm-meter run``; returns the process."""
        return self.start("-c", MAIN, "run", "--", PYTHON, "-c", code, **variables)

    def tokens(self, **variables):
        """The user and the input tokens of each call in the account's ledger, read by the account itself."""
        output, errors = finish(self.start("-c", MAIN, "export", "--format", "jsonl", **variables))
        assert errors == ""
        calls = [json.loads(line) for line in output.splitlines()]
        return [(call["user.id"], call["gen_ai.usage.input_tokens"]) for call in calls]


@pytest.fixture
def reachable():
    """A folder that every account can reach; pytest closes its own folders whenever a pytest starts."""
    with tempfile.TemporaryDirectory(prefix="accounts-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture
def accounts(reachable):
    """Three accounts with homes."""
    named = {"alice": ALICE, "bob": BOB, "carol": CAROL}
    return [Account(name, number, reachable) for name, number in named.items()]


@pytest.fixture
def alice(accounts):
    return accounts[0]


@pytest.fixture
def bob(accounts):
    return accounts[1]


@pytest.fixture
def others(accounts):
    """All but alice."""
    return accounts[1:]


@pytest.fixture
def live(alice):
    """Alice's service and a program of hers, both running: private folder and rendezvous."""
    process = alice.meter(LIVE)
    place = process.stdout.readline().split()
    assert place, process.communicate()[1]
    yield Path(place[0]), place[1]
    finish(process)


def finish(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output, errors


TRY_ALL = """
import json, os, sys
done = []
def attempt(what, path, action):
    try:
        action()
    except (PermissionError, IsADirectoryError):
        return
    done.append([what, path])
for path in json.loads(sys.argv[1]):
    attempt("read", path, lambda: open(path, "rb").read())
    attempt("write", path, lambda: open(path, "ab"))
    attempt("remove", path, lambda: os.unlink(path))
    attempt("list", path, lambda: os.listdir(path))
    attempt("rename", path, lambda: os.rename(path, path + ".mine"))
    attempt("create", path, lambda: open(os.path.join(os.path.dirname(path), "new.json"), "x"))
    attempt("open up", path, lambda: os.chmod(path, 0o777))
print(json.dumps(done))
"""


def private_paths(folder):
    return [folder, *folder.rglob("*")]


def test_everything_in_the_private_folder_is_the_owner_s_alone_whatever_the_umask(live):
    folder, stem = live
    paths = private_paths(folder)
    assert {"ledger.sqlite3", "spool", "services", f"{stem}.json", f"{stem}.lock"} <= {
        path.name for path in paths
    }
    for path in paths:
        wanted = 0o700 if path.is_dir() else 0o600
        assert (path.name, stat.S_IMODE(path.lstat().st_mode), path.lstat().st_uid) == (
            path.name, wanted, ALICE,
        )  # fmt: skip


def test_other_accounts_can_neither_read_nor_change_any_of_it(live, others, alice):
    folder, _ = live
    paths = [str(path) for path in private_paths(folder)]
    for other in others:
        process = other.start("-c", TRY_ALL, json.dumps(paths))
        assert json.loads(finish(process)[0]) == []
    assert alice.tokens() == [("alice", 7)]


def test_three_accounts_that_are_metered_at_once_have_totals_apart_and_files_of_their_own(accounts):
    running = [account.meter(LIVE.replace("=7", f"={account.number}")) for account in accounts]
    places = [process.stdout.readline().split() for process in running]
    assert all(places), [process.communicate()[1] for process in running]
    folders = [Path(folder) for folder, _ in places]
    assert len(set(folders)) == len(accounts)
    for account, own in zip(accounts, folders, strict=True):
        assert {path.lstat().st_uid for path in private_paths(own)} == {account.number}
        foreign = [str(path) for other in folders if other != own for path in private_paths(other)]
        assert json.loads(finish(account.start("-c", TRY_ALL, json.dumps(foreign)))[0]) == []
    for process in running:
        finish(process)
    for account in accounts:
        assert account.tokens() == [(account.name, account.number)]


ASK = """
import json, sys, urllib.error, urllib.request
answers = []
for secret in ("", "Bearer ", "Bearer wrong"):
    for path, body in (("/v1/standing", None), ("/v1/lines", sys.argv[2].encode())):
        request = urllib.request.Request(f"http://127.0.0.1:{sys.argv[1]}{path}", data=body)
        request.add_header("Authorization", secret)
        try:
            answers.append(urllib.request.urlopen(request, timeout=30).status)
        except urllib.error.HTTPError as error:
            answers.append(error.code)
print(answers)
"""


def test_the_service_answers_another_account_nothing(live, bob, alice, line):
    folder, stem = live
    port = json.loads((folder / "services" / f"{stem}.json").read_text())["port"]
    process = bob.start("-c", ASK, str(port), line("settled", "forged").decode())
    assert finish(process)[0] == "[401, 401, 401, 401, 401, 401]\n"
    assert alice.tokens() == [("alice", 7)]


def test_a_program_that_points_its_tap_at_another_account_runs_and_adds_nothing_there(live, bob, alice):
    folder, stem = live
    code = RECORD.format(tokens=1000) + "print('done')"
    places = {"LLM_METER_DIR": str(folder), "LLM_METER_SERVICE": stem, "LLM_METER_USER": "alice"}
    assert bob.run(code, **places) == "done\n"
    assert alice.tokens() == [("alice", 7)]


def test_who_takes_another_account_s_name_counts_in_a_ledger_of_their_own(live, bob, alice):
    finish(bob.meter(RECORD.format(tokens=1000), LLM_METER_USER="alice"))
    assert bob.tokens() == [("alice", 1000)]
    assert alice.tokens() == [("alice", 7)]


LISTEN = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    server.settimeout(0.1)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        server.accept()
        print("a tap connected")
    except TimeoutError:
        print("nobody connected")
"""


def test_the_port_of_a_service_that_was_killed_is_no_way_to_its_taps(bob, alice):
    process = alice.meter(LIVE)
    folder, stem = process.stdout.readline().split()
    process.kill()
    process.wait()
    port = json.loads(Path(folder, "services", f"{stem}.json").read_text())["port"]
    listener = bob.start("-c", LISTEN, str(port))
    assert listener.stdout.readline() == "ready\n", listener.communicate()[1]
    alice.run(RECORD.format(tokens=9), LLM_METER_DIR=folder, LLM_METER_SERVICE=stem)
    assert finish(listener)[0] == "nobody connected\n"
    process.communicate()
    assert waiting_tokens(folder) == [9]  # for alice's next service


def waiting_tokens(folder):
    """The input tokens of the calls in a folder's spools."""
    waiting = "".join(path.read_text() for path in Path(folder, "spool").glob("*.jsonl")).splitlines()
    records = [json.loads(line).get("record", {}) for line in waiting]
    tokens = [each.get("gen_ai.usage.input_tokens") for each in records]
    return [each for each in tokens if each is not None]


PLANT = """
import fcntl, json, os, sys
lock = open(os.path.join(sys.argv[1], "1-planted.lock"), "w")
fcntl.flock(lock, fcntl.LOCK_EX)
place = {"version": 1, "address": "127.0.0.1", "port": int(sys.argv[2]), "secret": "s", "pid": 1}
with open(os.path.join(sys.argv[1], "1-planted.json"), "w") as file:
    json.dump({**place, "started_at": "2999-01-01T00:00:00Z"}, file)
print("planted", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("owner", [ALICE, BOB])
def test_a_service_that_another_account_puts_into_an_open_folder_gets_no_call(alice, others, owner):
    folder = alice.home / "meter"
    services = folder / "services"
    services.mkdir(parents=True)
    os.chown(folder, ALICE, ALICE)
    os.chown(services, owner, owner)
    services.chmod(0o777)
    bob, carol = others
    port = str(free_port())
    listener = bob.start("-c", LISTEN, port)
    assert listener.stdout.readline() == "ready\n", listener.communicate()[1]
    planter = carol.start("-c", PLANT, str(services), port)
    assert planter.stdout.readline() == "planted\n", planter.communicate()[1]
    for preferred in ("1-planted", ""):
        alice.run(RECORD.format(tokens=9), LLM_METER_DIR=str(folder), LLM_METER_SERVICE=preferred)
    assert finish(listener)[0] == "nobody connected\n"
    finish(planter)
    assert waiting_tokens(folder) == [9, 9]


def test_ledgers_on_a_shared_volume_stay_apart(accounts, reachable):
    users = reachable / "logs"
    users.mkdir()
    users.chmod(0o1777)
    for number, account in enumerate(accounts, start=1):
        ledger = {"LLM_METER_DATABASE_URL": str(users / account.name / "ledger.sqlite3")}
        _, errors = finish(account.meter(RECORD.format(tokens=number), **ledger))
        assert errors == ""
        assert account.tokens(**ledger) == [(account.name, number)]
        assert not (account.data / "ledger.sqlite3").exists()
        for path in private_paths(users / account.name):
            assert path.lstat().st_uid == account.number
            assert stat.S_IMODE(path.lstat().st_mode) == (0o700 if path.is_dir() else 0o600)
    for account, other in itertools.permutations(accounts, 2):
        paths = [str(path) for path in private_paths(users / other.name)]
        done = json.loads(finish(account.start("-c", TRY_ALL, json.dumps(paths)))[0])
        assert done == [["create", paths[0]]]  # beside the other's folder, where everybody may
        (users / "new.json").unlink()


def test_a_data_folder_of_another_account_is_left_alone_and_calls_are_metered(alice, bob, live):
    _, errors = finish(bob.meter(RECORD.format(tokens=1000), JUPYTER_DATA_DIR=str(alice.data.parent)))
    assert "calls are kept in" in errors
    assert "point JUPYTER_DATA_DIR elsewhere" in errors
    assert alice.tokens() == [("alice", 7)]
