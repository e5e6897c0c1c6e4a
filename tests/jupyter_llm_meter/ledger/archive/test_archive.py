"""Calls leave the ledger and come back: no sum changes, and no call is lost or counted twice."""

import errno
import gzip
import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count

import pytest
from archive_samples import DAYS, MARCH, MAY, PRICED, TOTAL, archive_all, everything, ids, samples, settle_all
from ledger_samples import NOW, call, missing
from sqlalchemy import text

from jupyter_llm_meter.core.prices import Cost
from jupyter_llm_meter.ledger import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    Filter,
    Ledger,
    LedgerUnavailable,
    RepriceEntry,
    Repricing,
    back_up,
    new_entry_id,
    restore,
    sqlite_url,
)
from jupyter_llm_meter.ledger.archive import archiving
from jupyter_llm_meter.ledger.engine import writing


@pytest.fixture
def database_url(database_url, tmp_path, monkeypatch):
    """A ledger of either kind whose archive is in a folder of this test."""
    monkeypatch.setattr("jupyter_llm_meter.ledger.location.jupyter_data_dir", lambda: str(tmp_path / "data"))
    return database_url


@pytest.fixture
def full(ledger):
    """A ledger with calls of old months."""
    settle_all(ledger)
    return ledger


def files(ledger):
    return sorted(path.name for path in ledger.archive.folder.glob("2*"))


def live(ledger):
    return sum(1 for _ in ledger.records())


def test_totals_trends_and_limits_are_the_same_to_the_last_decimal(full):
    before, known = everything(full), ids(full)
    parts = archive_all(full)
    assert [(part.month, part.calls) for part in parts] == [("2026-03", 13), ("2026-05", 13)]
    assert (everything(full), ids(full)) == (before, ["recent", "now"])
    with full.with_archived(Filter()) as everyone:
        assert ids(everyone) == known


def test_a_limit_that_is_new_counts_archived_calls_too(full):
    archive_all(full)
    own = [replace(each, amount=each.amount + 1) for each in TOTAL]
    with Ledger.open(full._engine.url.render_as_string(hide_password=False)) as again:
        with writing(again._engine) as connection:
            for table in ("counters", "counted_windows"):
                connection.execute(text(f"DELETE FROM {table}"))
        made = {(each.limit.id, each.subject): each.used for each in again.standings(own, NOW)}
    assert made == {(each.limit.id, each.subject): each.used for each in full.standings(own, NOW)}
    assert made[own[0].id, "alice"] > 0


def test_tokens_without_a_price_count_under_a_ceiling_before_and_after(full):
    from jupyter_llm_meter.ledger.engine import reading
    from jupyter_llm_meter.ledger.history import unpriced_tokens_by

    def tokens():
        with reading(full._engine) as connection:
            return [
                unpriced_tokens_by(connection, "user_id", 0, None),
                unpriced_tokens_by(connection, "model", 0, None, [("user_id", "alice")]),
            ]

    before = tokens()
    archive_all(full)
    assert tokens() == before and before[0]["alice"] > 500


def test_a_file_is_private_compressed_and_says_what_it_is(full):
    (march, _may) = archive_all(full)
    path = full.archive.folder / march.file
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with gzip.open(path, "rt") as lines:
        head, *rest = map(json.loads, lines)
    assert (head["form"], head["month"], head["calls"]) == ("llm-meter-archive", "2026-03", 13)
    calls = [dict(zip(head["columns"], line, strict=True)) for line in rest if isinstance(line, list)]
    assert len(calls) == 13
    assert path.stat().st_size == march.bytes
    told = march.to_dict()
    assert (told["file"], told["calls"], told["first_at"][:7]) == (path.name, 13, "2026-03")
    assert "removed_at" not in told


