"""The reading commands as a person and a program see them."""

import json
import stat
import subprocess

import pytest

from llm_meter_tap.wire.record import CallRecord


def answer(done):
    """What a command printed for programs; it must have gone well and without a word on stderr."""
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_status_shows_every_limit_and_the_usage(meter, ledger_url):
    done = meter("status")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("User alice this month", "900k tokens", "1M tokens", "90%", "$2.25", "Asia/Tokyo"):
        assert words in done.stdout


def test_status_gives_a_program_the_same_values(meter, ledger_url):
    document = answer(meter("status", "--json"))
    (standing,) = document["standings"]
    assert (standing["subject"], standing["used"], standing["level"]) == ("alice", "900025", "warning")
    assert (
        document["today"]
        == document["month"]
        == {
            "calls": 2,
            "input_tokens": 900005,
            "output_tokens": 20,
            "cost": "2.2501",
            "unpriced_calls": 1,
            "missing_calls": 0,
        }
    )


def test_status_knows_the_limits_of_the_servers_configuration(meter, home, ledger_url):
    limits = [{"window": "day", "unit": "USD", "amount": 2, "scope": "model"}]
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps({"LLMMeter": {"limits": limits}}))
    levels = {each["limit"]["id"]: each["level"] for each in answer(meter("status", "--json"))["standings"]}
    assert levels["model/day/USD"] == "exceeded"


def test_the_currency_of_the_servers_configuration_stands_beside_dollars(meter, home, ledger_url):
    currency = {"code": "CNY", "per_usd": "7.10", "as_of": "2026-11-01"}
    limits = [{"window": "day", "unit": "USD", "amount": 2}]
    file = home / "config" / "jupyter_server_config.json"
    file.write_text(json.dumps({"LLMMeter": {"currency": currency, "limits": limits}}))
    for command in ("status", "report"):
        shown = meter(command).stdout
        assert "$2.25 (15.98 CNY)" in shown
        assert "1 USD = 7.10 CNY (2026-11-01)" in shown
    assert answer(meter("status", "--json"))["today"]["cost"] == "2.2501"


def test_a_currency_that_cannot_be_read_is_refused_with_what_to_write(meter, home, ledger_url):
    file = home / "config" / "jupyter_server_config.json"
    file.write_text(json.dumps({"LLMMeter": {"currency": {"code": "CNY", "per_usd": "7.10"}}}))
    done = meter("status")
    assert done.returncode != 0
    assert "c.LLMMeter.currency must have code, per_usd, as_of" in done.stderr


def test_the_servers_database_is_the_default(meter, home, ledger_url):
    config = {"LLMMeter": {"database_url": f"sqlite:///{home / 'elsewhere' / 'other.sqlite3'}"}}
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(config))
    assert answer(meter("status", "--json"))["today"]["calls"] == 0
    assert answer(meter("status", "--json", "--db", ledger_url))["today"]["calls"] == 2


def test_report_groups_usage_and_says_what_is_left_out(meter, ledger_url):
    done = meter("report")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("gpt-4o", "[b]mine[/b]", "900,000", "$2.25", "unknown", "1 unpriced", "Total"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("group_by", "groups"),
    [("notebook", ["a.ipynb", None]), ("none", [None]), ("user", ["alice"]), ("cell", [None])],
)
def test_report_groups_for_programs(meter, ledger_url, group_by, groups):
    document = answer(meter("report", "--json", "--group-by", group_by))
    assert document["group_by"] == group_by
    assert [row.get("group") for row in document["rows"]] == groups


def test_report_counts_days_of_a_range_whole(meter, ledger_url):
    document = answer(
        meter("report", "--json", "--from", "2026-11-01", "--to=2026-11-30", "--time-zone", "UTC")
    )
    assert (document["from"], document["to"]) == (
        "2026-11-01T00:00:00.000000Z",
        "2026-12-01T00:00:00.000000Z",
    )
    in_tokyo = answer(meter("report", "--json", "--from", "2026-11-01"))
    assert in_tokyo["from"] == "2026-10-31T15:00:00.000000Z"
    future = answer(meter("report", "--json", "--from", "2999-01-01T00:00:00Z"))
    assert future["rows"] == []


