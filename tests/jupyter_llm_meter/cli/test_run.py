import json
import os
import signal
import subprocess
import sys

import pytest
from price_tables import write_price_table
from tap_provider import Provider

from jupyter_llm_meter.ledger import Ledger

CALL = """
from llm_meter_tap import record
record(model="gpt-4o", input_tokens={tokens}, output_tokens=0)
"""


@pytest.fixture
def environment(tmp_path):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LLM_METER", "PYTHONPATH"))
    }
    folders = {
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "HOME": str(tmp_path),
    }
    return {**kept, **folders, "LLM_METER_USER": "alice"}


@pytest.fixture
def meter(environment, warm, tmp_path):
    """Start ``jupyter llm-meter run`` with some words."""

    def start(*words, python=warm):
        main = "import sys; from jupyter_llm_meter.cli.app import main; sys.exit(main(sys.argv[1:]))"
        return subprocess.Popen(
            [*python, "-c", main, "run", *words],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def run(meter):
    def finish(*words, **options):
        process = meter(*words, **options)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors

    return finish


@pytest.fixture
def calls(tmp_path):
    def read(url=None):
        with Ledger.open(url or f"sqlite:///{tmp_path}/data/llm-meter/ledger.sqlite3") as ledger:
            return list(ledger.records())

    return read


def python(code):
    return ("--", sys.executable, "-c", code)


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_the_command_s(code, run):
    assert run(*python(f"import sys; sys.exit({code})")) == (code, "", "")


def test_a_command_that_a_signal_ended_answers_as_a_shell_does(run):
    assert run(*python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))[0] == 128 + 9


def test_a_command_that_is_not_there_answers_127(run):
    code, _, errors = run("--", "no-such-command-here")
    assert code == 127
    assert "'no-such-command-here' was not found" in errors


def test_a_command_that_cannot_be_executed_answers_126(run, tmp_path):
    (tmp_path / "plain").write_text("text")
    assert run("--", str(tmp_path / "plain"))[0] == 126


@pytest.mark.parametrize("words", [(), ("--",), ("--db", "x.sqlite3")])
def test_without_a_command_it_says_what_is_missing(words, run):
    code, _, errors = run(*words)
    assert code == 2
    assert "after --" in errors


def test_an_unknown_option_is_named(run):
    code, _, errors = run("--bd", "x.sqlite3", *python("pass"))
    assert code == 2
    assert "--bd" in errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_command_and_its_answer_comes_back(number, meter):
    # No stub in between, which would pass signals on as well.
    code = f"""
import signal, sys, time
signal.signal({int(number)}, lambda *_: sys.exit(33))
print("ready", flush=True)
time.sleep(60)
"""
    process = meter(*python(code), python=[sys.executable])
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 33


def test_what_the_command_used_is_in_the_ledger_when_it_has_ended(run, calls):
    code, _, errors = run(*python(CALL.format(tokens=7)))
    assert (code, errors) == (0, "")
    (call,) = calls()
    assert (call.input_tokens, call.user_id) == (7, "alice")


def test_another_ledger_can_be_named(run, calls, tmp_path):
    run("--db", "other.sqlite3", *python(CALL.format(tokens=7)))
    assert len(calls(f"sqlite:///{tmp_path}/other.sqlite3")) == 1
    assert not (tmp_path / "data" / "llm-meter" / "ledger.sqlite3").exists()


def test_a_crossed_threshold_is_one_line_on_stderr(run):
    code, output, errors = run(*python(CALL.format(tokens=900_000)))
    assert (code, output) == (0, "")
    (line,) = errors.splitlines()
    assert line.startswith("LLM Meter: User ")
    assert " this month: 90% of 1,000,000 tokens used. Resets " in line