def test_the_current_month_young_months_and_the_future_are_never_archived(ledger):
    future = NOW + timedelta(days=500)
    at = {
        "future": future,
        "now": NOW,
        "young": NOW - timedelta(days=89),
        "yesterday": NOW - timedelta(days=1),
    }
    ledger.settle([call(name, started_at=when) for name, when in at.items()], [], NOW)
    assert ledger.archive.waiting(NOW, DAYS) == []
    assert archive_all(ledger) == []
    assert live(ledger) == 4


def test_a_clock_that_jumps_ahead_archives_and_removes_nothing(full):
    jumped = NOW + timedelta(days=3650)
    months = [month.name for month in full.archive.waiting(jumped, DAYS)]
    assert months == ["2026-03", "2026-05"]
    full.settle([call("wrong-clock", started_at=jumped)], [], jumped)
    assert [month.name for month in full.archive.waiting(jumped, DAYS)] == months
    archive_all(full)
    assert full.archive.retire(12, jumped) == []
    assert len(files(full)) == 2


def test_a_ledger_with_calls_of_one_day_archives_nothing(ledger):
    ledger.settle([call("old", started_at=MARCH)], [], NOW)
    assert ledger.archive.waiting(NOW, DAYS) == []
    assert ledger.archive.retire(1, NOW) == []


def test_a_call_that_is_reported_again_is_not_counted_again(full):
    known = list(full.records())
    archive_all(full)
    before = everything(full)
    settled = full.settle(known, TOTAL, NOW)
    assert (settled.new, set(settled.known)) == ([], {record.call_id for record in known})
    assert everything(full) == before
    assert full.known([record.call_id for record in known] + ["other"]) == {
        record.call_id for record in known
    }


@pytest.mark.parametrize(
    "report",
    [
        # An agent's log names the response of the tap's call.
        {"source": "import", "response_id": "resp-030-0123456789abcdef"},
        # A page shows what the run of a cell printed.
        {"source": "output", "kernel_id": "k1", "run_id": "r", "input_tokens": 100},
    ],
)
def test_another_source_that_reports_an_archived_call_late_adds_nothing(full, report):
    archive_all(full)
    before = everything(full)
    settled = full.settle([call("other-name", **{"started_at": MARCH, **report})], TOTAL, NOW)
    assert (settled.new, everything(full)) == ([], before)


@pytest.mark.parametrize(
    "report",
    [
        {"source": "tap", "response_id": "resp-030-0123456789abcdef"},
        {
            "source": "import",
            "response_id": "resp-030-0123456789abcdef",
            "status": "refused",
            "basis": "none",
        },
        {"source": "import", "response_id": "another-0123456789abcdef"},
        {"source": "output", "kernel_id": "k1", "run_id": "r", "input_tokens": 101},
        {"source": "import", "response_id": "short"},
    ],
)
def test_a_late_call_that_is_another_one_is_counted(full, report):
    archive_all(full)
    settled = full.settle([call("other", **{"started_at": MARCH, **report})], TOTAL, NOW)
    assert settled.new == ["other"]


def test_a_short_id_of_a_response_is_one_call_where_the_tokens_are_equal_too(ledger):
    ledger.settle(
        [
            call("a", started_at=MARCH, response_id="chat-0001"),
            call("b"),
            call("c", started_at=NOW - timedelta(days=1)),
        ],
        [],
        NOW,
    )
    archive_all(ledger)
    late = {"started_at": MARCH, "source": "import", "response_id": "chat-0001"}
    settled = ledger.settle([call("same", **late), call("other", input_tokens=7, **late)], [], NOW)
    assert settled.new == ["other"]


def test_figures_that_come_after_their_call_was_archived_change_nothing(full):
    archive_all(full)
    before = everything(full)
    settled = full.settle([call("03-missing", started_at=MARCH)], TOTAL, NOW)
    assert (settled.known, everything(full)) == (["03-missing"], before)


