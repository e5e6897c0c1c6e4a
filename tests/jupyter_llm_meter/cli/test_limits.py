"""``jupyter llm-meter limits``: a file of amounts is imported as a whole or not at all, and can be undone."""

import json
import re

import pytest
from hub_services import HubProcess

from jupyter_llm_meter.cli.app import main
from jupyter_llm_meter.cli.limits import LimitsApp
from jupyter_llm_meter.ledger import sqlite_url

DEFAULTS = [
    {"scope": "user", "window": "month", "unit": "USD", "amount": 5},
    {"scope": "team", "window": "month", "unit": "tokens", "amount": 1000},
]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A hub's service without own amounts."""
    hub = HubProcess(sqlite_url(tmp_path_factory.mktemp("hub") / "ledger.sqlite3"), [])
    hub.start()
    for limit in DEFAULTS:
        assert hub.ask("PUT", "api/v1/limits/settings", "boss", limit)[0] == 200
    yield hub
    hub.kill()


@pytest.fixture
def hub(service):
    yield service
    for each in service.ask("GET", "api/v1/quotas?limit=1000", "boss")[1]["quotas"]:
        gone = {"limit_id": each["limit_id"], "subject": each["subject"], "amount": None}
        service.ask("PUT", "api/v1/quotas", "boss", gone, If_Match=each["version"])


@pytest.fixture
def limits(hub, tmp_path, monkeypatch, capsys):
    """Run the command on lines of a file; returns the exit code, and what it printed."""
    monkeypatch.setenv("LLM_METER_HUB_TOKEN", "boss")
    monkeypatch.setenv("LLM_METER_HUB_URL", hub.url)
    file = tmp_path / "students.csv"

    def run(*words, lines=None):
        if lines is not None:
            file.write_bytes(lines if isinstance(lines, bytes) else "\n".join(lines).encode())
            words = ("import", str(file), *words)
        code = main(["limits", *words])
        LimitsApp.clear_instance()  # each command is a process of its own
        out, err = capsys.readouterr()
        return code, out + err

    return run


HEAD = "user,window,unit,amount"


def own(hub):
    rows = hub.ask("GET", "api/v1/quotas?limit=1000", "boss")[1]["quotas"]
    return {each["subject"]: each["amount"] for each in rows}


def test_a_file_is_shown_imported_and_undone(hub, limits):
    lines = [HEAD, "ann,month,USD,20", "", "ben , month,USD,7.50"]
    code, said = limits("--dry-run", lines=lines)
    assert (code, own(hub)) == (0, {})
    assert "+ user/month/USD ann: 20" in said and "2 added, 0 changed, 0 unchanged, 0 removed" in said
    code, said = limits(lines=lines)
    assert (code, own(hub)) == (0, {"ann": "20", "ben": "7.5"})
    code, said = limits("--replace", lines=[HEAD, "ann,month,USD,30"])
    assert "0 added, 1 changed, 0 unchanged, 1 removed" in said and own(hub) == {"ann": "30"}
    undo = re.search("limits undo ([0-9a-f]+)", said)[1]
    code, said = limits("undo", undo)
    assert (code, own(hub)) == (0, {"ann": "20", "ben": "7.5"})
    code, said = limits("undo", undo)
    assert code == 2 and "changed since" in said


def test_teams_have_amounts_too(hub, limits):
    code, said = limits(
        lines=["team,user,amount,unit,window", "physics,,900,tokens,month", ",ann,1,USD,month"]
    )
    assert (code, own(hub)) == (0, {"physics": "900", "ann": "1"}), said


