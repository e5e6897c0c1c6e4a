"""The diagnosis as this server makes it: with its own kernelspecs, environment, limits and gateway."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from jupyter_server.serverapp import ServerApp

from jupyter_llm_meter.core.finding import Finding
from jupyter_llm_meter.jupyter.server_programs import ServerPrograms
from jupyter_llm_meter.policy.limits_in_force import CONFIG_PROBLEM, SETTINGS_PROBLEM
from jupyter_llm_meter.service.checkup import examine_limits
from jupyter_llm_meter.service.diagnosis import Diagnosis, Environments, diagnose
from jupyter_llm_meter.service.service import Service


class ServerDoctor:
    """Makes one diagnosis at a time, in a thread, so that the server's loop is not blocked.

    Args:
        server: The server whose kernelspecs and gateway are used.
        service: The service whose ledger and limits are looked at.

    Attributes:
        programs: Finds the programs whose calls are not metered.
    """

    def __init__(self, server: ServerApp, service: Service) -> None:
        self._server: Any = server  # its managers have no types
        self._service = service
        self.programs = ServerPrograms(server)
        self._running: asyncio.Task[Diagnosis] | None = None

    async def examine(self) -> Diagnosis:
        """Make a diagnosis. Requests that arrive while it is made share its result."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(asyncio.to_thread(self._examine))
        # If one page goes away, the others still get the answer.
        return await asyncio.shield(self._running)

    def _examine(self) -> Diagnosis:
        storage = self._service.storage
        # The processes of this server inherit its environment, in which the tap's variables are set.
        environments = Environments(
            self._server.kernel_spec_manager, dict(os.environ), self._gateway_address()
        )
        return diagnose(storage.ledger_url, storage.folder, self._limits(), environments)

    def _gateway_address(self) -> str | None:
        gateway = self._server.gateway_config
        return str(gateway.url) if gateway.gateway_enabled else None

    def _limits(self) -> list[Finding]:
        limits = self._service.limits.current()
        problems = self._service.problems.open()
        return examine_limits(
            limits, [one for one in problems if one.code in (CONFIG_PROBLEM, SETTINGS_PROBLEM)]
        )