def test_late_calls_of_a_month_make_a_second_part(full):
    archive_all(full)
    full.settle([call("late", started_at=MARCH)], TOTAL, NOW)
    before = everything(full)
    (second,) = archive_all(full)
    assert (second.month, second.calls, everything(full)) == ("2026-03", 1, before)
    assert [part.month for part in full.archive.parts()] == ["2026-03", "2026-03", "2026-05"]
    assert archive_all(full) == []
    back = full.archive.restore("2026-03", NOW)
    assert (len(back), live(full), everything(full)) == (2, 14 + 2, before)


def test_restored_calls_are_the_same_rows_and_the_service_leaves_them_alone_for_a_week(full):
    def rows():
        return [record.to_wire() for record in full.records()]

    calls, before = rows(), everything(full)
    archive_all(full)
    for month in ("2026-05", "2026-03"):
        full.archive.restore(month, NOW)
    assert (rows(), everything(full), files(full)) == (calls, before, [])
    assert full.archive.waiting(NOW, DAYS, by_service=True) == []
    assert len(full.archive.waiting(NOW + timedelta(days=8), DAYS, by_service=True)) == 2
    assert [part.state for part in full.archive.parts()] == ["restored", "restored"]
    # They can be settled again as known ones, and archived again.
    assert full.settle(list(full.records()), TOTAL, NOW).new == []
    assert len(archive_all(full)) == 2
    assert everything(full) == before


@pytest.mark.parametrize("month", ["2026-13", "march", "2026-3", "0000-01"])
def test_a_month_that_is_none_is_refused(full, month):
    with pytest.raises(ArchiveError, match="no month"):
        full.archive.restore(month, NOW)


def test_a_month_that_is_not_archived_cannot_be_restored(full):
    with pytest.raises(ArchiveError, match="no calls of 2026-03"):
        full.archive.restore("2026-03", NOW)


DAMAGES = {
    "a bit flips": lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:],
    "the end is gone": lambda content: content[:-1],
    "it is empty": lambda _content: b"",
    "it is longer": lambda content: content + b"\0",
    "it is something else": lambda _content: b"not a file of ours",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused_by_its_name_and_the_ledger_stays_as_it_was(full, damage):
    march, _may = archive_all(full)
    full.settle([call("late", started_at=MARCH)], TOTAL, NOW)
    archive_all(full)
    path = full.archive.folder / march.file
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    before, parts = everything(full), full.archive.parts()
    with pytest.raises(ArchiveDamaged, match=march.file):
        full.archive.restore("2026-03", NOW)
    with pytest.raises(ArchiveDamaged, match=march.file), full.with_archived(Filter()):
        pass
    assert (everything(full), full.archive.parts(), live(full)) == (before, parts, 2)
    problems = [(verdict.part.file, verdict.problem is None) for verdict in full.archive.verify()]
    assert sorted(problems) == sorted((part.file, part.file != march.file) for part in parts)
    with full.with_archived(Filter(start=MAY)) as others:
        assert len(ids(others)) == 15
    path.write_bytes(whole)
    assert len(full.archive.restore("2026-03", NOW)) == 2


def test_a_file_that_is_not_there_is_named(full):
    march, _may = archive_all(full)
    (full.archive.folder / march.file).unlink()
    with pytest.raises(ArchiveDamaged, match=f"{march.file} is not there"):
        full.archive.restore("2026-03", NOW)


def with_other_content(full, part, change):
    """Change what a file says and what the ledger notes of it, as no accident could."""
    import hashlib

    path = full.archive.folder / part.file
    lines = gzip.decompress(path.read_bytes()).splitlines()
    path.write_bytes(gzip.compress(b"\n".join(change(lines)) + b"\n"))
    with writing(full._engine) as connection:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        connection.execute(
            text("UPDATE archive_parts SET sha256 = :digest WHERE id = :id"),
            {"digest": digest, "id": part.id},
        )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: [b'{"form": "llm-meter-archive", "version": 2}', *lines[1:]], "later version"),
        (lambda lines: [b"[]", *lines[1:]], "cannot be read"),
        (lambda lines: lines[:-1], "has 12 calls"),
        (lambda lines: [*lines[:-1], b"[1]"], "has 12 calls"),
        (lambda lines: [*lines, b"{"], "cannot be read"),
    ],
)
def test_a_file_of_another_form_is_refused(full, change, says):
    march, _may = archive_all(full)
    with_other_content(full, march, change)
    with pytest.raises(ArchiveDamaged, match=says):
        full.archive.restore("2026-03", NOW)


