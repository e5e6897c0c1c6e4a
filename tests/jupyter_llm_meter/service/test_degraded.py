import logging
import os
import sqlite3
from dataclasses import replace

import pytest

from jupyter_llm_meter.ledger import Ledger
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.storage import prepare_storage


def state(call):
    document = call("/v1/standing")[1]
    return document["state"]["level"], [problem["code"] for problem in document["state"]["problems"]]


@pytest.fixture
def foreign(storage):
    path = storage.folder / "ledger.sqlite3"
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("create table recipes (name text)")
    connection.close()
    return path


@pytest.fixture
def corrupt(storage):
    path = storage.folder / "ledger.sqlite3"
    Ledger.open(storage.ledger_url).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    return path


@pytest.mark.parametrize(("kind", "code"), [("foreign", "ledger-foreign"), ("corrupt", "ledger-corrupt")])
def test_a_bad_ledger_is_left_untouched_and_metering_continues_beside_it(
    kind, code, request, start, storage, caller, line, ledger_of
):
    path = request.getfixturevalue(kind)
    before = path.read_bytes()
    service = start()
    call = caller(service)
    assert call("/v1/lines", line("settled", "a"))[0] == 200
    assert state(call) == ("degraded", [code])
    message = call("/v1/standing")[1]["state"]["problems"][0]["message"]
    assert str(path) in message
    service.stop()
    (fresh,) = storage.folder.glob("ledger-*.sqlite3")
    assert str(fresh) in message
    assert list(ledger_of(f"sqlite:///{fresh}")) == ["a"]
    assert path.read_bytes() == before


def test_the_fresh_ledger_is_found_again_while_the_first_stays_bad(start, storage, foreign, caller, line):
    first = start()
    caller(first)("/v1/lines", line("settled", "a"))
    first.stop()
    second = start()
    assert caller(second)("/v1/standing")[1]["standings"][0]["used"] == "10"
    assert len(list(storage.folder.glob("ledger-*.sqlite3"))) == 1


def test_two_services_with_a_bad_ledger_go_on_in_the_same_fresh_one(start, storage, corrupt, caller, line):
    calls = [caller(start()) for _ in range(3)]
    for number, call in enumerate(calls):
        call("/v1/lines", line("settled", f"call-{number}"))
    assert calls[0]("/v1/standing")[1]["standings"][0]["used"] == "30"
    assert len(list(storage.folder.glob("ledger-*.sqlite3"))) == 1


def test_a_ledger_that_goes_bad_under_way_is_replaced(start, storage, caller, line):
    call = caller(start())
    call("/v1/lines", line("settled", "a"))
    ledger = storage.folder / "ledger.sqlite3"
    for path in (ledger, *storage.folder.glob("ledger.sqlite3-*")):
        path.write_bytes(os.urandom(4096) * 4)
    assert call("/v1/lines", line("settled", "b"))[0] == 200
    assert state(call) == ("degraded", ["ledger-corrupt"])


def test_calls_wait_in_the_spool_while_the_ledger_is_away_and_are_counted_when_it_is_back(
    start, storage, caller, line, spool, eventually
):
    home = storage.folder / "elsewhere"
    home.write_text("a file where the ledger's folder should be")
    away = replace(storage, ledger_url=f"sqlite:///{home / 'ledger.sqlite3'}")
    call = caller(start(away))
    path = spool(line("settled", "a"))
    assert call("/v1/lines", line("settled", "a"))[0] == 503
    assert state(call) == ("degraded", ["ledger-unavailable"])
    assert path.exists()
    home.unlink()
    eventually(lambda: state(call) == ("ok", []), "recovery")
    assert not path.exists()
    assert call("/v1/standing")[1]["standings"][0]["used"] == "10"


def test_before_its_first_reading_of_the_ledger_the_document_has_no_figures(start, storage, caller):
    away = replace(storage, ledger_url="postgresql+psycopg://nobody@127.0.0.1:9/none")
    document = caller(start(away))("/v1/standing")[1]
    assert document["standings"] == []
    assert "today" not in document
    assert document["state"]["problems"][0]["code"] == "ledger-unavailable"


def test_a_url_that_names_no_ledger_is_a_problem_that_says_what_is_allowed(start, storage, caller):
    document = caller(start(replace(storage, ledger_url="mysql://host/db")))("/v1/standing")[1]
    (problem,) = document["state"]["problems"]
    assert "sqlite:///PATH" in problem["message"]


def test_a_password_in_the_url_is_in_no_message(start, storage, caller, caplog):
    url = "postgresql+psycopg://me:canary@127.0.0.1:9/none"
    document = caller(start(replace(storage, ledger_url=url)))("/v1/standing")[1]
    assert "canary" not in str(document)
    assert "canary" not in caplog.text


def test_where_no_private_folder_can_be_made_a_temporary_one_serves_and_the_state_says_so(
    tmp_path, monkeypatch, caplog, start, caller, line
):
    blocked = tmp_path / "home"
    blocked.write_text("not a folder")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(blocked / "data"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    problems = Problems(logging.getLogger("test"))
    call = caller(start(prepare_storage(None, problems), problems=problems))
    assert call("/v1/lines", line("settled", "a"))[0] == 200
    assert state(call) == ("degraded", ["not-durable"])
    assert len([record for record in caplog.records if "not-durable" in record.getMessage()]) == 1


def test_without_a_rendezvous_finished_processes_are_still_counted(start, storage, spool, line, ledger_of):
    (storage.folder / "services").write_text("a file in the way")
    path = spool(line("settled", "a"))
    service = start()
    service.stop()
    assert not path.exists()
    assert list(ledger_of(storage.ledger_url)) == ["a"]
