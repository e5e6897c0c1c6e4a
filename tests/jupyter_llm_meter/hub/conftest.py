"""One real JupyterHub for all tests of this folder, with servers of five users in two teams."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from jupyter_llm_meter.ledger import Ledger


@pytest.fixture(scope="module")
def ledger_url(postgresql_server):
    """The URL of a PostgreSQL database of the module's own."""
    engine = create_engine(f"{postgresql_server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE hub"))
        yield f"{postgresql_server}/hub"
        connection.execute(text("DROP DATABASE hub WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def break_connections(ledger_url):
    """Ends every connection to the database, as a restart of PostgreSQL does."""

    def end():
        engine = create_engine(ledger_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()

    return end


@pytest.fixture
def ledger(ledger_url):
    """The ledger of all users."""
    with Ledger.open(ledger_url) as opened:
        yield opened