def test_old_files_are_removed_and_their_totals_stay(full):
    archive_all(full)
    before = everything(full)
    removed = full.archive.retire(7, NOW)
    assert [part.month for part in removed] == ["2026-03"]
    assert (everything(full), len(files(full))) == (before, 1)
    assert [part.state for part in full.archive.parts()] == ["removed", "archived"]
    assert full.archive.retire(7, NOW) == []
    with pytest.raises(ArchiveError, match="removed on 2026-11-24"):
        full.archive.restore("2026-03", NOW)
    with pytest.raises(ArchiveError, match="2026-03 were removed"), full.with_archived(Filter()):
        pass
    assert full.archive_note(None, Filter()).removed_calls == 13
    # A late report of a removed call still adds nothing.
    assert full.settle([call("03-1", started_at=MARCH + timedelta(hours=5))], TOTAL, NOW).new == []


def test_a_file_that_a_killed_process_did_not_remove_is_removed_the_next_time(full):
    march, _may = archive_all(full)
    path = full.archive.folder / march.file
    content = path.read_bytes()
    full.archive.retire(7, NOW)
    path.write_bytes(content)
    assert full.archive.unknown_files() == [march.file]
    full.archive.retire(7, NOW)
    assert full.archive.unknown_files() == []


def test_one_process_at_a_time_moves_calls(full):
    with full.archive.locked(), pytest.raises(ArchiveBusy, match="another process"), full.archive.locked():
        pass
    with full.archive.locked():
        pass


def test_what_a_killed_process_left_is_removed(full):
    full.archive.folder.mkdir(parents=True)
    (full.archive.folder / ".unfinished-x").write_bytes(b"half")
    with full.archive.locked():
        assert [path.name for path in full.archive.folder.iterdir()] == [".lock"]


def test_calls_that_change_while_they_are_written_are_archived_as_they_are_then(full, monkeypatch):
    changes = iter([True, False])
    real = archiving.write_part

    def changing(*words):
        if next(changes, False):
            full.settle([call("03-missing", started_at=MARCH, input_tokens=7)], TOTAL, NOW)
        return real(*words)

    monkeypatch.setattr(archiving, "write_part", changing)
    parts = archive_all(full)
    assert full.archive.unknown_files() == []
    assert [part.calls for part in parts] == [13, 13]
    with full.with_archived(Filter()) as everyone:
        assert {r.call_id: r.input_tokens for r in everyone.records()}["03-missing"] == 7


def test_calls_that_never_stop_changing_stay_in_the_ledger(full, monkeypatch):
    real, number = archiving.write_part, count()

    def changing(*words):
        full.reprice(
            Repricing(
                lambda _record: Cost(PRICED["cost_amount"] * next(number), "USD", "override"),
                with_stated=True,
            ),
            RepriceEntry(new_entry_id(), "alice", "v", NOW),
        )
        return real(*words)

    monkeypatch.setattr(archiving, "write_part", changing)
    with pytest.raises(ArchiveError, match="changed while they were archived"):
        full.archive.archive_some("2026-03", NOW)
    assert (live(full), files(full)) == (28, [])


