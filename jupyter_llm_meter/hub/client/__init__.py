"""A user's service and the hub: calls are relayed, and the hub's limits are kept and shown.

`connect` is the only thing that the Jupyter extension and the command line need.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from jupyter_llm_meter.core.explanation import explain
from jupyter_llm_meter.hub.client.link import HubLink
from jupyter_llm_meter.hub.client.upstream import HubUpstream
from jupyter_llm_meter.runtime.problems import Problems
from llm_meter_tap.calls.local_servers import port_of

TOKEN_PROBLEM = "hub-no-token"
TOKEN_VARIABLE = "JUPYTERHUB_API_TOKEN"
GATEWAY_VARIABLE = "LLM_METER_GATEWAY_URL"
"""Where the gateway is through which users call, as JupyterHub's spawner sets it."""
__all__ = ("connect",)


def connect(url: str, problems: Problems) -> HubUpstream | None:
    """Connect a user's service to a hub's; nothing is sent before the service starts.

    Args:
        url: Where the hub's service is, such as ``http://hub.example/services/llm-meter``.
        problems: Takes the problem that there is no token: a JupyterHub has not started this process.

    Returns:
        The hub's ledger; None without a token: metering continues without it.
    """
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        problems.report(TOKEN_PROBLEM, explain("hub-no-token", url=url, name=TOKEN_VARIABLE))
        return None
    return HubUpstream(HubLink(url, token), gateway_at(os.environ.get(GATEWAY_VARIABLE, "")))


def gateway_at(url: str) -> tuple[str, int | None] | None:
    """Host and port of a gateway's address; None for what is no address."""
    try:
        address = urlsplit(url)
        return (address.hostname, port_of(address.scheme, address.port)) if address.hostname else None
    except ValueError:
        return None
