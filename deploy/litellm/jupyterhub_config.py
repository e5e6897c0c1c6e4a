"""Kernels call models through LiteLLM's proxy, with their server's token instead of a key.

Add this to the configuration of deploy/jupyterhub. docs/how-to/gateway.md explains each line.
"""

import os

c = get_config()  # noqa: F821 - JupyterHub defines it

gateway = os.environ.get("LLM_METER_GATEWAY_URL", "http://127.0.0.1:4000")

# The proxy is a service of the hub, so that it has a token; something else starts it.
c.JupyterHub.services += [{"name": "llm-gateway", "api_token": os.environ["LLM_METER_GATEWAY_TOKEN"]}]
c.JupyterHub.load_roles += [
    {
        "name": "llm-gateway",
        "scopes": ["access:services!service=llm-meter"],
        "services": ["llm-gateway"],
    }
]


def _own_token(spawner):
    """The server's own token, which stands where SDKs look for a key."""
    return spawner.api_token


c.Spawner.environment.update(
    {
        "OPENAI_BASE_URL": f"{gateway}/v1",
        "OPENAI_API_KEY": _own_token,
        "ANTHROPIC_BASE_URL": gateway,
        "ANTHROPIC_API_KEY": _own_token,
        "LLM_METER_GATEWAY_URL": gateway,
    }
)