def test_a_notebook_that_moves_takes_its_archived_calls_along(full):
    full.settle(
        [call("target", notebook_path="new/a.ipynb", started_at=MARCH, kernel_id="k1", cell_id="c1")],
        TOTAL,
        NOW,
    )
    archive_all(full)
    # The series of one are renamed, those of the other are joined with those of the new path.
    full.move_notebooks("alice", "a.ipynb", "new/a.ipynb", NOW)
    full.move_notebooks("alice", "new", "newer", NOW)
    before = everything(full)
    with full.with_archived(Filter()) as everyone:
        assert {r.notebook_path for r in everyone.records() if r.user_id == "alice"} == {
            "newer/a.ipynb",
            None,
        }
    for month in ("2026-03", "2026-05"):
        full.archive.restore(month, NOW)
    assert everything(full) == before
    paths = {}
    for record in full.records():
        if record.status != "refused":
            paths[record.notebook_path] = paths.get(record.notebook_path, 0) + 1
    assert paths == {row.get("group"): row["calls"] for row in full.usage("notebook")}


def test_tokens_without_a_price_follow_a_notebook_that_takes_the_place_of_another(ledger):
    from jupyter_llm_meter.ledger.engine import reading
    from jupyter_llm_meter.ledger.history import unpriced_tokens_by

    unpriced = {"started_at": MARCH, "request_model": "mystery"}
    old = [call(name, notebook_path=f"{name}.ipynb", **unpriced) for name in ("a", "b")]
    ledger.settle([*old, call("now"), call("before", started_at=NOW - timedelta(days=1))], TOTAL, NOW)
    archive_all(ledger)

    def tokens():
        with reading(ledger._engine) as connection:
            return unpriced_tokens_by(connection, "notebook_path", 0, None)

    before = tokens()
    ledger.move_notebooks("alice", "a.ipynb", "b.ipynb", NOW)
    assert before["a.ipynb"] > 0
    assert tokens()["b.ipynb"] == before["a.ipynb"] + before["b.ipynb"]


def test_a_page_of_calls_finds_those_of_the_ledger_behind_archived_ones(full):
    archive_all(full)
    full.settle([call("late", started_at=MARCH - timedelta(days=40))], TOTAL, NOW)
    which = Filter(values={"notebook": "a.ipynb"})
    for order, expected in (("desc", ["now", "recent", "late"]), ("asc", ["late", "recent", "now"])):
        found, cursor = [], None
        while True:
            page = full.calls(2, cursor, which, order=order)
            found += [record.call_id for record in page.calls]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == expected
    assert [r.call_id for r in full.records(which)] == ["late", "recent", "now"]


def test_pages_and_searches_have_archived_calls_when_they_are_asked_for(full):
    known = ids(full)
    archive_all(full)
    with full.with_archived(Filter(end=NOW - timedelta(days=30))) as everyone:
        which = Filter(end=NOW - timedelta(days=30))
        assert [r.call_id for r in everyone.calls(500, None, which, order="asc").calls] == known[:-2]
        found = everyone.calls(500, None, replace(which, search="MYSTERY")).calls
        assert {r.request_model for r in found} == {"mystery"} and len(found) == 6
        by_cost = everyone.calls(3, None, which, "cost").calls
        assert [r.cost_amount for r in by_cost] == sorted((r.cost_amount for r in by_cost), reverse=True)


@pytest.mark.parametrize(
    ("group", "which", "zone", "split"),
    [
        ("model", Filter(start=MARCH + timedelta(seconds=1)), "UTC", None),
        ("model", Filter(end=MAY + timedelta(hours=7)), "UTC", None),
        ("cell", Filter(), "UTC", "model"),
        ("model", Filter(values={"cell": "c1", "model": "gpt-4o"}), "UTC", None),
        ("day", Filter(end=MAY + timedelta(hours=7)), "Asia/Kolkata", None),
        ("day", Filter(values={"cell": "c1"}), "Asia/Kolkata", None),
    ],
)
def test_sums_that_need_archived_calls_say_so_and_are_exact_with_them(full, group, which, zone, split):
    before = full.usage(group, which, zone, split)
    assert full.archive_note(group, which, zone, split) is None
    archive_all(full)
    assert full.archive_note(group, which, zone, split).is_needed
    with full.with_archived(which) as everyone:
        assert everyone.usage(group, which, zone, split) == before


