import logging
from datetime import date
from decimal import Decimal

import pytest

from jupyter_llm_meter.core.currency import Currency
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.config import ServiceConfig
from jupyter_llm_meter.service.errors import ConfigError
from jupyter_llm_meter.service.owner import Owner, local_zone


@pytest.fixture
def problems():
    return Problems(logging.getLogger("test"))


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("LLM_METER_TEAM", "JUPYTERHUB_USER", "JUPYTERHUB_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LLM_METER_USER", "alice")


def test_what_is_not_set_has_its_default(problems):
    config = ServiceConfig.from_settings({}, problems)
    assert config == ServiceConfig(owner=Owner("alice"), time_zone=local_zone())
    assert config.rules == Rules("allow", "own")
    assert problems.open() == []


def test_what_is_set_is_kept(problems):
    settings = {
        "user_id": "bob", "team": "a team", "time_zone": "Asia/Shanghai", "on_unreachable": "block",
        "raises": "none", "database_url": "sqlite:///x", "limits": [{"amount": 1}], "channels": {"ops": "json://x"},
        "prices_file": "prices.toml", "link": "https://lab",
        "currency": {"code": "CNY", "per_usd": "7.10", "as_of": "2026-11-01"},
        "archive_after_days": 90, "archive_keep_months": "36",
    }  # fmt: skip
    assert ServiceConfig.from_settings(settings, problems) == ServiceConfig(
        owner=Owner("bob", "a team"),
        time_zone="Asia/Shanghai",
        rules=Rules("block", "none"),
        database_url="sqlite:///x",
        limits=[{"amount": 1}],
        channels={"ops": "json://x"},
        prices_file="prices.toml",
        link="https://lab",
        currency=Currency("CNY", Decimal("7.10"), date(2026, 11, 1)),
        archive_after_days=90,
        archive_keep_months=36,
    )


def test_the_environment_names_team_and_link(problems, monkeypatch):
    monkeypatch.setenv("LLM_METER_TEAM", "blue")
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", "https://hub/alice")
    config = ServiceConfig.from_settings({"team": "", "link": ""}, problems)
    assert (config.owner.team, config.link) == ("blue", "https://hub/alice")


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "/etc/localtime"])
def test_a_zone_that_does_not_exist_is_a_problem_and_the_machine_s_own_is_used(problems, zone):
    assert ServiceConfig.from_settings({"time_zone": zone}, problems).time_zone == local_zone()
    (problem,) = problems.open()
    assert (problem.code, zone in problem.message) == ("time-zone", True)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("raises", "everything", "none, own, all"),
        ("on_unreachable", "wait", "allow, block"),
        ("team", 3, "a text"),
        ("archive_after_days", 34, "35 or more"),
        ("archive_after_days", True, "35 or more"),
        ("archive_keep_months", "many", "1 or more"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(problems, name, value, allowed):
    with pytest.raises(ConfigError, match=f"^c.LLMMeter.{name} is {value!r}; .*{allowed}"):
        ServiceConfig.from_settings({name: value}, problems)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ('[{"amount": 1}]', [{"amount": 1}]),
        ('{"amount": 1}', [{"amount": 1}]),
        ("a lot", ["a lot"]),
        ({"amount": 1}, [{"amount": 1}]),
        ([], []),
    ],
)
def test_limits_may_be_json_as_on_a_command_line(problems, given, read):
    assert ServiceConfig.from_settings({"limits": given}, problems).limits == read


def test_channels_are_not_shown(problems):
    config = ServiceConfig.from_settings({"channels": {"ops": "mailtos://u:secret@x"}}, problems)
    assert "secret" not in repr(config)
