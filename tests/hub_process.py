"""The hub's service in its own process, until it ends or is killed: ``hub_process.py URL LIMITS PORT``.

URL is that of the ledger, LIMITS JSON. Users' tokens are their names: what a JupyterHub says of tokens is
tested with a real one.
"""

import asyncio
import json
import logging
import sys

from jupyter_llm_meter.hub.config import HubConfig, read_limits
from jupyter_llm_meter.hub.handler import Shared
from jupyter_llm_meter.hub.members import Roles
from jupyter_llm_meter.hub.meter import HubMeter
from jupyter_llm_meter.hub.server import Place, serve
from jupyter_llm_meter.runtime.problems import Problems

PREFIX = "/services/llm-meter/"
GROUPS = {
    "ann": ["physics"],
    "ben": ["physics", "physics-leads"],
    "dee": ["history"],
    "both": ["physics", "history"],
    "alone": [],
    "boss": [],
}


class KnownGroups:
    """The users and groups of GROUPS, as a hub that says who they are."""

    async def users(self):
        return set(GROUPS)

    async def unknown(self, names):
        return sorted(set(names).difference(GROUPS))

    async def members(self, team):
        return {name for name, groups in GROUPS.items() if team in groups}


class Tokens:
    def __init__(self, roles):
        self.roles = roles

    async def of_token(self, handler):
        name = handler.request.headers.get("Authorization", "").removeprefix("token ")
        if name not in GROUPS:
            return None
        return self.roles.member({"name": name, "groups": GROUPS[name], "admin": name == "boss"})

    of_request = of_token
    home_url = "/hub/home"

    def login_routes(self):
        return {}

    async def of_gateway(self, handler):
        name = handler.request.headers.get("Authorization", "").removeprefix("token ")
        return self.roles.gateway({"kind": "service", "name": name})


async def main(url, limits, port):
    roles = Roles(gateways=["gateway"])
    config = HubConfig(url, read_limits(limits, "UTC"), roles)
    log = logging.getLogger("hub")
    meter = HubMeter(config, Problems(log), log)
    shared = Shared(meter, Tokens(roles), "UTC", KnownGroups(), "the secret of credits")
    await serve(shared, Place("127.0.0.1", port, PREFIX, b"secret"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])))
