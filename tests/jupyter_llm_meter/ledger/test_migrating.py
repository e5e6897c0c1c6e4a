"""From one revision of the schema to the next: a filled ledger, several processes, and one that is killed."""

import subprocess
import sys
from contextlib import contextmanager

import later_schema
import pytest
from ledger_samples import NOW, call, limit
from sqlalchemy import create_engine, inspect, text

from jupyter_llm_meter.ledger import Ledger, LedgerUnavailable, NewerLedger, migrate
from jupyter_llm_meter.ledger.migrate import REVISIONS, VERSION_TABLE

PATIENCE_S = 240
CALLS = 300
LIMITS = (limit(amount=10**9), limit("day", "calls", 10**9, scope="notebook"))


class Figures:
    """What a ledger says of its calls, to compare before and after."""

    def __init__(self, url):
        with Ledger.open(url) as ledger:
            self.ledger_id = ledger.meta["ledger_id"]
            self.records = sorted(ledger.records(), key=lambda record: record.call_id)
            self.summary = ledger.summary(NOW)
            self.used = [(each.subject, each.used) for each in ledger.standings(LIMITS, NOW)]

    def __eq__(self, other):
        return vars(self) == vars(other)


@pytest.fixture
def filled_url(database_url):
    """A ledger of today's revision with calls, counters and a moved notebook."""
    with Ledger.open(database_url) as ledger:
        calls = [call(f"{n:04}", input_tokens=n, notebook_path=f"{n % 3}.ipynb") for n in range(CALLS)]
        ledger.settle(calls, LIMITS, NOW)
        ledger.move_notebooks("alice", "0.ipynb", "moved.ipynb", NOW)
    return database_url


@pytest.fixture
def engine(filled_url):
    """The database without the ledger's code."""
    made = create_engine(filled_url)
    yield made
    made.dispose()


@contextmanager
def later_version(migrations):
    """Make this process the later version for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", migrations)
        patch.setattr(migrate, "REVISIONS", (*REVISIONS, later_schema.REVISION))
        yield


def start(url, migrations, *words):
    """Start the later version in a process of its own."""
    program = [sys.executable, later_schema.__file__, url, str(migrations), *words]
    return subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def revision(engine):
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def steps(engine):
    """How often the step has run over the calls: the numbers in its column; None without the column."""
    with engine.connect() as connection:
        if "steps" not in {column["name"] for column in inspect(connection).get_columns("call_rows")}:
            return None
        return connection.execute(text("SELECT steps, count(*) FROM call_rows GROUP BY steps")).all()


def test_a_later_version_adds_a_column_to_a_filled_ledger_and_keeps_every_figure(
    filled_url, engine, tmp_path
):
    before = Figures(filled_url)
    assert len(before.records) == CALLS
    with later_version(later_schema.make_migrations(tmp_path)):
        assert Figures(filled_url) == before
    assert (revision(engine), steps(engine)) == (later_schema.REVISION, [(1, CALLS)])


def test_a_migrated_ledger_counts_on(filled_url, tmp_path):
    before = Figures(filled_url)
    with later_version(later_schema.make_migrations(tmp_path)):
        with Ledger.open(filled_url) as ledger:
            assert ledger.settle([call("0000"), call("new", input_tokens=7)], LIMITS, NOW).new == ["new"]
        after = Figures(filled_url)
    assert len(after.records) == CALLS + 1
    assert after.summary["calls"] == before.summary["calls"] + 1


def test_the_version_before_refuses_a_migrated_ledger_and_changes_nothing(filled_url, engine, tmp_path):
    done = start(filled_url, later_schema.make_migrations(tmp_path))
    assert done.communicate(timeout=PATIENCE_S) == ("opened\n", "")
    with pytest.raises(NewerLedger, match=rf"schema {later_schema.REVISION}.*upgrade"):
        Ledger.open(filled_url)
    assert (revision(engine), steps(engine)) == (later_schema.REVISION, [(1, CALLS)])


def test_a_step_that_fails_changes_nothing(filled_url, engine, tmp_path):
    before = Figures(filled_url)
    broken = later_schema.STEP.replace("steps + 1", "steps + nobody.knows")
    with later_version(later_schema.make_migrations(tmp_path, broken)), pytest.raises(LedgerUnavailable):
        Ledger.open(filled_url)
    assert (revision(engine), steps(engine)) == (REVISIONS[-1], None)
    assert Figures(filled_url) == before


def test_processes_that_open_an_old_ledger_at_once_migrate_it_once(filled_url, engine, tmp_path):
    before = Figures(filled_url)
    migrations = later_schema.make_migrations(tmp_path)
    first = start(filled_url, migrations, "wait")
    assert first.stdout.readline() == "midway\n"
    second = start(filled_url, migrations)
    third = start(filled_url, migrations)
    assert first.communicate("go on\n", timeout=PATIENCE_S) == ("opened\n", "")
    assert second.communicate(timeout=PATIENCE_S) == ("opened\n", "")
    assert third.communicate(timeout=PATIENCE_S) == ("opened\n", "")
    assert (revision(engine), steps(engine)) == (later_schema.REVISION, [(1, CALLS)])
    with later_version(migrations):
        assert Figures(filled_url) == before


def test_a_process_that_is_killed_in_the_middle_of_a_step_leaves_the_ledger_as_it_was(
    filled_url, engine, tmp_path
):
    before = Figures(filled_url)
    migrations = later_schema.make_migrations(tmp_path)
    killed = start(filled_url, migrations, "wait")
    assert killed.stdout.readline() == "midway\n"
    killed.kill()
    killed.communicate(timeout=PATIENCE_S)
    assert Figures(filled_url) == before
    assert (revision(engine), steps(engine)) == (REVISIONS[-1], None)
    with later_version(migrations):
        assert Figures(filled_url) == before
    assert (revision(engine), steps(engine)) == (later_schema.REVISION, [(1, CALLS)])
