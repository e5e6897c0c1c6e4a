"""Real databases for the ledger's tests: SQLite files, and PostgreSQL (`postgresql_server.py`)."""

import pytest
from empty_ledger import place_empty_ledger

from jupyter_llm_meter.ledger import Ledger, sqlite_url


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_url(request, tmp_path):
    """The URL of a blank database, of every supported kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "ledger.sqlite3")
    return request.getfixturevalue("blank_postgresql_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The URL of a ledger that holds no calls yet, of every supported kind."""
    if request.param == "sqlite":
        return place_empty_ledger(tmp_path / "ledger.sqlite3")
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
def ledger(database_url):
    """An open ledger of every supported kind."""
    with Ledger.open(database_url) as opened:
        yield opened
