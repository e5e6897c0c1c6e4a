"""``jupyter llm-meter doctor`` and ``tap``, as processes."""

import json
import os
import sys
import venv

import pytest

from jupyter_llm_meter.service.environment import tap_variables


@pytest.fixture
def doctor(meter):
    """Run the doctor; returns its exit code and its document."""

    def run(*words):
        done = meter("doctor", "--json", *words)
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture
def folder(home):
    made = home / "data" / "llm-meter"
    made.mkdir(mode=0o700)
    return made


def of(document, area):
    found = [one for one in document["findings"] if one["area"] == area]
    return [(one["subject"], one["verdict"], one["text"]) for one in found]


@pytest.fixture(autouse=True)
def python_kernels_only(home):
    """The kernelspecs of this machine are none of the tests' business."""
    (home / "config" / "jupyter_config.json").write_text(
        json.dumps({"KernelSpecManager": {"allowed_kernelspecs": ["python3"]}})
    )


def test_a_user_s_first_day_is_in_order(doctor):
    code, document = doctor()
    assert (code, document["ok"]) == (0, True), document
    assert [verdict for _, verdict, _ in of(document, "kernelspec")] == ["good"]
    assert [verdict for _, verdict, _ in of(document, "python")] == ["good"]
    assert any("WebSockets" in one["text"] for one in document["not_seen"])
    assert "unrecognised" not in document


def test_a_folder_that_others_can_read_is_reported(doctor, folder):
    folder.chmod(0o755)
    code, document = doctor()
    ((_, verdict, text),) = of(document, "folder")
    assert (code, verdict, "chmod" in text) == (1, "bad", True)


def test_a_file_that_is_not_a_ledger_is_reported(doctor, folder):
    (folder / "ledger.sqlite3").write_bytes(b"not a ledger at all, but long enough to be looked at" * 20)
    os.chmod(folder / "ledger.sqlite3", 0o600)
    code, document = doctor()
    assert (code, of(document, "ledger")[0][1]) == (1, "bad")


def test_a_ledger_in_use_is_reachable(doctor, ledger_url):
    assert of(doctor()[1], "ledger")[0][1] == "good"


def test_a_limit_that_cannot_be_enforced_is_reported(doctor, home):
    config = {"LLMMeter": {"limits": [{"window": "day", "unit": "call", "amount": 1}]}}
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(config))
    code, document = doctor()
    assert (code, of(document, "limits")[0][:2]) == (1, ("limits-config", "bad"))


def test_the_last_unrecognised_request_is_shown_by_host_and_path(doctor, meter, folder):
    found = {"host": "llm.example.org", "path": "/v9/think", "at": "2026-11-24T00:00:00+00:00"}
    (folder / "unrecognised.json").write_text(json.dumps(found))
    os.chmod(folder / "unrecognised.json", 0o600)
    code, document = doctor()
    assert (code, document["unrecognised"]) == (0, found)
    assert "llm.example.org/v9/think at 2026-11-24" in meter("doctor").stdout


def test_the_last_path_that_only_its_answer_proved_is_shown(doctor, meter, folder):
    found = {"host": "llm.example.org", "path": "/v9/think", "api": "openai.chat", "at": "2026-11-24"}
    (folder / "recognised-by-answer.json").write_text(json.dumps(found))
    os.chmod(folder / "recognised-by-answer.json", 0o600)
    code, document = doctor()
    assert (code, document["recognised_by_answer"]) == (0, found)
    assert "llm.example.org/v9/think, read as openai.chat, at 2026-11-24" in meter("doctor").stdout


def test_unknown_members_of_usage_objects_are_listed_by_name(doctor, meter, folder):
    found = {"provider": "openai", "api": "openai.chat", "members": ["a_tokens", "b.c"], "at": "2026-11-24"}
    (folder / "unknown-usage-members.json").write_text(json.dumps(found))
    os.chmod(folder / "unknown-usage-members.json", 0o600)
    code, document = doctor()
    assert (code, document["unknown_usage_members"]) == (0, {**found, "members": "a_tokens, b.c"})
    assert "a_tokens, b.c of openai (openai.chat), at 2026-11-24" in meter("doctor").stdout


def test_a_running_service_is_asked_and_what_waits_is_counted(doctor, meter, folder):
    looking = "import sys; sys.argv = ['doctor', '--json']\n" + (
        "from jupyter_llm_meter.cli.doctor import DoctorApp\n"
        "app = DoctorApp(); app.initialize(['--json']); app.start()"
    )
    done = meter("run", "--", sys.executable, "-c", looking)
    ((subject, verdict, text),) = of(json.loads(done.stdout), "service")
    assert (verdict, "127.0.0.1" in subject, "It answers" in text) == ("good", True, True)


def test_calls_that_wait_for_a_service_are_counted(doctor, folder):
    variables = tap_variables(folder, "", None)
    code = "from llm_meter_tap import record; import os; record(input_tokens=3); os._exit(0)"
    os.spawnve(os.P_WAIT, sys.executable, [sys.executable, "-c", code], os.environ | variables)
    ((_, verdict, text),) = of(doctor()[1], "spool")
    assert (verdict, text.startswith("1 files")) == ("good", True)
    assert "1 of processes that have ended" in text


def test_the_table_says_the_same_to_a_person(meter, folder):
    folder.chmod(0o755)
    done = meter("doctor")
    assert done.returncode == 1
    assert "Others may read" in done.stdout
    assert "Never seen" in done.stdout


@pytest.fixture
def python(tmp_path):
    venv.create(tmp_path / "env", with_pip=False)
    return str(tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python")


def test_the_tap_is_put_there_asked_after_and_removed(meter, python):
    codes = []
    for action in ("status", "install", "install", "status", "uninstall", "uninstall", "status"):
        done = meter("tap", action, "--python", python)
        codes.append((action, done.returncode))
        assert done.stdout, done.stderr
    assert codes == [
        ("status", 1), ("install", 0), ("install", 0), ("status", 0),
        ("uninstall", 0), ("uninstall", 0), ("status", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["tap"], 2, "name one of install, uninstall, status"),
        (["tap", "remove", "--python", "python3"], 2, "name one of"),
        (["tap", "install"], 2, "--python PATH"),
        (["tap", "install", "--python", "/no/such/python"], 1, "was not found"),
        (["doctor", "everything"], 2, "unexpected argument"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(meter, words, code, said):
    done = meter(*words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