def test_export_writes_the_public_record_a_line_a_call(meter, ledger_url):
    done = meter("export", "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    records = [CallRecord.from_wire(json.loads(line)) for line in done.stdout.splitlines()]
    assert {each.call_id: each.input_tokens for each in records} == {"one": 900_000, "two": 5}
    assert json.loads(done.stdout.splitlines()[0])["llm_meter.cost.amount"] == "2.2501"


def test_export_writes_a_file_that_only_its_owner_reads(meter, home, ledger_url):
    path = home / "elsewhere" / "calls.jsonl"
    path.write_text("an older export")
    done = meter("export", "--output", "calls.jsonl")
    assert (done.returncode, done.stdout) == (0, "")
    assert "2 calls written to calls.jsonl" in done.stderr
    assert len(path.read_text().splitlines()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_export_writes_a_table_for_spreadsheets(meter, ledger_url):
    done = meter("export", "--format", "csv")
    heading, *rows = done.stdout.splitlines()
    assert heading.startswith("llm_meter.call.id,llm_meter.call.started_at,")
    assert [row.partition(",")[0] for row in rows] == ["one", "two"]


def test_export_writes_parquet(meter, home, ledger_url):
    parquet = pytest.importorskip("pyarrow.parquet")
    done = meter("export", "--format", "parquet", "--output", "calls.parquet")
    assert "2 calls written to calls.parquet" in done.stderr
    assert parquet.read_table(home / "elsewhere" / "calls.parquet").num_rows == 2


def test_export_ends_quietly_when_its_reader_has_seen_enough(meter, ledger_url):
    reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    reader.wait()
    done = meter("export", capture_output=False, stdout=reader.stdin, stderr=subprocess.PIPE)
    reader.stdin.close()
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["status", "report"])
def test_before_the_first_call_the_output_is_empty_without_an_error(meter, home, command):
    done = meter(command)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No calls have been metered yet" in done.stdout
    document = answer(meter(command, "--json"))
    assert document.get("rows", document.get("standings")) == []
    assert not (home / "data" / "llm-meter").exists()


def test_an_export_of_nothing_is_empty(meter, home):
    done = meter("export")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_path_names_a_ledger_too(meter, home, ledger_url):
    path = ledger_url.removeprefix("sqlite:///")
    assert answer(meter("report", "--json", "--db", path))["rows"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "commands are status, report, "),
        (("frobnicate",), "'frobnicate' is not a command"),
        (("report", "--group-by", "colour"), "--group-by is 'colour'; allowed are none, user"),
        (("report", "--from", "yesterday"), "--from is 'yesterday'; it must be a date such as"),
        (("report", "--time-zone", "Mars"), "--time-zone is 'Mars'; it must be an IANA name"),
        (("report", "--colour=red"), "unexpected argument '--colour'"),
        (("status", "please"), "unexpected argument 'please'"),
        (("export", "--format", "xls"), "--format is 'xls'; allowed are csv, json, jsonl, parquet"),
        (("export", "--output", "/no/such/folder/x"), "--output /no/such/folder/x cannot be written"),
        (("status", "--db", "mysql://u:secret@h/d"), "allowed are sqlite:///PATH"),
    ],
)
def test_a_line_that_cannot_be_followed_says_what_is_allowed(meter, ledger_url, words, says):
    done = meter(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_foreign_file_is_refused_and_left_as_it_was(meter, home):
    path = home / "elsewhere" / "notes.txt"
    path.write_text("not a ledger")
    done = meter("status", "--db", "notes.txt")
    assert (done.returncode, path.read_text()) == (2, "not a ledger")
    assert "notes.txt is not an SQLite database" in done.stderr


def test_a_ledger_that_is_away_is_another_exit_code(meter):
    done = meter("status", "--db", "postgresql+psycopg://meter:secret@127.0.0.1:1/meter")
    assert done.returncode == 1
    assert "cannot be used now" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("command", [(), ("status",), ("report",), ("export",)])
def test_every_command_explains_itself(meter, command):
    done = meter(*command, "--help")
    assert done.returncode == 0
    assert "--db" in done.stdout or "status" in done.stdout
