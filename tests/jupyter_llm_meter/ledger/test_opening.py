"""Opening a ledger: a blank one is made, an own one is used, anything else is refused untouched."""

import hashlib
import sqlite3
import stat
import struct
from functools import partial
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from ledger_samples import NOW, call
from sqlalchemy import create_engine, inspect, text

import jupyter_llm_meter.ledger as package
from jupyter_llm_meter.ledger import (
    CorruptLedger,
    ForeignLedger,
    Ledger,
    LedgerAddressError,
    LedgerUnavailable,
    NewerLedger,
    schema,
)
from jupyter_llm_meter.ledger.migrate import REVISIONS, VERSION_TABLE


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(path, error, words):
    """Opening must fail with an error that names the file, and leave every byte as it was."""
    before = digest(path)
    with pytest.raises(error, match=words) as caught:
        Ledger.open(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert digest(path) == before


@pytest.fixture
def used_file(tmp_path):
    """A ledger that holds some calls, all of them in its main file."""
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.settle([call(f"{n:04}") for n in range(500)], [], NOW)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def connect(blank_url):
    """Connect to the database without the ledger's code."""
    engine = create_engine(blank_url)
    yield engine.begin
    engine.dispose()


def migrations():
    config = Config()
    config.set_main_option("script_location", f"{package.__path__[0]}/migrations")
    return config


def assert_is_current(connection):
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    assert compare_metadata(context, schema.metadata) == []
    assert set(inspect(connection).get_table_names()) == {*schema.metadata.tables, VERSION_TABLE}
    assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() == REVISIONS[-1]


def test_a_blank_file_that_another_process_turns_into_a_ledger_is_accepted(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    other = Thread(target=lambda: Ledger.open(url).close())

    class Looking(sqlite3.Connection):
        """Lets the other go ahead between two looks at the file, as far as it can."""

        def execute(self, statement, *values):
            if "sqlite_master" in statement and other.ident is None:
                other.start()
                other.join(2)
            return super().execute(statement, *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Looking))
    with Ledger.open(url) as ledger:
        other.join()
        assert len(ledger.meta["ledger_id"]) == 32


def test_migrations_lead_from_blank_to_the_schema_that_the_code_uses(blank_url, connect):
    Ledger.open(blank_url).close()
    with connect() as connection:
        assert_is_current(connection)


def test_the_view_of_calls_is_the_one_that_the_code_reads(blank_url, connect):
    Ledger.open(blank_url).close()
    with connect() as connection:
        columns = [column["name"] for column in inspect(connection).get_columns("calls")]
        assert columns == [column.name for column in schema.calls.columns]
        if connection.dialect.name == "sqlite":
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'view'")).scalar()
            assert made == schema.view_of_calls("sqlite")


def test_every_migration_file_is_known():
    scripts = ScriptDirectory.from_config(migrations()).walk_revisions()
    assert tuple(script.revision for script in reversed(list(scripts))) == REVISIONS


def test_a_ledger_keeps_its_id_and_its_calls(blank_url):
    with Ledger.open(blank_url) as ledger:
        ledger.settle([call("a")], [], NOW)
        ledger_id = ledger.meta["ledger_id"]
    with Ledger.open(blank_url) as ledger:
        assert ledger.meta["ledger_id"] == ledger_id
        assert [record.call_id for record in ledger.records()] == ["a"]


def test_only_the_owner_can_read_a_new_file_and_its_journal(tmp_path):
    folder = tmp_path / "new" / "folder"
    with Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}") as ledger:
        ledger.settle([call("a")], [], NOW)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {
        "ledger.sqlite3": 0o600,
        "ledger.sqlite3-wal": 0o600,
        "ledger.sqlite3-shm": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_sqlite_runs_as_documented(tmp_path):
    with (
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger,
        ledger._engine.connect() as connection,
    ):
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "application_id")
        }
    assert pragmas["journal_mode"] == "wal"
    assert pragmas["synchronous"] == 1  # NORMAL
    assert pragmas["busy_timeout"] >= 10_000
    assert pragmas["application_id"] == schema.APPLICATION_ID


def test_an_empty_file_becomes_a_ledger(tmp_path):
    path = tmp_path / "ledger.sqlite3"
    path.touch()
    with Ledger.open(f"sqlite:///{path}") as ledger:
        assert ledger.settle([call("a")], [], NOW).new == ["a"]


@pytest.mark.parametrize("content", [b"x", b"notes about models\n" * 500, bytes(5000)])
def test_a_file_that_is_not_a_database_is_foreign(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    refused(path, ForeignLedger, "not an SQLite database")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("table", ["photos", "calls"])
def test_a_database_with_other_tables_is_foreign(tmp_path, table):
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {table} (id INTEGER)")
    connection.close()
    refused(path, ForeignLedger, "something else")


def test_a_database_that_another_application_marked_is_foreign(tmp_path):
    path = tmp_path / "marked.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 1196444487")  # a GeoPackage
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    refused(path, ForeignLedger, "something else")


def test_a_postgresql_database_with_tables_of_the_same_name_is_foreign(blank_postgresql_url):
    engine = create_engine(blank_postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE calls (id integer)"))
    with pytest.raises(ForeignLedger, match="tables of something else"):
        Ledger.open(blank_postgresql_url)
    assert inspect(engine).get_table_names() == ["calls"]
    engine.dispose()


def test_a_truncated_ledger_is_corrupt(used_file):
    content = used_file.read_bytes()
    used_file.write_bytes(content[: len(content) // 2])
    refused(used_file, CorruptLedger, "damaged")


def test_a_ledger_overwritten_in_the_middle_is_corrupt(used_file):
    content = bytearray(used_file.read_bytes())
    page = struct.unpack(">H", content[16:18])[0]  # page size, SQLite file format section 1.3
    content[page : 6 * page] = b"\xa5" * (5 * page)
    used_file.write_bytes(content)
    refused(used_file, CorruptLedger, "damaged")


def test_a_ledger_that_is_damaged_while_open_says_so(used_file):
    with Ledger.open(f"sqlite:///{used_file}") as ledger:
        content = bytearray(used_file.read_bytes())
        content[8192:] = b"\xa5" * (len(content) - 8192)
        used_file.write_bytes(content)
        with pytest.raises(CorruptLedger, match=r"ledger\.sqlite3 is damaged"):
            list(ledger.records())


def test_a_ledger_of_a_later_version_is_not_changed(used_file):
    with sqlite3.connect(used_file) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    refused(used_file, NewerLedger, r"schema 9999.*upgrade")


def test_a_folder_is_not_a_ledger(tmp_path):
    with pytest.raises(LedgerUnavailable, match="cannot be used now"):
        Ledger.open(f"sqlite:///{tmp_path}")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnavailable, match="cannot be created"):
        Ledger.open(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite3'}")


def test_a_server_that_is_away_is_named_without_its_password():
    url = "postgresql+psycopg://meter:secret@127.0.0.1:1/meter"
    with pytest.raises(LedgerUnavailable, match=r"127\.0\.0\.1:1/meter cannot be used now") as caught:
        Ledger.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ledger",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:secret@h/d",
        "postgresql://h/d",
        "x://u:secret@h",
    ],
)
def test_an_address_that_names_no_ledger_is_refused_with_what_is_allowed(url):
    with pytest.raises(LedgerAddressError, match=r"sqlite:///PATH.*postgresql\+psycopg") as caught:
        Ledger.open(url)
    assert "secret" not in str(caught.value)
