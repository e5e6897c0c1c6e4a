"""JupyterHub on one machine, with one ledger of LLM calls for all users.

Add this to your own jupyterhub_config.py. What it needs besides: users and groups, an authenticator, and
PostgreSQL. docs/how-to/hub.md explains each line.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub defines it

# The hub starts the service, and again when it ends.
c.JupyterHub.services = [
    {
        "name": "llm-meter",
        "url": os.environ.get("LLM_METER_SERVICE_URL", "http://127.0.0.1:10101"),
        "command": [
            sys.executable,
            "-m",
            "jupyter_llm_meter.hub",
            "--config",
            os.environ.get("LLM_METER_HUB_CONFIG", str(Path(__file__).with_name("llm_meter_hub_config.py"))),
        ],
        # Only the service knows the database.
        "environment": {"LLM_METER_DATABASE_URL": os.environ.get("LLM_METER_DATABASE_URL", "")},
        "oauth_no_confirm": True,
    }
]

# The least that is needed: users, and their servers, may use the service. The service itself needs no scope:
# it asks the hub whose a token is with that token.
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=llm-meter"]},
    {
        "name": "server",
        "scopes": [
            "users:activity!user",
            "access:servers!server",
            "access:services!service=llm-meter",
        ],
    },
]

# Each user's server finds the service here; it has a token of its own from JupyterHub.
c.Spawner.environment = {
    "LLM_METER_HUB_URL": os.environ.get("LLM_METER_HUB_URL", "http://127.0.0.1:8000/services/llm-meter")
}
