"""Connections to a database: what is said without a driver, and two openers of one file at once."""

import sqlite3

import pytest

from jupyter_llm_meter.ledger import LedgerAddressError, engine


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


def test_a_missing_driver_is_named_with_how_to_install_it(monkeypatch):
    def create_engine(*_arguments, **_options):
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr(engine, "create_engine", create_engine)
    with pytest.raises(LedgerAddressError, match=r"pip install 'jupyter-llm-meter\[postgresql\]'"):
        engine.make_engine(engine.parse_url("postgresql+psycopg://meter@127.0.0.1/none"))


def test_a_file_that_another_opener_switches_to_wal_is_waited_for():
    busy = Busy(2)
    engine._use_wal(busy)
    assert busy.asked == 3


def test_another_error_than_a_lock_is_not_waited_for():
    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        engine._use_wal(Busy(1, "disk I/O error"))
