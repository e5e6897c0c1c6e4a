import json
import os
from pathlib import Path

import pytest
from price_tables import write_price_table

import jupyter_llm_meter
from jupyter_llm_meter.policy.rules import Rules
from llm_meter_tap.startup import bootstrap_path


def test_the_server_finds_the_extension_and_the_lab_its_frontend():
    (point,) = jupyter_llm_meter._jupyter_server_extension_points()
    assert point["app"].name == "jupyter_llm_meter"
    assert jupyter_llm_meter._jupyter_labextension_paths() == [
        {"src": "labextension", "dest": "jupyter-llm-meter"}
    ]


def test_the_tap_s_public_face_is_there_under_this_package_s_name():
    import llm_meter_tap

    for name in ("record", "count_tokens", "check_and_alert", "LimitExceeded"):
        assert getattr(jupyter_llm_meter, name) is getattr(llm_meter_tap, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        jupyter_llm_meter.nothing  # noqa: B018 - the access is the test


@pytest.mark.parametrize("extension_config", [{"user_id": "ada", "team": "analysts"}])
def test_processes_started_by_the_server_know_where_to_report(extension_config, jp_serverapp, meter):
    assert os.environ["LLM_METER_DIR"] == str(meter.service.storage.folder)
    assert os.environ["LLM_METER_SERVICE"] == meter.service.stem
    assert (os.environ["LLM_METER_USER"], os.environ["LLM_METER_TEAM"]) == ("ada", "analysts")
    assert os.environ["PYTHONPATH"].split(os.pathsep)[0] == bootstrap_path()


def test_stopping_takes_the_environment_and_the_rendezvous_back(
    monkeypatch, tmp_path, jp_configurable_serverapp, run
):
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{bootstrap_path()}")
    monkeypatch.setenv("LLM_METER_DIR", "of an outer lab")
    server = jp_configurable_serverapp()
    (meter,) = server.extension_manager.extension_apps["jupyter_llm_meter"]
    services = meter.service.storage.folder / "services"
    assert os.environ["PYTHONPATH"] == f"{bootstrap_path()}{os.pathsep}{tmp_path}"
    assert {path.suffix for path in services.iterdir()} >= {".json", ".lock"}
    run(meter.stop_extension())
    assert os.environ["PYTHONPATH"] == f"{tmp_path}{os.pathsep}{bootstrap_path()}"
    assert os.environ["LLM_METER_DIR"] == "of an outer lab"
    assert "LLM_METER_SERVICE" not in os.environ
    assert list(services.iterdir()) == []


@pytest.mark.parametrize("extension_config", [{"enabled": False}])
def test_switched_off_it_touches_nothing(extension_config, jp_serverapp, meter, jp_data_dir):
    assert "LLM_METER_DIR" not in os.environ
    assert not Path(jp_data_dir, "llm-meter").exists()
    assert meter.handlers == []


@pytest.mark.parametrize("extension_config", [{"limits": [{"window": "day", "unit": "call", "amount": 1}]}])
def test_a_bad_limit_in_the_configuration_is_in_the_state(extension_config, api):
    document = api("standing")[1]
    assert [problem["code"] for problem in document["state"]["problems"]] == ["limits-config"]
    assert document["standings"][0]["limit"]["source"] == "default"


@pytest.mark.parametrize(
    "extension_config",
    [{"limits": '[{"window": "day", "unit": "calls", "amount": 5}]'}],
    ids=["as on the command line"],
)
def test_limits_can_be_given_as_text(extension_config, api):
    assert api("standing")[1]["standings"][0]["limit"]["id"] == "user/day/calls"


@pytest.mark.parametrize("extension_config", [{"time_zone": "Mars/Base"}])
def test_an_unknown_time_zone_is_in_the_state(extension_config, api):
    (problem,) = api("standing")[1]["state"]["problems"]
    assert (problem["code"], "Mars/Base" in problem["message"]) == ("time-zone", True)


@pytest.mark.parametrize("extension_config", [{"time_zone": "Asia/Shanghai"}])
def test_limits_reset_in_the_configured_zone(extension_config, api):
    assert api("standing")[1]["standings"][0]["limit"]["time_zone"] == "Asia/Shanghai"


def test_the_hub_s_user_is_the_one_who_calls(monkeypatch, jp_configurable_serverapp, run):
    monkeypatch.setenv("JUPYTERHUB_USER", "hub-user")
    monkeypatch.delenv("LLM_METER_USER", raising=False)
    server = jp_configurable_serverapp()
    (meter,) = server.extension_manager.extension_apps["jupyter_llm_meter"]
    assert os.environ["LLM_METER_USER"] == "hub-user"
    run(meter.stop_extension())


@pytest.fixture
def price_table(tmp_path):
    prices = [
        {
            "provider": "openai",
            "model": "house-model",
            "since": "2026-01-01",
            "source": "our contract",
            "input_mtok": "100",
            "output_mtok": "200",
        }
    ]
    return write_price_table(tmp_path, *prices)


@pytest.fixture
def extension_config(request, price_table):
    """What a test sets; a table's name stands for its path."""
    given = dict(getattr(request, "param", {}))
    if given.get("prices_file") == "table":
        given["prices_file"] = str(price_table)
    return given


@pytest.mark.parametrize("extension_config", [{"prices_file": "table"}], indirect=True)
def test_the_administrator_s_prices_hold(extension_config, api, send, settled):
    send(settled("a", tokens=10_000, **{"gen_ai.request.model": "house-model"}))
    assert api("standing")[1]["today"]["cost"] == "1"


@pytest.mark.parametrize("extension_config", [{"prices_file": "not/there.toml"}], indirect=True)
def test_a_price_table_that_cannot_be_read_is_in_the_state(extension_config, api):
    (problem,) = api("standing")[1]["state"]["problems"]
    assert (problem["code"], "not/there.toml" in problem["message"]) == ("price-table", True)


ALERTS = {
    "channels": {
        "ops": "json://127.0.0.1:9/hook-secret-4711",
        "typo": {"url": "dingtalk://SECsecret@0123456789abcdef", "langauge": "en"},
    }
}


@pytest.mark.parametrize("extension_config", [ALERTS])
def test_channels_are_in_the_state_by_name_and_their_urls_nowhere(extension_config, api, caplog):
    document = api("standing")[1]
    problems = {problem["code"]: problem["message"] for problem in document["state"]["problems"]}
    assert "unknown field 'langauge'" in problems["channel:typo"]
    for secret in ("hook-secret-4711", "SECsecret", "0123456789abcdef"):
        assert secret not in json.dumps(document) + caplog.text


def test_child_processes_cannot_read_the_channels_of_the_environment(
    monkeypatch, jp_configurable_serverapp, run
):
    monkeypatch.setenv("LLM_METER_CHANNELS", '{"ops": "wecombot://env-secret"}')
    monkeypatch.setenv("LLM_METER_ALERT_URLS", "lark://url-secret")
    server = jp_configurable_serverapp()
    (meter,) = server.extension_manager.extension_apps["jupyter_llm_meter"]
    assert [channel.name for channel in meter.service.channels] == ["alert-1", "ops"]
    assert not {"LLM_METER_CHANNELS", "LLM_METER_ALERT_URLS"} & {*os.environ}
    run(meter.stop_extension())
    assert "env-secret" in os.environ["LLM_METER_CHANNELS"]
    assert "url-secret" in os.environ["LLM_METER_ALERT_URLS"]


def test_the_address_in_alerts_is_the_public_one_without_its_token(monkeypatch, jp_configurable_serverapp):
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", "https://hub.example.com/user/ada/")
    server = jp_configurable_serverapp()
    (meter,) = server.extension_manager.extension_apps["jupyter_llm_meter"]
    assert meter._default_link() == "https://hub.example.com/user/ada/"
    server.custom_display_url = "https://lab.example.com/lab?token=secret"
    assert meter._default_link() == "https://lab.example.com/lab"


@pytest.fixture
def api_with(monkeypatch, request):
    """Start the server with some variables; returns what asks its routes."""

    def start(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"LLM_METER_{name}", value)
        return request.getfixturevalue("api")

    return start


def test_variables_set_options_of_the_server(api_with):
    api = api_with(LIMIT_TOKENS="2000", LIMIT_WINDOW="day", ON_EXCEED="block", TIME_ZONE="Asia/Tokyo")
    document = api("standing")[1]
    limit = document["standings"][0]["limit"]
    assert (limit["id"], limit["amount"], limit["on_exceed"]) == ("user/day/tokens", 2000, "block")
    assert limit["time_zone"] == "Asia/Tokyo"
    assert document["state"]["problems"] == []


@pytest.mark.parametrize("extension_config", [{"raises": "own", "time_zone": "Asia/Tokyo"}])
def test_the_configuration_takes_precedence_over_variables_even_where_it_sets_the_default(
    extension_config, api_with, request
):
    api = api_with(RAISES="none", TIME_ZONE="Asia/Shanghai")
    assert api("standing")[1]["standings"][0]["limit"]["time_zone"] == "Asia/Tokyo"
    assert request.getfixturevalue("meter").service_config.rules.raises == "own"


def test_an_option_that_is_not_set_leaves_its_variable_in_force(api_with, request):
    api_with(RAISES="none", ON_UNREACHABLE="block")
    assert request.getfixturevalue("meter").service_config.rules == Rules("block", "none")


def test_wrong_variables_are_in_the_state_and_calls_are_metered(api_with, request, settled):
    api = api_with(LIMIT_TOKENS="many", TIME_ZONE="Mars/Base", DATABASE_URL="mysql://me:secret@db/meter")
    request.getfixturevalue("send")(settled("a", tokens=7))
    document = api("standing")[1]
    (problem,) = document["state"]["problems"]
    assert problem["code"] == "environment"
    assert all(name in problem["message"] for name in ("LIMIT_TOKENS", "TIME_ZONE", "DATABASE_URL"))
    assert "secret" not in problem["message"]
    assert [call.input_tokens for call in request.getfixturevalue("calls")()] == [7]


def test_the_ledger_is_where_the_variable_says(api_with, request, settled, tmp_path):
    api_with(DATABASE_URL=str(tmp_path / "logs" / "ledger.sqlite3"))
    request.getfixturevalue("send")(settled("a"))
    assert (tmp_path / "logs" / "ledger.sqlite3").is_file()
