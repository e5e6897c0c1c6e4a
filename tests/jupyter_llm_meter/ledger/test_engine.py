"""Connections to a database: what is said without a driver, and two openers of one file at once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from ledger_samples import NOW, call
from sqlalchemy import text

from jupyter_llm_meter.ledger import Ledger, LedgerAddressError, LedgerUnavailable, engine
from jupyter_llm_meter.ledger.counters import Window, used_by_window
from jupyter_llm_meter.ledger.locks import lock_names


class Busy:
    """A connection whose file another opener holds for some attempts."""

    def __init__(self, attempts, reason="database is locked"):
        self.attempts, self.reason, self.asked = attempts, reason, 0

    def cursor(self):
        return self

    def execute(self, _pragma):
        self.asked += 1
        if self.asked <= self.attempts:
            raise sqlite3.OperationalError(self.reason)

    def fetchone(self):
        return ("wal",)


def test_a_missing_driver_is_named_with_how_to_install_it(monkeypatch):
    def create_engine(*_arguments, **_options):
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr(engine, "create_engine", create_engine)
    with pytest.raises(LedgerAddressError, match=r"pip install 'jupyter-llm-meter\[postgresql\]'"):
        engine.make_engine(engine.parse_url("postgresql+psycopg://meter@127.0.0.1/none"))


def test_a_file_that_another_opener_switches_to_wal_is_waited_for():
    busy = Busy(2)
    engine._use_journal(busy, "WAL")
    assert busy.asked == 3


def test_another_error_than_a_lock_is_not_waited_for():
    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        engine._use_journal(Busy(1, "disk I/O error"), "WAL")


@pytest.fixture
def made(database_url):
    opened = engine.make_engine(engine.parse_url(database_url))
    yield opened
    opened.dispose()


def test_a_thread_that_waits_too_long_for_another_is_told_that_the_ledger_is_busy(made, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 0.01)
    with (
        engine.writing(made),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(LedgerUnavailable, match="busy"),
    ):
        pool.submit(lambda: engine.writing(made).__enter__()).result()


def test_a_transaction_that_cannot_begin_leaves_no_connection_open(made, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(engine, "_begin", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt), engine.writing(made):
            pass
    assert made.pool.checkedout() == 0
    with engine.writing(made):
        pass


def test_a_connection_that_the_server_has_ended_is_replaced(postgresql, postgresql_url):
    with Ledger.open(postgresql_url) as ledger:
        ledger.settle([call("a")], [], NOW)
        name = postgresql_url.rpartition("/")[2]
        postgresql.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
        with suppress(LedgerUnavailable):
            ledger.summary(NOW)
        ledger.settle([call("b")], [], NOW)
        assert ledger.summary(NOW)["calls"] == 2


def test_what_only_postgresql_locks_costs_a_file_nothing(made):
    window = Window("user/day/calls", 0, 1)
    with engine.writing(made) as connection:
        if made.dialect.name == "sqlite":
            assert lock_names(connection, ["a"]) is None
        assert used_by_window(connection, [window], set()) == {}
