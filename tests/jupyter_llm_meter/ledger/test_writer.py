"""Group commit: one transaction for what waits, no delay for what does not, no piece at another's cost."""

from threading import Event, Thread

import pytest
from ledger_samples import NOW, call, limit

from jupyter_llm_meter.ledger import Ledger, LedgerUnavailable
from jupyter_llm_meter.ledger import writer as writer_module
from jupyter_llm_meter.ledger.engine import make_engine, parse_url, reading
from jupyter_llm_meter.ledger.queries import known_ids
from jupyter_llm_meter.ledger.writer import Writer

PATIENCE_S = 120


class Insert:
    """Writes names into `meta`; the first transaction waits until it is let go."""

    def __init__(self):
        self.transactions = []
        self.has_begun = Event()
        self.may_end = Event()

    def __call__(self, connection, names):
        self.transactions.append(list(names))
        self.has_begun.set()
        assert self.may_end.wait(PATIENCE_S)
        for name in names:
            if name == "bad":
                raise ValueError("this one cannot be written")
            connection.exec_driver_sql(f"INSERT INTO meta (key, value) VALUES ('{name}', 'x')")
        return [name.upper() for name in names]


class Threads:
    """Pieces that are written by a thread each."""

    def __init__(self, writer, work):
        self.writer, self.work = writer, work
        self.threads, self.outcomes = [], {}

    def write(self, name):
        def run():
            try:
                self.outcomes[name] = self.writer.write(self.work, name)
            except Exception as error:  # noqa: BLE001 - looked at by the test
                self.outcomes[name] = error

        self.threads.append(Thread(target=run))
        self.threads[-1].start()

    def write_while_another_is_written(self, first, names):
        """Write one, and the others when it is under way; returns when all of them wait."""
        self.write(first)
        assert self.work.has_begun.wait(PATIENCE_S)
        for number, name in enumerate(names, start=1):
            self.write(name)
            while len(self.writer._waiting) < number:
                Event().wait(0.001)
        self.work.may_end.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)


@pytest.fixture
def engine(ledger, database_url):
    made = make_engine(parse_url(database_url))
    yield made
    made.dispose()


def names_in(engine):
    with reading(engine) as connection:
        rows = connection.exec_driver_sql("SELECT key FROM meta WHERE value = 'x'")
        return {row[0] for row in rows}


def test_the_first_of_threads_that_wrote_together_waits_for_the_others(postgresql_url, monkeypatch):
    """Where a commit waits for a disk."""
    monkeypatch.setattr(writer_module, "PART_WAITED", 1e9)
    monkeypatch.setattr(writer_module, "LONGEST_WAIT_S", PATIENCE_S)
    engine = make_engine(parse_url(postgresql_url))
    threads = Threads(Writer(engine), Insert())
    threads.write_while_another_is_written("a", [])
    # One thread wrote, so that none is waited for.
    assert threads.outcomes == {"a": "A"}
    threads.work.may_end.clear()
    threads.work.has_begun.clear()
    threads.write("b")
    assert threads.work.has_begun.wait(PATIENCE_S)
    threads.write("c")
    while not threads.writer._waiting:
        Event().wait(0.001)
    threads.work.may_end.set()
    # With c, which was written after b, the thread of b is expected again.
    while threads.writer._gathering is None:
        Event().wait(0.001)
    threads.write("d")
    for thread in threads.threads:
        thread.join(PATIENCE_S)
    assert threads.work.transactions == [["a"], ["b"], ["c", "d"]]
    engine.dispose()