@pytest.mark.parametrize("group", ["none", "model", "notebook", "cell", "hour", "day", "month"])
def test_sums_that_do_not_need_archived_calls_say_that(full, group):
    archive_all(full)
    note = full.archive_note(group, Filter(start=datetime(2026, 3, 1, tzinfo=timezone.utc)), "Asia/Shanghai")
    assert (note.calls, note.is_needed, note.removed_calls) == (26, False, 0)
    assert full.archive_note(group, Filter(start=NOW - timedelta(days=30))) is None


def test_runs_whose_calls_may_be_archived_are_left_out(ledger):
    boundary = datetime(2026, 5, 31, 23, 59, tzinfo=timezone.utc)
    run = {"cell_id": "c1", "run_id": "across", "kernel_id": "k"}
    later = {"cell_id": "c1", "run_id": "later", "kernel_id": "k"}
    ledger.settle(
        [
            call("before", started_at=boundary, **run),
            call("after", started_at=boundary + timedelta(minutes=2), **run),
            call("later", started_at=NOW - timedelta(days=3), **later),
            call("now"),
        ],
        [],
        NOW,
    )
    assert len(ledger.cell_runs("a.ipynb")[0]["runs"]) == 2
    ledger.archive.archive_some("2026-05", NOW)
    assert [run["run_id"] for cell in ledger.cell_runs("a.ipynb") for run in cell["runs"]] == ["later"]


def test_archived_calls_keep_their_cost_when_others_are_priced_again(full):
    archive_all(full)
    before = {row.get("group"): row.get("cost") for row in full.usage("month")}
    work = Repricing(lambda _record: Cost(PRICED["cost_amount"], "USD", "override"), with_stated=True)
    full.reprice(work, RepriceEntry(new_entry_id(), "alice", "v", NOW))
    after = {row.get("group"): row.get("cost") for row in full.usage("month")}
    assert {month: cost for month, cost in after.items() if month != "2026-11"} == {
        month: cost for month, cost in before.items() if month != "2026-11"
    }
    assert full.reprices()[0].calls == 2


def test_the_first_metered_call_may_be_an_archived_one(full):
    assert full.first_metered("alice") == MARCH
    archive_all(full)
    assert full.first_metered("alice") == MARCH
    assert full.first_metered("carol") == MARCH
    for month in ("2026-03", "2026-05"):
        full.archive.restore(month, NOW)
    assert full.first_metered("carol") is None


def test_a_month_is_archived_in_parts_that_are_soon_done(full, monkeypatch):
    before = everything(full)
    monkeypatch.setattr(archiving, "MOST_CALLS", 5)
    parts = archive_all(full)
    assert [part.calls for part in parts] == [5, 5, 3, 5, 5, 3]
    assert everything(full) == before
    full.archive.restore("2026-03", NOW)
    full.archive.restore("2026-05", NOW)
    assert (everything(full), live(full)) == (before, 28)


def test_two_parts_with_the_same_calls_share_a_file_until_the_last_is_gone(full):
    (march, _may) = archive_all(full)
    with writing(full._engine) as connection:
        columns = "month, file, sha256, bytes, calls, first_at, last_at, archived_at"
        connection.execute(
            text(
                f"INSERT INTO archive_parts ({columns})"
                f" SELECT {columns} FROM archive_parts WHERE id = {march.id}"
            )
        )
        connection.execute(text(f"UPDATE archive_parts SET month = '2026-02' WHERE id > {march.id + 1}"))
    full.archive.restore("2026-03", NOW)
    assert march.file in files(full)


