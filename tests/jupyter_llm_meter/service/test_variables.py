"""Options by environment variables: what each one sets, what a wrong one does, and what takes precedence."""

import logging
from decimal import Decimal

import pytest

from jupyter_llm_meter.ledger import sqlite_url
from jupyter_llm_meter.policy.limits_in_force import LimitsInForce
from jupyter_llm_meter.policy.rules import Rules
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.config import ServiceConfig
from jupyter_llm_meter.service.owner import local_zone
from jupyter_llm_meter.service.variables import OPTIONS, VARIABLES, with_variables


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)


@pytest.fixture
def problems():
    return Problems(logging.getLogger("test"))


@pytest.fixture
def limits(problems, monkeypatch):
    """The limits in force with some variables and settings."""

    def read(settings=None, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"LLM_METER_{name}", value)
        config = ServiceConfig.from_settings(settings or {}, problems)
        return LimitsInForce(
            config.limits, paths=None, problems=problems, time_zone=config.time_zone
        ).current()

    return read


def test_without_variables_nothing_is_set(problems):
    assert with_variables({"team": "blue"}, problems, {}) == {"team": "blue"}
    assert problems.open() == []


@pytest.mark.parametrize(
    ("unit", "amount"), [("TOKENS", "2000000"), ("USD", "12.50"), ("CALLS", "40")], ids=str.lower
)
def test_an_amount_is_a_monthly_limit_of_the_administrator_that_warns(limits, problems, unit, amount):
    (limit,) = limits(**{f"LIMIT_{unit}": amount})
    assert (limit.unit.upper(), limit.amount, limit.source) == (unit, Decimal(amount), "config")
    assert (limit.scope, limit.window, limit.warn_at, limit.on_exceed) == (
        "user", "month", (Decimal("0.8"),), "warn",
    )  # fmt: skip
    assert problems.open() == []


def test_window_warnings_and_refusal_hold_for_each_amount(limits):
    tokens, dollars = limits(
        LIMIT_TOKENS="1000", LIMIT_USD="5", LIMIT_WINDOW="day", WARN_AT="0.8, 0.5", ON_EXCEED="block"
    )
    for limit in (tokens, dollars):
        assert (limit.window, limit.on_exceed) == ("day", "block")
        assert limit.warn_at == (Decimal("0.5"), Decimal("0.8"))


def test_days_begin_in_the_zone_of_the_variable(limits):
    (limit,) = limits(LIMIT_CALLS="5", TIME_ZONE="Asia/Shanghai")
    assert limit.time_zone == "Asia/Shanghai"


def test_rules_ledger_and_prices_are_set(problems, monkeypatch):
    monkeypatch.setenv("LLM_METER_ON_UNREACHABLE", "block")
    monkeypatch.setenv("LLM_METER_RAISES", "none")
    monkeypatch.setenv("LLM_METER_DATABASE_URL", "postgresql+psycopg://meter@db/meter")
    monkeypatch.setenv("LLM_METER_PRICES_FILE", "/etc/prices.toml")
    monkeypatch.setenv("LLM_METER_ARCHIVE_AFTER_DAYS", "90")
    monkeypatch.setenv("LLM_METER_ARCHIVE_KEEP_MONTHS", "36")
    config = ServiceConfig.from_settings({}, problems)
    assert config.rules == Rules("block", "none")
    assert config.database_url == "postgresql+psycopg://meter@db/meter"
    assert config.prices_file == "/etc/prices.toml"
    assert (config.archive_after_days, config.archive_keep_months) == (90, 36)
    assert problems.open() == []


def test_a_path_is_the_url_of_its_file(problems, tmp_path):
    file = tmp_path / "ledger.sqlite3"
    found = with_variables({}, problems, {"LLM_METER_DATABASE_URL": str(file)})
    assert found == {"database_url": sqlite_url(file)}


def test_the_configuration_takes_precedence(limits, problems):
    limit = {"window": "day", "unit": "calls", "amount": 3}
    settings = {"limits": [limit], "raises": "own", "time_zone": "Asia/Tokyo"}
    (limit,) = limits(settings, LIMIT_TOKENS="1000", RAISES="none", TIME_ZONE="Asia/Shanghai")
    assert (limit.id, limit.time_zone) == ("user/day/calls", "Asia/Tokyo")
    assert ServiceConfig.from_settings(settings, problems).rules.raises == "own"


def test_an_empty_option_leaves_the_variable_in_force(problems):
    settings = {"time_zone": "", "limits": None}
    found = with_variables(settings, problems, {"LLM_METER_TIME_ZONE": "Asia/Tokyo"})
    assert found["time_zone"] == "Asia/Tokyo"


