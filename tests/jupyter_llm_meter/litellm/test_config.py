"""The plugin's variables."""

import pytest

from jupyter_llm_meter.litellm.config import read_config
from jupyter_llm_meter.litellm.errors import GatewayConfigError

SET = {"LLM_METER_HUB_URL": "http://hub/services/llm-meter", "LLM_METER_GATEWAY_TOKEN": "secret"}


def test_calls_are_blocked_without_the_hub_unless_the_administrator_allows_them(tmp_path):
    config = read_config({**SET, "LLM_METER_GATEWAY_DIR": str(tmp_path)})
    assert (config.on_unreachable, config.folder) == ("block", tmp_path)
    assert read_config({**SET, "LLM_METER_ON_UNREACHABLE": "allow"}).on_unreachable == "allow"


@pytest.mark.parametrize("name", SET)
def test_a_missing_variable_is_named(name):
    with pytest.raises(GatewayConfigError, match=name):
        read_config({**SET, name: ""})


def test_a_wrong_value_is_named_with_what_is_allowed():
    with pytest.raises(GatewayConfigError, match="'maybe'; allowed: block, allow"):
        read_config({**SET, "LLM_METER_ON_UNREACHABLE": "maybe"})


def test_the_token_is_not_shown_where_the_configuration_is_printed():
    assert "secret" not in repr(read_config(SET))
