"""With a real JupyterLab in the server: the paths and layers are the lab's own."""

import json

import pytest


@pytest.fixture
def jp_server_config(jp_server_config):
    extensions = {"jupyterlab": True, "jupyter_llm_meter": True}
    return {**jp_server_config, "ServerApp": {"jpserver_extensions": extensions}}


@pytest.fixture
def lab(jp_serverapp, meter, tmp_path):
    """The lab's app, with our schema where prebuilt extensions are."""
    (app,) = jp_serverapp.extension_manager.extension_apps["jupyterlab"]
    app.user_settings_dir = str(tmp_path / "user-settings")
    app.app_settings_dir = str(tmp_path / "app-settings")
    app.labextensions_path = [str(tmp_path / "labextensions")]
    schema = tmp_path / "labextensions/jupyter-llm-meter/schemas/jupyter-llm-meter/meter.json"
    schema.parent.mkdir(parents=True)
    default = [{"scope": "user", "window": "month", "unit": "tokens", "amount": 1000000}]
    schema.write_text(
        json.dumps({"type": "object", "properties": {"limits": {"type": "array", "default": default}}})
    )
    return app


def test_a_user_s_limit_holds_with_no_browser_open(lab, tmp_path, api, send, settled):
    saved = tmp_path / "user-settings/jupyter-llm-meter/meter.jupyterlab-settings"
    saved.parent.mkdir(parents=True)
    saved.write_text('{"limits": [{"window": "day", "unit": "calls", "amount": 2}]}')
    (notice,) = send(settled("a"), settled("b"))["notices"]
    assert " today: 100% of 2 calls used. " in notice
    (standing,) = api("standing")[1]["standings"]
    assert (standing["limit"]["source"], standing["level"]) == ("settings", "exceeded")


def test_an_override_for_all_users_holds_for_who_set_nothing(lab, tmp_path, api):
    (tmp_path / "app-settings").mkdir()
    (tmp_path / "app-settings/overrides.json").write_text(
        json.dumps({"jupyter-llm-meter:meter": {"limits": [{"window": "day", "unit": "USD", "amount": 3}]}})
    )
    assert api("standing")[1]["standings"][0]["limit"]["id"] == "user/day/USD"
