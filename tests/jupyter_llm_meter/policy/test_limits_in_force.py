import json
import logging
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from jupyter_llm_meter.policy import limits_in_force
from jupyter_llm_meter.policy.lab_settings import PLUGIN, LabPaths, read_limits
from jupyter_llm_meter.policy.limits_in_force import LimitsInForce
from jupyter_llm_meter.runtime.problems import Problems

DEFAULT = {"scope": "user", "window": "month", "unit": "tokens", "amount": 1_000_000}
CALLS = {"window": "day", "unit": "calls", "amount": 50}


@pytest.fixture
def paths(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    schema = tmp_path / "labextensions/jupyter-llm-meter/schemas/jupyter-llm-meter/meter.json"
    schema.parent.mkdir(parents=True)
    schema.write_text(
        json.dumps({"type": "object", "properties": {"limits": {"type": "array", "default": [DEFAULT]}}})
    )
    (tmp_path / "settings").mkdir()
    return LabPaths(
        str(tmp_path / "settings"),
        str(tmp_path / "schemas"),
        str(tmp_path / "user-settings"),
        [str(tmp_path / "labextensions")],
    )


@pytest.fixture
def problems():
    return Problems(logging.getLogger("test"))


@pytest.fixture
def user(paths, tmp_path):
    """Save the user's settings, as the Settings Editor does."""
    path = tmp_path / "user-settings" / "jupyter-llm-meter" / "meter.jupyterlab-settings"
    path.parent.mkdir(parents=True)
    ticks = iter(range(1, 100))

    def save(text):
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        os.utime(path, (1_700_000_000 + next(ticks),) * 2)

    return save


def policy(problems, paths, configured=None):
    return LimitsInForce(configured, paths=lambda: paths, problems=problems, time_zone="Asia/Shanghai")


def summary_of(limits):
    return [(limit.id, int(limit.amount), limit.source) for limit in limits]


def test_without_settings_the_default_limit_is_in_force(problems, paths):
    assert summary_of(policy(problems, paths).current()) == [("user/month/tokens", 1_000_000, "default")]


def test_without_a_lab_the_default_limit_holds(problems, paths):
    assert summary_of(policy(problems, replace(paths, labextensions_path=[])).current()) == [
        ("user/month/tokens", 1_000_000, "default")
    ]


def test_limits_that_nobody_set_are_read_without_the_lab_s_libraries(problems, paths, tmp_path):
    code = (
        "import sys\n"
        "from jupyter_llm_meter.policy.lab_settings import LabPaths, read_limits\n"
        f"print(read_limits({paths!r}) == [{DEFAULT!r}], 'jupyterlab_server' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout == "True False\n"


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"properties": {"limits": 1}}'])
def test_a_schema_that_is_damaged_is_a_problem(text, problems, paths):
    next(paths.schema_files()).write_text(text)
    assert summary_of(policy(problems, paths).current()) == [("user/month/tokens", 1_000_000, "default")]
    assert [problem.code for problem in problems.open()] == ["limits-settings"]


def test_the_user_s_settings_hold_at_the_next_question(problems, paths, user):
    limits = policy(problems, paths)
    limits.current()
    user('{// with a comment\n"limits": [{"window": "day", "unit": "calls", "amount": 50}]}')
    assert summary_of(limits.current()) == [("user/day/calls", 50, "settings")]
    assert limits.current()[0].time_zone == "Asia/Shanghai"
    user('{"limits": []}')
    assert limits.current() == []


def test_limits_stay_while_the_settings_are_being_saved(problems, paths, user):
    limits = policy(problems, paths)
    user(json.dumps({"limits": [CALLS]}))
    before = limits.current()
    paths.user_file().write_text("")
    assert limits.current() is before
    user(json.dumps({"limits": [{**CALLS, "amount": 60}]}))
    assert summary_of(limits.current()) == [("user/day/calls", 60, "settings")]
    assert problems.open() == []


def test_settings_that_are_left_empty_set_nothing(problems, paths, user):
    limits = policy(problems, paths)
    user(json.dumps({"limits": [CALLS]}))
    limits.current()
    user("")
    assert summary_of(limits.current()) == [("user/month/tokens", 1_000_000, "default")]


@pytest.mark.parametrize("half", ["", "{}", '{"limits": [{"win'])
def test_settings_that_are_saved_while_they_are_read_are_read_again(problems, paths, user, monkeypatch, half):
    def read_half(paths):
        user(half)
        try:
            return read_limits(paths)
        finally:
            user(json.dumps({"limits": [{**CALLS, "amount": 60}]}))

    limits = policy(problems, paths)
    user(json.dumps({"limits": [CALLS]}))
    before = limits.current()
    user(json.dumps({"limits": [{**CALLS, "amount": 5}]}))
    with monkeypatch.context() as patch:
        patch.setattr(limits_in_force, "read_limits", read_half)
        assert limits.current() is before
    assert summary_of(limits.current()) == [("user/day/calls", 60, "settings")]
    assert problems.open() == []


def test_overrides_hold_for_a_user_who_set_nothing(problems, paths, tmp_path):
    folder = tmp_path / "settings" / "overrides.d"
    folder.mkdir()
    (folder / "meter.json").write_text(json.dumps({PLUGIN: {"limits": [CALLS]}}))
    assert summary_of(policy(problems, paths).current()) == [("user/day/calls", 50, "settings")]


def test_overrides_json_goes_before_overrides_d(problems, paths, tmp_path):
    (tmp_path / "settings" / "overrides.d").mkdir()
    (tmp_path / "settings/overrides.d/a.json").write_text(json.dumps({PLUGIN: {"limits": [CALLS]}}))
    (tmp_path / "settings/overrides.json").write_text(
        json.dumps({PLUGIN: {"limits": [{**CALLS, "amount": 60}]}})
    )
    assert summary_of(policy(problems, paths).current()) == [("user/day/calls", 60, "settings")]


def test_settings_can_neither_loosen_nor_remove_an_administrator_s_limit(problems, paths, user):
    limits = policy(problems, paths, [CALLS])
    assert summary_of(limits.current()) == [("user/day/calls", 50, "config")]
    user(json.dumps({"limits": [{**CALLS, "amount": 5000}, {"window": "day", "unit": "USD", "amount": 2}]}))
    assert summary_of(limits.current()) == [("user/day/calls", 50, "config"), ("user/day/USD", 2, "settings")]
    user('{"limits": []}')
    assert summary_of(limits.current()) == [("user/day/calls", 50, "config")]


@pytest.mark.parametrize(
    ("configured", "named"),
    [
        ([{**CALLS, "amount": 0}], "greater than 0"),
        ([{**CALLS, "amount": -1}], "greater than 0"),
        ([{**CALLS, "unit": "token"}], "tokens, USD, calls"),
        ([CALLS, CALLS], "twice"),
        (["[{"], "object"),
    ],
)
def test_a_bad_limit_in_the_configuration_is_named_and_the_default_stays(
    configured, named, problems, paths, caplog
):
    limits = policy(problems, paths, configured)
    assert summary_of(limits.current()) == [("user/month/tokens", 1_000_000, "default")]
    (problem,) = problems.open()
    assert problem.code == "limits-config"
    assert named in problem.message
    assert problem.message in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        '{"limits": [{"window": "day", "unit": "call", "amount": 1}]}',
        '{"limits": 3}',
        '{"limits": [',
        "3",
        "[]",
        "\udcff",
    ],
)
def test_bad_settings_are_a_problem_and_the_last_good_ones_stay(text, problems, paths, user):
    limits = policy(problems, paths)
    user(json.dumps({"limits": [CALLS]}))
    limits.current()
    user(text)
    assert summary_of(limits.current()) == [("user/day/calls", 50, "settings")]
    assert [problem.code for problem in problems.open()] == ["limits-settings"]
    user(json.dumps({"limits": [{**CALLS, "amount": 70}]}))
    assert summary_of(limits.current()) == [("user/day/calls", 70, "settings")]
    assert problems.open() == []


@pytest.mark.parametrize("text", ["{", "3", "[]"])
def test_overrides_that_the_lab_would_pass_over_are_a_problem(text, problems, paths, tmp_path):
    (tmp_path / "settings/overrides.json").write_text(text)
    assert summary_of(policy(problems, paths).current()) == [("user/month/tokens", 1_000_000, "default")]
    (problem,) = problems.open()
    assert "overrides.json" in problem.message