def test_each_error_names_line_and_column_and_nothing_is_imported(hub, limits):
    wrong = [
        "user,team,window,unit,amount",
        "ann,,month,USD,-3",
        "ann,,month,EUR,3",
        "ben,,year,USD,3",
        ",,month,USD,3",
        "ben,physics,month,USD,3",
        "dee,,day,USD,3",
        "dee,,month,USD,3",
        "dee,,month,USD,4",
        "both,,month",
        "alone,,month,USD,NaN",
    ]
    code, said = limits(lines=wrong)
    assert code == 2 and own(hub) == {}
    for place in (
        "line 2, amount: ",
        "line 3, unit: unit is 'EUR'; allowed are tokens, USD, calls",
        "line 4, window: ",
        "line 5, user: ",
        "line 6, user: ",
        "line 7, window: ",
        "line 9, user: 'dee' has an amount in line 8 already",
        "line 10: ",
        "line 11, amount: ",
        "nothing was imported",
    ):
        assert place in said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "line 1, window"),
        ([HEAD], "no lines"),
        (["user,amount,unit", "ann,3,USD"], "line 1, window"),
        (["window,amount,unit", "month,3,USD"], "line 1, user"),
        ([f"{HEAD},grade", "ann,month,USD,3,A"], "line 1, grade"),
        ([f"{HEAD},amount", "ann,month,USD,3,4"], "line 1, amount"),
        ([HEAD, 'ann,month,USD,"3'], "line 2"),
        (b"user,window,unit,amount\nann,month,USD,\xff", "UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_amounts_is_refused(hub, limits, lines, words):
    code, said = limits(lines=lines)
    assert (code, own(hub)) == (2, {}) and words in said


def test_unknown_users_stop_an_import_unless_they_are_allowed(hub, limits):
    lines = [HEAD, "ann,month,USD,1", "newcomer,month,USD,2"]
    code, said = limits(lines=lines)
    assert code == 2 and "newcomer" in said and own(hub) == {}
    code, said = limits("--dry-run", lines=lines)
    assert code == 0 and "newcomer" in said and own(hub) == {}
    assert limits("--allow-unknown", lines=lines)[0] == 0
    assert own(hub) == {"ann": "1", "newcomer": "2"}


def test_many_lines_come_in_parts(hub, limits):
    lines = [HEAD, *(f"student-{number},month,USD,{1 + number % 9}" for number in range(5001))]
    code, said = limits("--allow-unknown", "--json", lines=lines)
    document = json.loads(said)
    assert (code, document["added"], document["changed"], document["unknown_count"]) == (0, 5001, 5001, 5001)
    assert limits("undo", document["id"])[0] == 0
    assert own(hub) == {}


def test_errors_are_shown_up_to_a_hundred(hub, limits):
    code, said = limits(lines=[HEAD, *(f"s{number},month,USD,0" for number in range(500))])
    assert code == 2 and said.count(", amount: ") == 100


@pytest.mark.parametrize("words", [(), ("import",), ("undo",), ("remove", "x"), ("import", "a", "b")])
def test_a_command_line_without_an_action_and_its_word_is_refused(limits, words):
    code, said = limits(*words)
    assert code == 2 and "import and a FILE" in said


def test_a_file_that_is_not_there_and_a_hub_that_is_not_there_are_named(limits, monkeypatch):
    assert "nowhere.csv cannot be read" in limits("import", "nowhere.csv")[1]
    monkeypatch.setenv("LLM_METER_HUB_URL", "http://127.0.0.1:9")
    assert "http://127.0.0.1:9 does not answer" in limits("undo", "x")[1]
    monkeypatch.delenv("LLM_METER_HUB_URL")
    assert "--hub URL" in limits("undo", "x")[1]
    monkeypatch.setenv("LLM_METER_HUB_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("LLM_METER_HUB_TOKEN")
    assert "LLM_METER_HUB_TOKEN is not set" in limits("undo", "x")[1]


def test_who_is_no_administrator_imports_nothing(hub, limits, monkeypatch):
    monkeypatch.setenv("LLM_METER_HUB_TOKEN", "ben")
    code, said = limits(lines=[HEAD, "ann,month,USD,20"])
    assert code == 2 and "administrators" in said and own(hub) == {}
