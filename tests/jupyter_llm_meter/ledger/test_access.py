"""The service's access to its ledger: bad databases, absent ones, and what others notice."""

import asyncio
import logging
import sqlite3
from threading import Barrier

import pytest
from ledger_samples import NOW, call

from jupyter_llm_meter.ledger import Ledger, LedgerAccess, LedgerUnavailable, access, sqlite_url
from jupyter_llm_meter.runtime.problems import Problems


@pytest.fixture
def problems():
    return Problems(logging.getLogger("test"))


@pytest.fixture
def open_access(tmp_path, problems):
    """Make accesses to a ledger; each is closed at the end."""
    made = []

    def make(url, **options):
        made.append(LedgerAccess(url, tmp_path, problems, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def codes(problems):
    return [problem.code for problem in problems.open()]


def settle(call_id):
    return lambda ledger: ledger.settle([call(call_id)], [], NOW)


def known(ledger):
    return {record.call_id for record in ledger.records()}


def spoil(path):
    """Make a file that is no ledger."""
    path.write_bytes(b"no database, and longer than the header of one" * 99)
    return path


def test_work_is_done_on_the_ledger_and_stays_in_its_file(tmp_path, problems, open_access):
    url = sqlite_url(tmp_path / "ledger.sqlite3")
    ledger = open_access(url)
    asyncio.run(ledger.use(settle("a")))
    assert asyncio.run(ledger.use(known)) == {"a"}
    assert codes(problems) == []
    ledger.close()
    with Ledger.open(url) as opened:
        assert known(opened) == {"a"}


def test_a_bad_database_of_a_hub_is_not_replaced(tmp_path, problems, open_access):
    path = spoil(tmp_path / "ledger.sqlite3")
    ledger = open_access(sqlite_url(path), is_replaced=False)
    with pytest.raises(LedgerUnavailable):
        asyncio.run(ledger.use(settle("a")))
    assert codes(problems) == ["ledger-unavailable"]
    assert list(tmp_path.glob("ledger-*.sqlite3")) == []


def test_a_bad_file_is_left_as_it_is_and_two_services_share_one_fresh_ledger(tmp_path, problems, open_access):
    path = spoil(tmp_path / "ledger.sqlite3")
    before = path.read_bytes()
    first, second = open_access(sqlite_url(path)), open_access(sqlite_url(path))
    asyncio.run(first.use(settle("a")))
    assert asyncio.run(second.use(known)) == {"a"}
    (fresh,) = tmp_path.glob("ledger-*.sqlite3")
    assert path.read_bytes() == before
    assert codes(problems) == ["ledger-foreign"]
    assert str(fresh) in problems.open()[0].message


def test_a_fresh_ledger_that_went_bad_as_well_is_passed_over(tmp_path, open_access):
    path = spoil(tmp_path / "ledger.sqlite3")
    older = spoil(tmp_path / "ledger-20200101T000000Z.sqlite3")
    before = older.read_bytes()
    ledger = open_access(sqlite_url(path))
    asyncio.run(ledger.use(settle("a")))
    assert older.read_bytes() == before
    assert len(list(tmp_path.glob("ledger-*.sqlite3"))) == 2


def test_a_ledger_that_is_damaged_while_it_is_used_is_replaced_and_the_work_is_done_there(
    tmp_path, problems, open_access
):
    path = tmp_path / "ledger.sqlite3"
    ledger = open_access(sqlite_url(path))
    asyncio.run(ledger.use(settle("a")))
    for each in (path, *tmp_path.glob("ledger.sqlite3-*")):
        spoil(each)
    asyncio.run(ledger.use(settle("b")))
    assert asyncio.run(ledger.use(known)) == {"b"}
    assert codes(problems) in (["ledger-foreign"], ["ledger-corrupt"])


def test_the_second_thread_that_meets_a_bad_ledger_uses_the_first_ones_replacement(tmp_path, open_access):
    ledger = open_access(sqlite_url(tmp_path / "ledger.sqlite3"))
    error = access.UnusableLedger("ledger-damaged", path="x", error="odd")
    used, both_hold_it = [], Barrier(2)

    def work(opened):
        used.append(opened)
        if len(used) <= 2:
            both_hold_it.wait(60)
            raise error
        return opened

    async def both():
        await ledger.use(known)
        return await asyncio.gather(ledger.use(work), ledger.use(work))

    first, second = asyncio.run(both())
    assert used[0] is used[1]
    assert first is second is not used[0]
    assert len(list(tmp_path.glob("ledger-*.sqlite3"))) == 1


@pytest.mark.parametrize("url", ["no url", "postgresql+psycopg://meter@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_reached_is_reported_and_work_fails(url, problems, open_access):
    absences = []
    ledger = open_access(url, went_away=lambda: absences.append(1))
    with pytest.raises(LedgerUnavailable):
        asyncio.run(ledger.use(known))
    assert (codes(problems), absences) == (["ledger-unavailable"], [1])
    assert "counted when it is back" in problems.open()[0].message


def test_a_database_that_cannot_be_reached_is_retried_after_growing_pauses(
    tmp_path, problems, open_access, monkeypatch
):
    clock = [100.0]
    monkeypatch.setattr(access.time, "monotonic", lambda: clock[0])
    blocked = tmp_path / "folder"
    blocked.write_text("a file where the ledger's folder should be")
    ledger = open_access(sqlite_url(blocked / "ledger.sqlite3"))

    def pause():
        with pytest.raises(LedgerUnavailable):
            asyncio.run(ledger.use(known))
        return ledger.retry_in_s

    assert ledger.retry_in_s == 0
    assert pause() == 1
    with pytest.raises(LedgerUnavailable, match="cannot be used now"):
        asyncio.run(ledger.use(known))
    pauses = []
    for _ in range(7):
        clock[0] += ledger.retry_in_s
        pauses.append(pause())
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    blocked.unlink()
    clock[0] += 60
    asyncio.run(ledger.check())
    assert (ledger.retry_in_s, codes(problems)) == (0, [])


def test_others_do_not_wait_for_ever_while_one_thread_tries_to_reach_the_database(
    tmp_path, open_access, monkeypatch
):
    monkeypatch.setattr(access, "OPENING_PATIENCE_S", 0.01)
    ledger = open_access(sqlite_url(tmp_path / "ledger.sqlite3"))
    with ledger._opening, pytest.raises(LedgerUnavailable, match="does not answer"):
        asyncio.run(ledger.use(known))


@pytest.mark.parametrize("url", ["no url", "postgresql+psycopg://meter@127.0.0.1:1/none"])
def test_an_unusable_ledger_that_is_not_a_file_is_replaced_by_one_in_the_private_folder(
    url, tmp_path, open_access
):
    ledger = open_access(url)
    ledger._ledger = bad = Ledger.open(sqlite_url(tmp_path / "elsewhere" / "bad.sqlite3"))
    work = iter([access.UnusableLedger("ledger-later", path="x", revision="9"), None])

    def fail_once(opened):
        error = next(work)
        if error is not None:
            raise error
        return opened

    assert asyncio.run(ledger.use(fail_once)) is not bad
    assert len(list(tmp_path.glob("ledger-*.sqlite3"))) == 1


def test_a_file_of_something_else_is_never_written(tmp_path, open_access):
    path = tmp_path / "recipes.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("create table recipes (name text)")
    connection.close()
    asyncio.run(open_access(sqlite_url(path)).use(settle("a")))
    with sqlite3.connect(path) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == [("recipes",)]
    connection.close()
