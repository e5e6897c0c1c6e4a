"""The Jupyter server extension: the settings of an administrator, and start and stop.

It works in any Jupyter server, with or without JupyterLab. The service does the work; nothing here blocks the
server's loop for longer than it takes to open a socket.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from jupyter_events import EventLogger
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from jupyterlab_server import LabServerApp
from tornado.platform.asyncio import BaseAsyncIOLoop
from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Int, Unicode, default

from jupyter_llm_meter.alerts.channel import SECRET_VARIABLES
from jupyter_llm_meter.core.currency import EXAMPLE
from jupyter_llm_meter.core.limits import DEFAULT_LIMIT
from jupyter_llm_meter.jupyter.doctor import ServerDoctor
from jupyter_llm_meter.jupyter.events import SCHEMA_PATH, StandingEvents
from jupyter_llm_meter.jupyter.kernel_events import KernelEvents
from jupyter_llm_meter.jupyter.kernel_messages import KernelMessages
from jupyter_llm_meter.jupyter.kernel_names import KernelNames
from jupyter_llm_meter.jupyter.kernels import ServerKernels
from jupyter_llm_meter.jupyter.metrics import MeterMetrics
from jupyter_llm_meter.jupyter.notebooks import Notebooks
from jupyter_llm_meter.jupyter.origins import Origins
from jupyter_llm_meter.jupyter.own_calls import OwnCalls, leave_unmetered
from jupyter_llm_meter.jupyter.routes.table import handlers
from jupyter_llm_meter.ledger import LEAST_DAYS
from jupyter_llm_meter.policy.lab_settings import LabPaths
from jupyter_llm_meter.policy.rules import ON_UNREACHABLE, RAISES
from jupyter_llm_meter.runtime.problems import Problems
from jupyter_llm_meter.service.compose import compose_service
from jupyter_llm_meter.service.config import ServiceConfig
from jupyter_llm_meter.service.environment import PLACES, EnvironmentPatch, gateway_variables, tap_variables
from jupyter_llm_meter.service.message_intake import MessageIntake
from jupyter_llm_meter.service.owner import default_user
from jupyter_llm_meter.service.service import Service
from jupyter_llm_meter.service.storage import prepare_storage
from jupyter_llm_meter.service.upstream import Upstream
from jupyter_llm_meter.service.variables import OPTIONS
from jupyter_llm_meter.telemetry import HEADERS_VARIABLE

SETTINGS = (
    "database_url", "limits", "on_unreachable", "raises", "channels", "link", "user_id", "team",
    "prices_file", "time_zone", "currency", "otlp_endpoint", "otlp_users",
    "archive_after_days", "archive_keep_months", "hub_url",
)  # fmt: skip
"""The traits that `ServiceConfig.from_settings` checks; the others concern the Jupyter server alone."""


class LLMMeter(ExtensionApp):
    """Meters the LLM API calls of this server and of everything that it starts."""

    name = "jupyter_llm_meter"
    description = __doc__
    load_other_extensions = True

    enabled = Bool(
        True,
        config=True,
        help="Whether to meter LLM calls. When false, nothing is started and no kernel is changed.",
    )
    meter_server = Bool(
        True,
        config=True,
        help="""Whether to meter the calls that this server makes itself, such as those of chat assistants.
        Each is counted under the name of the extension that makes it. When false, only the processes that
        the server starts are metered.""",
    )
    database_url = Unicode(
        None,
        allow_none=True,
        config=True,
        help="""URL of the ledger: sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE. Default:
        ledger.sqlite3 in the folder llm-meter of the user's Jupyter data directory.""",
    )
    limits = AnyTrait(
        None,
        allow_none=True,
        config=True,
        help=f"""Limits that users cannot loosen or remove in JupyterLab's settings: a list such as
        [{json.dumps(DEFAULT_LIMIT)}]. Fields: scope (user, team, key, project,
        notebook, kernel, model, provider), value, window (hour, day, week, month, total), unit (tokens, USD,
        calls), amount, warn_at, on_exceed (warn, block), unpriced (of a limit in USD, what becomes of calls
        of models without a known price: allow, block, or a price ceiling in US dollars per million tokens),
        notify, time_zone, week_start, reset_hour. Default: none; then the limits in JupyterLab's settings
        apply, or else 1,000,000 tokens a month.""",
    )
    on_unreachable = Enum(
        ON_UNREACHABLE,
        default_value="allow",
        config=True,
        help="""What happens to a call while a hard limit (on_exceed: block) is in force and this server does
        not answer because it is busy, stopped or was killed: allow sends the call, block refuses it.""",
    )
    raises = Enum(
        RAISES,
        default_value="own",
        config=True,
        help="""Which limits users may raise for a while, giving a reason that is recorded: none, own (those
        in their settings) or all (the administrator's too).""",
    )
    # Not a Dict: traitlets' message about a wrong value would show its secrets.
    channels = AnyTrait(
        None,
        allow_none=True,
        config=True,
        help="""Channels for alerts, by name: {"ops": "mailtos://...", "team": {"url": "dingtalk://...",
        "language": "zh-CN", "is_default": True, "most_per_hour": 20}, "desk": {"url": "https://...",
        "secret": "..."}}. URLs are Apprise URLs; with a secret, a URL is a webhook that gets signed JSON.
        In quiet_hours, as in {"from": "22:00", "to": "08:00", "time_zone": "Asia/Shanghai"}, warnings wait.
        docs/how-to/alerts.md has examples. The environment variable LLM_METER_CHANNELS, in JSON, adds
        channels and replaces those of the same name; LLM_METER_ALERT_URLS adds channels by their URLs alone.
        Default: none.""",
    )
    link = Unicode(
        config=True,
        help="""Address of the lab, shown in alerts and refusals. Default: c.ServerApp.custom_display_url,
        else JUPYTERHUB_PUBLIC_URL, else none.""",
    )
    user_id = Unicode(
        config=True,
        help="""The user whose calls these are. Default: LLM_METER_USER, else JUPYTERHUB_USER, else the
        operating system's user.""",
    )
    team = Unicode(
        config=True, help="The team that the calls are counted for. Default: LLM_METER_TEAM, else none."
    )
    prices_file = Unicode(
        config=True,
        help="""Path of a TOML file of own prices, which go before the shipped ones: [[prices]] with provider,
        model (exact, or a pattern such as gpt-*), since, source, and prices of a million tokens such as
        input_mtok and output_mtok. docs/how-to/prices.md has an example. A changed file holds from the next
        call on; while it can't be read, the prices before it stay in force. Default: none.""",
    )
    currency = AnyTrait(
        None,
        allow_none=True,
        config=True,
        help=f"""A currency that is shown beside the dollar wherever people read an amount: {EXAMPLE}. code is
        its ISO 4217 code, per_usd is what one dollar costs, as_of is the day of that rate, which is shown
        with it. Prices, limits and the ledger stay in dollars. Default: none.""",
    )
    time_zone = Unicode(
        config=True,
        help="""IANA name of the time zone in which days and months begin, such as Asia/Shanghai. Default: the
        machine's own.""",
    )
    archive_after_days = Int(
        None,
        allow_none=True,
        config=True,
        help=f"""Move the calls of whole months (UTC) into compressed files in the folder archive beside the
        ledger once all of them are older than so many days, {LEAST_DAYS} or more. Totals and limits stay as
        they are. docs/how-to/archive.md has more. Default: none, calls stay in the ledger.""",
    )
    archive_keep_months = Int(
        None,
        allow_none=True,
        config=True,
        help="""Remove files of archived calls that are older than so many months. Totals stay, and the calls
        themselves are gone. Default: none, files are kept.""",
    )
    hub_url = Unicode(
        config=True,
        help="""Address of the hub's service that keeps one ledger for all users, such as
        http://hub:8000/services/llm-meter: calls are relayed to it, and its limits hold and are shown too.
        JupyterHub's spawner sets it with LLM_METER_HUB_URL. docs/how-to/hub.md has an example. Default:
        none.""",
    )
    kernel_messages = Bool(
        True,
        config=True,
        help="""Whether to read calls from kernel messages, for kernels whose tap cannot reach this server.
        Behind a gateway this takes one WebSocket for each kernel that was active in the last ten minutes, and
        the gateway counts it as a client.""",
    )

    metrics = Bool(
        True,
        config=True,
        help="""Whether this server's /metrics has calls, tokens, cost, refusals and limits, for Prometheus.
        Who may read it is c.ServerApp.authenticate_prometheus. docs/how-to/metrics.md names them.""",
    )

    otlp_endpoint = Unicode(
        config=True,
        help="""Base URL of an OpenTelemetry collector that speaks OTLP over HTTP, such as
        http://localhost:4318. Each call is sent there as a GenAI span, and in metrics, without prompts,
        answers and keys; /v1/traces and /v1/metrics are added to the URL. Needs
        `pip install jupyter-llm-meter[otlp]`. docs/how-to/opentelemetry.md says more. Default: none, and
        nothing is sent.""",
    )
    otlp_users = Bool(
        False,
        config=True,
        help="""Whether the spans that are sent to otlp_endpoint name the user, the team and the project of a
        call. Metrics never do.""",
    )

    service: Service | None = None
    _metrics: MeterMetrics | None = None
    _own_calls: OwnCalls | None = None
    messages: KernelMessages | None = None

    @default("user_id")
    def _default_user_id(self) -> str:
        return default_user()

    @default("link")
    def _default_link(self) -> str:
        shown = self._server.custom_display_url.partition("?")[0]  # a token may follow
        return shown or os.environ.get("JUPYTERHUB_PUBLIC_URL", "")

    @default("team")
    def _default_team(self) -> str:
        return os.environ.get("LLM_METER_TEAM", "")

    def initialize_settings(self) -> None:
        """Start the service and set the environment of the processes that the server starts."""
        if not self.enabled:
            return
        problems = Problems(self.log)
        self.service_config = ServiceConfig.from_settings(self._settings(), problems)
        storage = prepare_storage(self.service_config.database_url, problems)
        loop = self._loop()
        self.kernels = ServerKernels(self._server, storage.folder, loop)
        self.service = compose_service(
            self.service_config,
            storage,
            lab_paths=self._lab_paths,
            problems=problems,
            log=self.log,
            kernels=self.kernels,
            upstream=self._upstream(problems),
        )
        standing = self.service.standing
        if self.metrics:
            self._metrics = MeterMetrics(self.service)
            self.service.signals.committed.connect(self._metrics.count_calls)
            standing = self._metrics.standing
        self.events = StandingEvents(
            self._logger, loop, standing=standing, background=self.service.background
        )
        self._logger.register_event_schema(SCHEMA_PATH)
        self.service.signals.changed.connect(self.events.send_soon)
        self.service.start()
        if self._metrics is not None:
            self._metrics.start()
        self._set_environment(self.service, storage.folder)
        if self.kernel_messages:
            self._follow_kernels(self.service, problems, loop)
        self._start_own_calls()
        self._kernel_events = KernelEvents(self._logger, self.kernels, self.service, self.messages)
        self._kernel_events.follow()
        self._notebooks = Notebooks(self._server.session_manager, self._logger, self.kernels, self.service)
        self._notebooks.follow()

    def initialize_handlers(self) -> None:
        """Add the REST routes."""
        if self.service is not None:
            zone = self.service_config.time_zone
            shared = {
                "service": self.service,
                "events": self.events,
                "doctor": ServerDoctor(self._server, self.service),
                "time_zone": zone,
                "origins": Origins(self._server.contents_manager, self.service),
            }
            self.handlers.extend(handlers("", shared))

    def _upstream(self, problems: Problems) -> Upstream | None:
        url = self.service_config.hub_url
        if url is None:
            return None
        from jupyter_llm_meter.hub.client import connect  # a lab without a hub never loads it

        return connect(url, problems)

    def _settings(self) -> dict[str, Any]:
        """Return the options, without those that are not set and have a variable as their default."""
        given = self.config.get(type(self).__name__, {})
        return {name: getattr(self, name) for name in SETTINGS if name not in OPTIONS or name in given}

    def _set_environment(self, service: Service, folder: Path) -> None:
        owner = service.owner
        variables = tap_variables(
            folder,
            service.stem,
            os.environ.get("PYTHONPATH"),
            user=owner.user,
            team=owner.team,
            root=os.path.abspath(self._server.root_dir),
        )
        if self.kernel_messages and self._server.gateway_config.gateway_enabled:
            variables |= gateway_variables(os.environ, owner.user, owner.team)
        self._environment = EnvironmentPatch(
            {**dict.fromkeys((*PLACES, *SECRET_VARIABLES, HEADERS_VARIABLE)), **variables}
        )
        self._environment.apply()
        self._kernel_names = KernelNames(self._server.kernel_manager)
        self._kernel_names.apply()

    def _follow_kernels(self, service: Service, problems: Problems, loop: asyncio.AbstractEventLoop) -> None:
        self._intake = MessageIntake(service, problems, self.kernels.tap_seen)
        self.messages = KernelMessages(
            self._server, service=service, intake=self._intake, loop=loop, log=self.log
        )
        loop.call_soon(self.messages.follow_all)

    async def stop_extension(self) -> None:
        """Restore the environment and stop the service, without blocking the server's loop."""
        if self.service is None:
            return
        if self._metrics is not None:
            self._metrics.stop()
            self._metrics = None
        service, self.service = self.service, None
        self._kernel_events.stop()
        self._notebooks.stop()
        self._environment.restore()
        self._kernel_names.restore()
        if self._own_calls is not None:
            await self._own_calls.stop()
        if self.messages is not None:
            self.messages.close()
            await asyncio.wrap_future(service.submit(self._intake.settle()))
        await asyncio.to_thread(service.stop)
        await self.kernels.close()

    def _start_own_calls(self) -> None:
        if self.meter_server:
            self._own_calls = OwnCalls(self._server.extension_manager)
            self._own_calls.start()
        else:
            leave_unmetered()

    @property
    def _server(self) -> ServerApp:
        assert self.serverapp is not None  # set before any hook is called
        return self.serverapp

    @property
    def _logger(self) -> EventLogger:
        logger = self._server.event_logger
        assert isinstance(logger, EventLogger)
        return logger

    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = self._server.io_loop
        assert isinstance(loop, BaseAsyncIOLoop)  # tornado 6 has no other
        return loop.asyncio_loop

    def _lab_paths(self) -> LabPaths:
        """Return the paths of the lab in this server, else those that jupyterlab would use."""
        for apps in self._server.extension_manager.extension_apps.values():
            for app in apps:
                if isinstance(app, LabServerApp):
                    return LabPaths(
                        app.app_settings_dir,
                        app.schemas_dir,
                        app.user_settings_dir,
                        [*app.extra_labextensions_path, *app.labextensions_path],
                    )
        return LabPaths.default()
