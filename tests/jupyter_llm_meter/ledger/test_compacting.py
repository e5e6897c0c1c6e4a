"""Compacting: what is deleted takes no space, and nothing else changes."""

import sqlite3
from contextlib import closing

import pytest
from ledger_samples import NOW, call

from jupyter_llm_meter.ledger import ForeignLedger, Ledger, compact, parse_url, sqlite_file, sqlite_url


def test_the_calls_and_the_sums_stay_as_they_are(database_url):
    with Ledger.open(database_url) as ledger:
        ledger.settle([call(f"call-{number}") for number in range(300)], [], NOW)
        before = ledger.summary(NOW), list(ledger.records())
    sizes = compact(database_url)
    assert sizes.before > 0
    assert sizes.after > 0
    with Ledger.open(database_url) as ledger:
        assert (ledger.summary(NOW), list(ledger.records())) == before


def test_an_sqlite_file_shrinks_by_what_was_deleted_while_another_has_it_open(tmp_path):
    url = sqlite_url(tmp_path / "ledger.sqlite3")
    with Ledger.open(url) as ledger:
        ledger.settle([call(f"call-{number}") for number in range(2000)], [], NOW)
        with closing(sqlite3.connect(sqlite_file(parse_url(url)))) as connection, connection:
            connection.execute("DELETE FROM call_rows")
        sizes = compact(url)
        assert ledger.summary(NOW)["calls"] == 2000
    assert sizes.after < sizes.before / 2
    assert sizes.after == (tmp_path / "ledger.sqlite3").stat().st_size


def test_a_database_of_something_else_is_left_alone(tmp_path):
    file = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE mine (a)")
    before = file.read_bytes()
    with pytest.raises(ForeignLedger):
        compact(sqlite_url(file))
    assert file.read_bytes() == before
