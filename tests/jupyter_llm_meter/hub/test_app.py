"""The command ``jupyter llm-meter hub``: what it needs, and what it says where that is missing."""

import pytest

from jupyter_llm_meter.hub.app import BAD_CONFIGURATION, LLMMeterHub
from jupyter_llm_meter.hub.errors import HubConfigError
from jupyter_llm_meter.runtime.problems import Problems

LIMIT = {"scope": "team", "window": "month", "unit": "USD", "amount": 5}


@pytest.fixture(autouse=True)
def no_hub(monkeypatch):
    for name in ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("LLM_METER_DATABASE_URL", raising=False)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "database_url is not set"),
        ({"database_url": "sqlite:///hub.sqlite3", "processes": 2}, "processes needs PostgreSQL"),
        ({"database_url": "sqlite:///hub.sqlite3", "limits": [{**LIMIT, "amount": 0}]}, "amount"),
        ({"database_url": "sqlite:///hub.sqlite3", "limits": LIMIT}, "list"),
    ],
)
def test_a_configuration_that_cannot_hold_is_refused(settings, says):
    with pytest.raises(HubConfigError, match=says):
        LLMMeterHub(**settings).hub_config()


def test_a_limit_holds_as_it_was_set(tmp_path):
    config = LLMMeterHub(database_url=str(tmp_path / "hub.sqlite3"), limits=[LIMIT]).hub_config()
    assert config.database_url.startswith("sqlite:///")
    assert [limit.id for limit in config.limits.current()] == ["team/month/USD"]


def test_without_a_hub_the_command_says_who_starts_it(tmp_path, capsys):
    app = LLMMeterHub(database_url=str(tmp_path / "hub.sqlite3"))
    app.start()
    assert app.exit_code == BAD_CONFIGURATION
    assert "this command is started by JupyterHub" in capsys.readouterr().err


def test_a_server_that_no_hub_started_says_so(monkeypatch, caplog):
    import logging

    from jupyter_llm_meter.hub.client import connect

    problems = Problems(logging.getLogger("test"))
    assert connect("http://hub/services/llm-meter", problems) is None
    assert [problem.code for problem in problems.open()] == ["hub-no-token"]
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "0" * 64)
    assert connect("http://hub/services/llm-meter", Problems(logging.getLogger("test"))) is not None