def test_a_variable_that_the_configuration_replaces_is_not_checked(problems):
    with_variables({"limits": []}, problems, {"LLM_METER_LIMIT_TOKENS": "many", "LLM_METER_WARN_AT": "80"})
    assert problems.open() == []


WRONG = [
    ("LIMIT_TOKENS", "many", "LLM_METER_LIMIT_TOKENS is 'many'; it must be a number greater than 0"),
    ("LIMIT_TOKENS", "0", "LLM_METER_LIMIT_TOKENS is '0'; it must be a number"),
    ("LIMIT_USD", "-5", "LLM_METER_LIMIT_USD is '-5'; it must be a number"),
    ("LIMIT_USD", "NaN", "LLM_METER_LIMIT_USD is 'NaN'; it must be a number"),
    ("LIMIT_CALLS", "1,000", "LLM_METER_LIMIT_CALLS is '1,000'; it must be a number"),
    ("LIMIT_WINDOW", "year", "LLM_METER_LIMIT_WINDOW is 'year'; allowed are hour, day, week, month, total"),
    ("WARN_AT", "80", "LLM_METER_WARN_AT is '80'; it must be numbers between 0 and 1"),
    ("WARN_AT", "0.5,,0.8", "LLM_METER_WARN_AT is '0.5,,0.8'; it must be numbers between 0 and 1"),
    ("WARN_AT", "0.5", "LLM_METER_WARN_AT has no effect without an amount; set one of LLM_METER_"),
    ("ON_EXCEED", "block", "LLM_METER_ON_EXCEED has no effect without an amount"),
    ("LIMIT_WINDOW", "day", "LLM_METER_LIMIT_WINDOW has no effect without an amount"),
    ("ON_EXCEED", "stop", "LLM_METER_ON_EXCEED is 'stop'; allowed are warn, block"),
    ("ON_UNREACHABLE", "wait", "LLM_METER_ON_UNREACHABLE is 'wait'; allowed are allow, block"),
    ("RAISES", "everything", "LLM_METER_RAISES is 'everything'; allowed are none, own, all"),
    ("TIME_ZONE", "Mars/Base", "LLM_METER_TIME_ZONE is 'Mars/Base'; it must be an IANA name"),
    ("TIME_ZONE", "../etc/passwd", "LLM_METER_TIME_ZONE is '../etc/passwd'; it must be an IANA name"),
    ("ARCHIVE_AFTER_DAYS", "34", "LLM_METER_ARCHIVE_AFTER_DAYS is '34'; it must be a whole number of 35"),
    ("ARCHIVE_KEEP_MONTHS", "1.5", "LLM_METER_ARCHIVE_KEEP_MONTHS is '1.5'; it must be a whole number of 1"),
    ("DATABASE_URL", "mysql://db/meter", "LLM_METER_DATABASE_URL cannot be used, so calls are in the"),
    ("DATABASE_URL", "sqlite://", "LLM_METER_DATABASE_URL cannot be used"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "says"), WRONG)
def test_a_wrong_value_is_a_problem_and_counts_as_not_set(problems, monkeypatch, name, value, says):
    monkeypatch.setenv(f"LLM_METER_{name}", value)
    config = ServiceConfig.from_settings({"user_id": "alice", "team": "blue"}, problems)
    assert (config.limits, config.database_url, config.rules) == (None, None, Rules())
    assert config.time_zone == local_zone()
    (problem,) = problems.open()
    assert (problem.code, says in problem.message) == ("environment", True), problem.message
    assert problem.message.endswith("Everything else is. Fix them and restart.")


def test_a_limit_keeps_its_amount_where_other_variables_of_it_are_wrong(limits, problems):
    (limit,) = limits(LIMIT_TOKENS="1000", LIMIT_WINDOW="year", ON_EXCEED="stop", WARN_AT="80")
    assert (limit.amount, limit.window, limit.on_exceed) == (1000, "month", "warn")
    (problem,) = problems.open()
    assert all(name in problem.message for name in ("LIMIT_WINDOW", "ON_EXCEED", "WARN_AT"))


def test_a_password_in_a_wrong_address_is_not_shown(problems):
    with_variables({}, problems, {"LLM_METER_DATABASE_URL": "mysql://meter:secret@db/meter"})
    (problem,) = problems.open()
    assert "secret" not in problem.message


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_variable_is_not_set(problems, blank):
    assert with_variables({}, problems, {variable.name: blank for variable in VARIABLES}) == {}
    assert problems.open() == []


def test_each_option_that_is_read_has_a_variable_in_the_reference():
    assert {variable.option for variable in VARIABLES} == OPTIONS
