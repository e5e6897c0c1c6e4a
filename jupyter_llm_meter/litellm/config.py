"""The configuration of the plugin, from environment variables of the proxy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_llm_meter.litellm.errors import GatewayConfigError

HUB_VARIABLE = "LLM_METER_HUB_URL"
TOKEN_VARIABLE = "LLM_METER_GATEWAY_TOKEN"
FOLDER_VARIABLE = "LLM_METER_GATEWAY_DIR"
UNREACHABLE_VARIABLE = "LLM_METER_ON_UNREACHABLE"
WAYS = ("block", "allow")


@dataclass(frozen=True)
class GatewayConfig:
    """What the administrator has set.

    Attributes:
        hub_url: Where the hub's service is.
        token: The proxy's own token of JupyterHub, as one of its services.
        folder: Keeps what the hub has not got yet.
        on_unreachable: What becomes of calls while the hub's service does not answer: one of ``WAYS``.
    """

    hub_url: str
    token: str = field(repr=False)
    folder: Path
    on_unreachable: str = "block"


def read_config(environment: Mapping[str, str] = os.environ) -> GatewayConfig:
    """Read the configuration.

    Raises:
        GatewayConfigError: A variable is missing or wrong.
    """
    missing = [name for name in (HUB_VARIABLE, TOKEN_VARIABLE) if not environment.get(name)]
    if missing:
        raise GatewayConfigError(
            f"{' and '.join(missing)} must be set in the environment of LiteLLM's proxy; "
            "docs/how-to/gateway.md explains them"
        )
    way = environment.get(UNREACHABLE_VARIABLE) or WAYS[0]
    if way not in WAYS:
        raise GatewayConfigError(f"{UNREACHABLE_VARIABLE} is {way!r}; allowed: {', '.join(WAYS)}")
    folder = environment.get(FOLDER_VARIABLE)
    return GatewayConfig(
        environment[HUB_VARIABLE],
        environment[TOKEN_VARIABLE],
        Path(folder) if folder else _data_folder(),
        way,
    )


def _data_folder() -> Path:
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "llm-meter" / "gateway"
