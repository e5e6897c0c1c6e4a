"""A PostgreSQL server for the time of the run, and databases on it."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from free_port import free_port
from sqlalchemy import create_engine, text

from jupyter_llm_meter.ledger import Ledger

START_S = 240
EMPTY = "empty_ledger"
# Nothing here outlives a crash, and no table grows so large that it must be looked after.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


def _programs():
    """The folder of PostgreSQL's programs: on the path, or where Debian keeps its versions."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return Path(on_path).resolve().parent if on_path else found[-1].parent if found else None


def _other_user():
    """PostgreSQL refuses to run as root: then its own user runs it."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres to run it")


@pytest.fixture(scope="session")
def postgresql_server():
    """The URL of a server's database to connect to first; the server is stopped at the end."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: no initdb on the path or under /usr/lib/postgresql")
    user = _other_user()
    run_as = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    home = Path(tempfile.mkdtemp(prefix="llm-meter-postgresql-"))
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
    port = free_port()
    subprocess.run(
        [programs / "initdb", "-D", home / "data", "-U", "meter", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=home,
        **run_as,
    )
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}", *SETTINGS]
    server = subprocess.Popen(
        [programs / "postgres", "-D", home / "data", *(word for s in settings for word in ("-c", s))],
        stderr=(home / "log").open("w"),
        cwd=home,
        **run_as,
    )
    try:
        _wait_until_ready(programs, port, server, home / "log")
        yield f"postgresql+psycopg://meter@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(START_S)
        shutil.rmtree(home)


def _wait_until_ready(programs, port, server, log):
    give_up_at = time.monotonic() + START_S
    ask = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ask).returncode:
        if server.poll() is not None or time.monotonic() > give_up_at:
            pytest.fail(f"PostgreSQL did not start: {log.read_text()}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def postgresql(postgresql_server):
    """A connection that makes and drops databases; `EMPTY` is one of a ledger that holds no calls yet."""
    engine = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {EMPTY}"))
        Ledger.open(f"{postgresql_server}/{EMPTY}").close()
        yield connection
    engine.dispose()


@contextmanager
def _database(connection, server, template):
    name = f"meter_{uuid.uuid4().hex}"
    connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield f"{server}/{name}"
    connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def blank_postgresql_url(postgresql, postgresql_server):
    """The URL of a blank PostgreSQL database."""
    with _database(postgresql, postgresql_server, "template1") as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql, postgresql_server):
    """The URL of a PostgreSQL database with a ledger that holds no calls yet."""
    with _database(postgresql, postgresql_server, EMPTY) as url:
        yield url
