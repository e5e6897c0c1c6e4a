"""The service archives what is old enough, and only one of several does."""

import asyncio
import logging

import pytest
from archive_samples import archive_all, everything, ids, settle_all
from empty_ledger import place_empty_ledger

from jupyter_llm_meter.ledger import Ledger, LedgerAccess
from jupyter_llm_meter.ledger.archive import archiving
from jupyter_llm_meter.runtime.background import Background
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service import archive_schedule
from jupyter_llm_meter.service.archive_schedule import ArchiveSchedule

LOG = logging.getLogger("archive-schedule")


@pytest.fixture
def url(tmp_path, monkeypatch):
    """A ledger with calls of old months; parts are small, and nothing waits."""
    monkeypatch.setattr(archive_schedule, "PAUSE_S", 0)
    monkeypatch.setattr(archive_schedule, "FIRST_PAUSE_S", 0)
    monkeypatch.setattr(archiving, "MOST_CALLS", 5)
    url = place_empty_ledger(tmp_path / "ledger.sqlite3")
    with Ledger.open(url) as ledger:
        settle_all(ledger)
    return url


def scheduled(url, tmp_path, work, days=90, months=None):
    """Run work with a schedule in a loop."""

    async def run():
        access, background = LedgerAccess(url, tmp_path, Problems(LOG)), Background(LOG)
        schedule = ArchiveSchedule(access, days, months, background=background, log=LOG)
        try:
            await work(schedule, access)
        finally:
            await background.cancel()
            await asyncio.to_thread(access.close)

    asyncio.run(run())


def test_old_calls_are_archived_and_the_log_says_it(url, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with Ledger.open(url) as ledger:
        before = everything(ledger)
    scheduled(url, tmp_path, lambda schedule, _access: schedule.run_once())
    with Ledger.open(url) as ledger:
        assert (ids(ledger), everything(ledger)) == (["recent", "now"], before)
    assert "13 calls of 2026-03 are archived" in caplog.text


def test_files_that_are_too_old_are_removed_and_the_log_says_it(url, tmp_path, caplog):
    scheduled(url, tmp_path, lambda schedule, _access: schedule.run_once(), months=7)
    with Ledger.open(url) as ledger:
        assert {(part.month, part.state) for part in ledger.archive.parts()} == {
            ("2026-03", "removed"),
            ("2026-05", "archived"),
        }
    assert "of 2026-03 is removed" in caplog.text and "totals are kept" in caplog.text


def test_nothing_happens_while_another_process_archives(url, tmp_path):
    with Ledger.open(url) as other, other.archive.locked():
        scheduled(url, tmp_path, lambda schedule, _access: schedule.run_once())
        assert len(ids(other)) == 28


def test_a_folder_that_cannot_be_used_is_in_the_log(url, tmp_path, caplog):
    (tmp_path / "archive").write_text("in the way")
    scheduled(url, tmp_path, lambda schedule, _access: schedule.run_once())
    assert "calls were not archived" in caplog.text


def test_a_ledger_that_is_away_is_left_for_the_next_day(tmp_path):
    away = "postgresql+psycopg://meter@127.0.0.1:9/meter?connect_timeout=1"
    scheduled(away, tmp_path, lambda schedule, _access: schedule.run_once())


@pytest.mark.parametrize(
    ("days", "months", "is_archived"), [(90, None, True), (None, 7, False), (None, None, False)]
)
def test_it_begins_by_itself_only_where_something_is_set(url, tmp_path, days, months, is_archived):
    async def work(schedule, access):
        schedule.start()
        for _ in range(200 if is_archived else 5):
            await asyncio.sleep(0.05)
            if is_archived and await access.use(lambda ledger: len(ids(ledger))) == 2:
                break

    scheduled(url, tmp_path, work, days, months)
    with Ledger.open(url) as ledger:
        assert (len(ids(ledger)) == 2) is is_archived
        assert (archive_all(ledger) == []) is is_archived