def test_what_waits_while_another_writes_is_written_in_one_transaction(engine):
    work = Insert()
    threads = Threads(Writer(engine), work)
    threads.write_while_another_is_written("a", ["b", "c", "d"])
    assert work.transactions == [["a"], ["b", "c", "d"]]
    assert threads.outcomes == {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert names_in(engine) == {"a", "b", "c", "d"}


def test_a_piece_that_cannot_be_written_leaves_the_others_their_transaction(engine):
    work = Insert()
    threads = Threads(Writer(engine), work)
    threads.write_while_another_is_written("a", ["b", "bad", "c"])
    assert isinstance(threads.outcomes.pop("bad"), ValueError)
    assert threads.outcomes == {"a": "A", "b": "B", "c": "C"}
    assert names_in(engine) == {"a", "b", "c"}


def test_a_row_that_the_database_refuses_fails_its_own_piece_only(engine):
    work = Insert()
    writer = Writer(engine)
    threads = Threads(writer, work)
    threads.write_while_another_is_written("a", ["a", "b"])
    assert threads.outcomes["b"] == "B"
    assert names_in(engine) == {"a", "b"}


def test_a_writer_that_nobody_else_uses_writes_each_piece_at_once(engine):
    work = Insert()
    work.may_end.set()
    writer = Writer(engine)
    assert [writer.write(work, name) for name in "abc"] == ["A", "B", "C"]
    assert work.transactions == [["a"], ["b"], ["c"]]


def test_threads_that_settle_together_each_get_what_became_of_their_own_calls(ledger):
    limits, results = [limit(amount=200)], {}
    arrivals = {
        "first": [call("a", user_id="ann"), call("both", user_id="ann")],
        "second": [call("both", user_id="ann"), call("b", user_id="bob", input_tokens=500)],
        "third": [call("c", user_id="cy")],
    }

    def bring(name):
        results[name] = ledger.settle(arrivals[name], limits, NOW)

    # None of the three can begin before all have come.
    with ledger._writer._lock:
        threads = [Thread(target=bring, args=[name]) for name in arrivals]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    new = [call_id for settled in results.values() for call_id in settled.new]
    assert sorted(new) == ["a", "b", "both", "c"]
    assert [alert.subject for alert in results["second"].crossed if alert.subject == "bob"] == ["bob"]
    assert results["third"].crossed == []
    assert {standing.subject: standing.used for standing in ledger.standings(limits, NOW)} == {
        "ann": 240,
        "bob": 520,
        "cy": 120,
    }


def test_what_a_transaction_learned_is_forgotten_when_it_is_rolled_back(database_url):
    with Ledger.open(database_url) as ledger:

        def settle_and_fail(connection, arrivals):
            ledger._settle_arrivals(connection, arrivals)
            raise ValueError("after everything was written")

        original = ledger._writer.write
        ledger._writer.write = lambda _work, arrival: original(settle_and_fail, arrival)
        with pytest.raises(ValueError, match="after everything"):
            ledger.settle([call("lost", project="p")], [limit()], NOW)
        ledger._writer.write = original
        ledger.settle([call("kept", project="p")], [limit()], NOW)
        assert [row["calls"] for row in ledger.usage("project")] == [1]
        (standing,) = ledger.standings([limit()], NOW)
        assert standing.used == 120
        with reading(ledger._engine) as connection:
            assert known_ids(connection, ["lost", "kept"]) == {"kept"}


def test_a_service_counts_for_limits_that_another_service_has_met_since(database_url):
    each = limit(scope="project", unit="calls")
    with Ledger.open(database_url) as one, Ledger.open(database_url) as other:
        one.settle([call("a", project="p")], [], NOW)
        other.settle([call("b", project="p")], [each], NOW)
        one.settle([call("c", project="p")], [], NOW)
        (standing,) = other.standings([each], NOW)
        assert standing.used == 3


def test_a_service_finds_a_notebook_that_another_service_has_moved_since(database_url):
    with Ledger.open(database_url) as one, Ledger.open(database_url) as other:
        one.settle([call("a", notebook_path="old.ipynb")], [], NOW)
        other.move_notebooks("alice", "old.ipynb", "new.ipynb", NOW)
        one.settle([call("b", notebook_path="old.ipynb")], [], NOW)
        assert {row["group"]: row["calls"] for row in one.usage("notebook")} == {"new.ipynb": 2}
        assert [record.notebook_path for record in one.records()] == ["new.ipynb", "new.ipynb"]


def test_a_ledger_that_is_lost_is_lost_for_every_piece(engine):
    class Lost(Insert):
        def __call__(self, connection, names):
            super().__call__(connection, names)
            raise LedgerUnavailable("ledger-interrupted")

    threads = Threads(Writer(engine), Lost())
    threads.write_while_another_is_written("a", ["b", "c"])
    assert {type(outcome) for outcome in threads.outcomes.values()} == {LedgerUnavailable}
    assert names_in(engine) == set()


def test_the_alert_of_a_model_is_told_to_a_thread_that_called_it(ledger):
    limits, results = [limit(scope="model", amount=50)], {}

    def bring(name):
        results[name] = ledger.settle([call(name, request_model=name)], limits, NOW)

    with ledger._writer._lock:
        threads = [Thread(target=bring, args=[name]) for name in ("m1", "m2", "m3")]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert {name: {alert.subject for alert in each.crossed} for name, each in results.items()} == {
        name: {name} for name in ("m1", "m2", "m3")
    }