def test_a_month_is_archived_while_calls_are_settled(full, monkeypatch):
    monkeypatch.setattr(archiving, "MOST_CALLS", 3)
    before = {row["group"]: row for row in full.usage("month")}
    written, stop = [], threading.Event()

    def write():
        number = 0
        while number < 40 and not stop.is_set():
            made = [call(f"w{number}-a"), call(f"w{number}-b", started_at=MARCH + timedelta(minutes=number))]
            full.settle(made, TOTAL, NOW)
            written.extend(each.call_id for each in made)
            number += 1

    with ThreadPoolExecutor(1) as threads:
        writer = threads.submit(write)
        try:
            archive_all(full)
        finally:
            stop.set()
        writer.result()
    assert written
    archive_all(full)
    with full.with_archived(Filter()) as everyone:
        found = ids(everyone)
    assert sorted(found) == sorted({*found}) and {*written} < {*found}
    after = {row["group"]: row for row in full.usage("month")}
    assert after["2026-05"] == before["2026-05"]
    assert after["2026-03"]["calls"] == before["2026-03"]["calls"] + len(written) // 2
    assert (
        set(full.settle([call(name, started_at=NOW) for name in written if name.endswith("a")], [], NOW).new)
        == set()
    )


def test_the_ledger_that_cannot_be_written_keeps_its_calls(full, monkeypatch):
    real = archiving.writing

    def failing(engine):
        raise LedgerUnavailable("ledger-busy")

    monkeypatch.setattr(archiving, "writing", failing)
    with pytest.raises(LedgerUnavailable):
        full.archive.archive_some("2026-03", NOW)
    assert live(full) == 28
    # The file is there; the next run makes the same one.
    (orphan,) = full.archive.unknown_files()
    monkeypatch.setattr(archiving, "writing", real)
    assert full.archive.archive_some("2026-03", NOW).file == orphan
    assert full.archive.unknown_files() == []


@pytest.fixture
def file(tmp_path):
    from empty_ledger import place_empty_ledger

    path = tmp_path / "home" / "ledger.sqlite3"
    place_empty_ledger(path)
    with Ledger.open(sqlite_url(path)) as ledger:
        settle_all(ledger)
    return path


def test_a_backup_before_an_archive_has_the_calls_and_one_after_it_knows_the_files(file, tmp_path):
    early, late = tmp_path / "early.sqlite3", tmp_path / "late.sqlite3"
    back_up(file, early, lambda *_: None)
    with Ledger.open(sqlite_url(file)) as ledger:
        archive_all(ledger)
        before = everything(ledger)
    back_up(file, late, lambda *_: None)
    restore(early, file, NOW, lambda *_: None, force=True)
    with Ledger.open(sqlite_url(file)) as ledger:
        assert (live(ledger), everything(ledger), ledger.archive.parts()) == (28, before, [])
        assert len(ledger.archive.unknown_files()) == 2
        # The same calls make the same files.
        archive_all(ledger)
        assert ledger.archive.unknown_files() == []
    restore(late, file, NOW, lambda *_: None, force=True)
    with Ledger.open(sqlite_url(file)) as ledger:
        assert (live(ledger), everything(ledger)) == (2, before)
        ledger.archive.restore("2026-03", NOW)
        assert (live(ledger), everything(ledger)) == (15, before)


def test_a_backup_without_its_archive_says_which_file_is_missing(file, tmp_path):
    with Ledger.open(sqlite_url(file)) as ledger:
        march, _may = archive_all(ledger)
        before = everything(ledger)
    copy = tmp_path / "elsewhere" / "ledger.sqlite3"
    copy.parent.mkdir()
    back_up(file, copy, lambda *_: None)
    with Ledger.open(sqlite_url(copy)) as other:
        assert everything(other) == before
        with pytest.raises(ArchiveDamaged, match=str(other.archive.folder / march.file)):
            other.archive.restore("2026-03", NOW)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_keeps_the_calls_in_the_ledger(file):
    with Ledger.open(sqlite_url(file)) as ledger:
        ledger.archive.folder.mkdir()
        ledger.archive.folder.chmod(0o500)
        try:
            with pytest.raises(ArchiveError, match="cannot be written"):
                archive_all(ledger)
            with pytest.raises(ArchiveError, match="cannot be written"):
                ledger.archive.archive_some("2026-03", NOW)
        finally:
            ledger.archive.folder.chmod(0o700)
        assert live(ledger) == 28


