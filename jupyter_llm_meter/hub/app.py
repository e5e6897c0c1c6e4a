"""``jupyter llm-meter hub``: the service that owns the ledger of all users of a JupyterHub.

The hub starts it as a managed service and gives it its token, prefix and address in the environment
(``JUPYTERHUB_*``). docs/how-to/hub.md has an example.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from jupyter_core.application import JupyterApp
from traitlets import Any as AnyTrait
from traitlets import Dict, Int, List, Unicode, default

from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.hub.config import HubConfig, read_limits
from jupyter_llm_meter.hub.directory import HubDirectory
from jupyter_llm_meter.hub.errors import HubConfigError
from jupyter_llm_meter.hub.handler import Shared
from jupyter_llm_meter.hub.identity import HubIdentities
from jupyter_llm_meter.hub.members import Roles
from jupyter_llm_meter.hub.meter import HubMeter
from jupyter_llm_meter.hub.server import Place, serve
from jupyter_llm_meter.hub.workers import Workers, is_worker
from jupyter_llm_meter.ledger import LedgerAddressError, ledger_url, parse_url, sqlite_file
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.owner import local_zone

BAD_CONFIGURATION = 2
CREDIT_SECRET_VARIABLE = "LLM_METER_CREDIT_SECRET"
ALIASES = {"config": "JupyterApp.config_file", "log-level": "Application.log_level"}
FLAGS: dict[str, Any] = {}


class LLMMeterHub(JupyterApp):
    """Owns the ledger of all users of a JupyterHub, as a service that the hub manages."""

    name = "jupyter-llm-meter-hub"
    version = __version__
    description = __doc__
    examples = """
    jupyter llm-meter hub --config llm_meter_hub_config.py
    """
    aliases = ALIASES
    flags = FLAGS
    exit_code = 0

    database_url = Unicode(
        config=True,
        help="""URL of the ledger of all users: postgresql+psycopg://USER@HOST/DATABASE, or for one process
        sqlite:///PATH. Default: LLM_METER_DATABASE_URL.""",
    )
    limits = AnyTrait(
        [],
        config=True,
        help="""Limits of users and teams, which users cannot change: a list as in c.LLMMeter.limits. A limit
        of scope user or team without value holds for each user or team separately.""",
    )
    teams = List(
        Unicode(),
        default_value=None,
        allow_none=True,
        config=True,
        help="""The groups of the hub that are teams. Default: every group, besides those of leads and of
        administrators.""",
    )
    leads = Dict(
        config=True,
        help="""The group of the leads of a team, by team: {"physics": "physics-staff"}. Default: the group
        TEAM-leads.""",
    )
    admin_groups = List(
        Unicode(),
        config=True,
        help="Groups whose members see everything, besides the administrators of the hub.",
    )
    gateways = List(
        Unicode(),
        config=True,
        help="""The services of the hub that are gateways, such as LiteLLM's proxy with this project's plugin:
        they report calls for users, and are believed about whose calls these are. Default: none.""",
    )
    processes = Int(
        1,
        min=1,
        max=64,
        config=True,
        help="How many processes share the work behind one address. More than one needs PostgreSQL.",
    )
    prices_file = Unicode(
        config=True, help="Path of a TOML file of own prices, as c.LLMMeter.prices_file. Default: none."
    )
    time_zone = Unicode(
        config=True,
        help="""IANA name of the time zone in which days and months begin, such as Asia/Shanghai. Default: the
        machine's own.""",
    )

    @default("config_file_name")
    def _default_config_file_name(self) -> str:
        return "llm_meter_hub_config"

    @default("database_url")
    def _default_database_url(self) -> str:
        return os.environ.get("LLM_METER_DATABASE_URL", "")

    @default("time_zone")
    def _default_time_zone(self) -> str:
        return local_zone()

    def start(self) -> None:
        """Serve until the hub stops this process."""
        try:
            config, place = self.hub_config(), _place()
        except (HubConfigError, LedgerAddressError) as error:
            sys.stderr.write(f"{self.name}: {error}\n")
            self.exit_code = BAD_CONFIGURATION
            return
        if self.processes > 1 and not is_worker():
            asyncio.run(
                Workers([sys.executable, "-m", "jupyter_llm_meter.hub", *self.argv], self.log).run(
                    self.processes
                )
            )
        else:
            asyncio.run(self._serve(config, place))

    def hub_config(self) -> HubConfig:
        """Check the configuration.

        Raises:
            HubConfigError: A value is not allowed.
            LedgerAddressError: The database's URL names no ledger.
        """
        if not self.database_url:
            raise HubConfigError("c.LLMMeterHub.database_url is not set; name the database of the ledger")
        url = ledger_url(self.database_url)
        if sqlite_file(parse_url(url)) is not None:
            if self.processes > 1:
                raise HubConfigError("c.LLMMeterHub.processes needs PostgreSQL; with SQLite it must be 1")
            self.log.warning("LLM Meter: SQLite is for one process and few users; PostgreSQL is for a hub.")
        return HubConfig(
            database_url=url,
            limits=read_limits(self.limits, self.time_zone),
            roles=Roles(self.teams, self.leads, tuple(self.admin_groups), tuple(self.gateways)),
            prices_file=self.prices_file or None,
            time_zone=self.time_zone,
        )

    async def _serve(self, config: HubConfig, place: Place) -> None:
        meter = HubMeter(config, Problems(self.log), self.log)
        shared = Shared(
            meter,
            HubIdentities(config.roles),
            config.time_zone,
            HubDirectory(),
            os.environ.get(CREDIT_SECRET_VARIABLE, ""),
        )
        await serve(shared, place)


def _place() -> Place:
    """Where to listen, as the hub says.

    Raises:
        HubConfigError: No hub has started this process.
    """
    names = ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_TOKEN")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise HubConfigError(
            f"{', '.join(missing)} is not set: this command is started by JupyterHub, as a service with a url"
        )
    url = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    # The same in all processes, and in the next one: browsers stay logged in.
    secret = hashlib.sha256(b"llm-meter " + os.environ["JUPYTERHUB_API_TOKEN"].encode()).digest()
    prefix = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    return Place(url.hostname or "127.0.0.1", url.port or 0, prefix, secret)