def test_an_administrator_s_limits_hold(run, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    limits = [{"window": "day", "unit": "tokens", "amount": 5}]
    (config / "jupyter_server_config.json").write_text(json.dumps({"LLMMeter": {"limits": limits}}))
    errors = run(*python(CALL.format(tokens=5)))[2]
    (line,) = errors.splitlines()
    assert " today: 100% of 5 tokens used." in line


def test_a_hard_limit_of_the_administrator_refuses_in_the_command_s_children_too(run, calls, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    limits = [{"window": "total", "unit": "calls", "amount": 1, "on_exceed": "block"}]
    (config / "jupyter_server_config.json").write_text(json.dumps({"LLMMeter": {"limits": limits}}))
    provider = Provider()
    post = f"""
import requests
url = "{provider.url}/json/v1/chat/completions"
requests.post(url, json={{"model": "gpt-5", "messages": [{{"role": "user", "content": "Say hi"}}]}})
"""
    twice = f"{post}\nimport subprocess, sys\nsys.exit(subprocess.call([sys.executable, '-c', {post!r}]))"
    code, _, errors = run(*python(twice))
    provider.close()
    assert code == 1
    assert "llm_meter_tap.errors.LimitExceeded: " in errors
    assert len(provider.seen) == 1
    assert [call.status for call in calls()] == ["ok", "refused"]


# What the service of a `run` says of itself, asked with the secret that its own processes have.
ASK = """
import json, os, urllib.request
folder, stem = os.environ["LLM_METER_DIR"], os.environ["LLM_METER_SERVICE"]
with open(f"{folder}/services/{stem}.json") as file:
    place = json.load(file)
request = urllib.request.Request(
    f"http://{place['address']}:{place['port']}/v1/standing",
    headers={"Authorization": f"Bearer {place['secret']}"},
)
with urllib.request.urlopen(request, timeout=30) as response:
    print(json.dumps({"standing": json.load(response), "gate": open(f"{folder}/services/{stem}.gate").read(),
                      "user": os.environ.get("LLM_METER_USER"), "team": os.environ.get("LLM_METER_TEAM"),
                      "channels": os.environ.get("LLM_METER_CHANNELS"),
                      "urls": os.environ.get("LLM_METER_ALERT_URLS")}))
"""
HARD = {"window": "day", "unit": "tokens", "amount": 500, "on_exceed": "block"}


@pytest.fixture
def configure(tmp_path):
    """Write ``c.LLMMeter`` of the Jupyter server's configuration."""

    def write(**settings):
        config = tmp_path / "config"
        config.mkdir(exist_ok=True)
        (config / "jupyter_server_config.json").write_text(json.dumps({"LLMMeter": settings}))

    return write


@pytest.mark.parametrize("raises", ["none", "own", "all"])
def test_who_may_raise_a_limit_is_the_administrator_s_word_in_a_run_too(raises, run, configure):
    configure(raises=raises, limits=[HARD])
    code, output, _ = run(*python(ASK))
    assert code == 0
    (standing,) = json.loads(output)["standing"]["standings"]
    assert standing["can_raise"] is (raises == "all")


def test_the_whole_configuration_holds_in_a_run(run, configure, calls, tmp_path):
    prices = {"provider": "openai", "model": "in-house", "since": "2026-01-01", "source": "a contract"}
    table = write_price_table(tmp_path, {**prices, "input_mtok": "1000000", "output_mtok": "1"})
    configure(
        limits=[{**HARD, "notify": ["nowhere"]}],
        on_unreachable="block",
        time_zone="Asia/Shanghai",
        prices_file=str(table),
        channels={"ops": "json://127.0.0.1:9/"},
        team="blue",
        user_id="bob",
    )
    record = CALL.format(tokens=3).replace('"gpt-4o"', '"in-house", provider="openai"')
    code, output, errors = run(*python(f"{ASK}\n{record}"))
    assert code == 0, errors
    found = json.loads(output)
    assert json.loads(found["gate"])["on_unreachable"] == "block"
    assert found["standing"]["standings"][0]["limit"]["time_zone"] == "Asia/Shanghai"
    (problem,) = found["standing"]["state"]["problems"]
    assert "there are ops" in problem["message"]
    assert (found["user"], found["team"], found["channels"]) == ("bob", "blue", None)
    (call,) = calls()
    assert (call.user_id, call.team, call.cost_amount) == ("bob", "blue", 3)


def test_a_time_zone_that_does_not_exist_is_reported_by_a_run(run, configure):
    configure(time_zone="Mars/Base", limits=[HARD])
    code, output, errors = run(*python(ASK))
    assert code == 0
    assert "The setting c.LLMMeter.time_zone is 'Mars/Base'" in errors
    assert [each["code"] for each in json.loads(output)["standing"]["state"]["problems"]] == ["time-zone"]


def test_variables_set_options_of_a_run(run, environment):
    limit = {"LIMIT_CALLS": "9", "LIMIT_WINDOW": "day", "ON_EXCEED": "block", "ON_UNREACHABLE": "block"}
    environment |= {f"LLM_METER_{name}": value for name, value in limit.items()}
    environment["LLM_METER_ALERT_URLS"] = "json://127.0.0.1:9/"
    code, output, errors = run(*python(ASK))
    assert (code, errors) == (0, "")
    found = json.loads(output)
    (standing,) = found["standing"]["standings"]
    assert (standing["limit"]["id"], standing["limit"]["amount"]) == ("user/day/calls", 9)
    assert json.loads(found["gate"])["on_unreachable"] == "block"
    assert found["urls"] is None


def test_the_configuration_and_the_command_line_take_precedence_over_variables(
    run, environment, configure, tmp_path
):
    configure(limits=[HARD])
    environment["LLM_METER_LIMIT_CALLS"] = "9"
    environment["LLM_METER_DATABASE_URL"] = str(tmp_path / "variable.sqlite3")
    output = run("--db", "other.sqlite3", *python(ASK))[1]
    (standing,) = json.loads(output)["standing"]["standings"]
    assert standing["limit"]["id"] == "user/day/tokens"
    assert not (tmp_path / "variable.sqlite3").exists()


def test_a_run_and_the_other_commands_use_the_ledger_of_the_variable(run, environment, warm, calls, tmp_path):
    environment["LLM_METER_DATABASE_URL"] = str(tmp_path / "logs" / "ledger.sqlite3")
    assert run(*python(CALL.format(tokens=7)))[0] == 0
    assert [call.input_tokens for call in calls(f"sqlite:///{tmp_path}/logs/ledger.sqlite3")] == [7]
    main = "import sys; from jupyter_llm_meter.cli.app import main; sys.exit(main())"
    status = [*warm, "-c", main, "status", "--json"]
    shown = subprocess.run(status, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert json.loads(shown.stdout)["today"]["input_tokens"] == 7


def test_wrong_variables_are_said_once_and_the_run_is_metered(run, environment, calls):
    environment["LLM_METER_LIMIT_TOKENS"] = "many"
    environment["LLM_METER_DATABASE_URL"] = "mysql://me:secret@db/meter"
    code, _, errors = run(*python(CALL.format(tokens=7)))
    assert code == 0
    assert errors.count("LLM_METER_LIMIT_TOKENS is 'many'; it must be a number greater than 0") == 1
    assert "LLM_METER_DATABASE_URL cannot be used, so calls are in the user's own ledger" in errors
    assert "secret" not in errors
    assert [call.input_tokens for call in calls()] == [7]


@pytest.mark.parametrize("name", ["raises", "on_unreachable"])
def test_a_setting_that_is_not_allowed_ends_a_run_before_its_command(name, run, configure):
    configure(**{name: "everything"})
    code, output, errors = run(*python("print('started')"))
    assert (code, output) == (2, "")
    assert f"c.LLMMeter.{name} is 'everything'; allowed are" in errors


def test_nothing_is_left_of_the_service(run, tmp_path):
    run(*python(CALL.format(tokens=1)))
    private = tmp_path / "data" / "llm-meter"
    assert list((private / "services").iterdir()) == []
    assert list((private / "spool").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "words", "named"),
    [
        (["a.ipynb"], ["a.ipynb", "out.ipynb"], "a.ipynb"),
        (["a.ipynb", "b.ipynb"], ["a.ipynb", "b.ipynb"], "None"),
        ([], ["a.ipynb"], "None"),
        (["a.ipynb"], ["--input", "./a.ipynb", "./a.ipynb"], "a.ipynb"),
    ],
)
def test_the_one_existing_notebook_of_the_command_is_named(files, words, named, run, tmp_path):
    for name in files:
        (tmp_path / name).write_text("{}")
    code = "import os; print(os.environ.get('LLM_METER_NOTEBOOK'))"
    assert run(*python(code), *words)[1].strip() == named


def test_a_command_killed_in_the_middle_of_a_call_leaves_it_marked(run, calls):
    code = """
import os, signal
from llm_meter_tap.delivery.spool import Spool
import json
spool = Spool(os.environ["LLM_METER_DIR"])
record = {"llm_meter.call.id": "cut", "llm_meter.call.started_at": "2026-11-24T00:00:00Z",
          "llm_meter.call.status": "ok", "llm_meter.call.basis": "missing", "llm_meter.call.source": "tap"}
line = json.dumps({"v": 1, "event": "opened", "record": record}).encode() + b"\\n"
spool.append("opened", "cut", line)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run(*python(code))[0] == 137
    (call,) = calls()
    assert (call.call_id, call.status, call.basis) == ("cut", "aborted", "missing")