def test_a_file_in_the_place_of_the_folder_keeps_the_calls_in_the_ledger(file):
    with Ledger.open(sqlite_url(file)) as ledger:
        ledger.archive.folder.write_text("in the way")
        with pytest.raises(ArchiveError, match="cannot be written"):
            archive_all(ledger)
        with pytest.raises(ArchiveError, match="cannot be written"):
            ledger.archive.archive_some("2026-03", NOW)
        assert live(ledger) == 28


def test_a_disk_that_is_full_keeps_the_calls_in_the_ledger(file, monkeypatch):
    from jupyter_llm_meter.ledger.archive import files as form

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(form.os, "fsync", full)
    with Ledger.open(sqlite_url(file)) as ledger:
        with pytest.raises(ArchiveError, match="No space left on device; the calls stay in the ledger"):
            ledger.archive.archive_some("2026-03", NOW)
        assert (live(ledger), list(ledger.archive.folder.iterdir())) == (28, [])


def test_what_is_read_back_differently_is_not_kept(file, monkeypatch):
    from jupyter_llm_meter.ledger.archive import files as form

    monkeypatch.setattr(form, "read_lines", lambda _path, _sha256: iter([]))
    with Ledger.open(sqlite_url(file)) as ledger:
        with pytest.raises(ArchiveError, match="read back"):
            ledger.archive.archive_some("2026-03", NOW)
        assert (live(ledger), list(ledger.archive.folder.iterdir())) == (28, [])


def test_a_row_that_is_gone_while_calls_are_read_is_looked_for_again(file, monkeypatch):
    real, stale = archiving._plain, iter([True] * 13)

    def plain(row):
        row_id, call_id, series_id, *rest = real(row)
        return (row_id, call_id, -1 if next(stale, False) else series_id, *rest)

    monkeypatch.setattr(archiving, "_plain", plain)
    with Ledger.open(sqlite_url(file)) as ledger:
        assert ledger.archive.archive_some("2026-03", NOW).calls == 13


def test_calls_of_the_first_and_the_last_month_there_is_can_be_archived(ledger):
    times = [datetime(1, 1, 2, tzinfo=timezone.utc), datetime(1970, 1, 1, tzinfo=timezone.utc)]
    ledger.settle([call(f"old-{at.year}", started_at=at) for at in times] + list(samples(MAY, 2)), [], NOW)
    ledger.settle([call("now"), call("before", started_at=NOW - timedelta(days=1))], [], NOW)
    before = ledger.usage("none")
    assert [part.month for part in archive_all(ledger)] == ["0001-01", "1970-01", "2026-05"]
    for month in ("0001-01", "1970-01", "2026-05"):
        ledger.archive.restore(month, NOW)
    assert (ledger.usage("none"), live(ledger)) == (before, 7)
    from jupyter_llm_meter.ledger.archive.months import bounds_of

    assert bounds_of("9999-12")[0] < bounds_of("9999-12")[1]


def test_a_late_record_of_a_refused_call_stays_known(ledger):
    refused = {"status": "refused", "basis": "none", "input_tokens": None, "output_tokens": None}
    ledger.settle(
        [
            call("no", started_at=MARCH, **refused),
            missing("m", started_at=MARCH),
            call("now"),
            call("y", started_at=NOW - timedelta(days=1)),
        ],
        [],
        NOW,
    )
    archive_all(ledger)
    assert ledger.settle([call("no", started_at=MARCH, **refused)], [], NOW).known == ["no"]
