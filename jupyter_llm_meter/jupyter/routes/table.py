"""The table of the REST routes (openapi.yaml, docs/reference/protocol.md), one file a resource.

Every route asks the server's own authentication and authorisation first (resource ``llm-meter``).
"""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import url_path_join

from jupyter_llm_meter.jupyter.errors import UnknownRoute
from jupyter_llm_meter.jupyter.handler import MeterHandler, guarded
from jupyter_llm_meter.jupyter.routes.about import AboutHandler
from jupyter_llm_meter.jupyter.routes.alerts import AcknowledgeHandler, ClaimHandler
from jupyter_llm_meter.jupyter.routes.calls import CallsHandler
from jupyter_llm_meter.jupyter.routes.cells import CellsHandler
from jupyter_llm_meter.jupyter.routes.channels import ChannelTestHandler
from jupyter_llm_meter.jupyter.routes.doctor import DoctorHandler
from jupyter_llm_meter.jupyter.routes.export import ExportHandler
from jupyter_llm_meter.jupyter.routes.programs import ProgramsHandler
from jupyter_llm_meter.jupyter.routes.raises import RaisesHandler
from jupyter_llm_meter.jupyter.routes.runs import RunsHandler
from jupyter_llm_meter.jupyter.routes.standing import StandingHandler
from jupyter_llm_meter.jupyter.routes.takeover import TakeoverHandler
from jupyter_llm_meter.jupyter.routes.usage import UsageHandler

PREFIX = "llm-meter/api/v1"

ROUTES: dict[str, type[MeterHandler]] = {
    "standing": StandingHandler,
    "about": AboutHandler,
    "doctor": DoctorHandler,
    "programs": ProgramsHandler,
    "cells": CellsHandler,
    "calls": CallsHandler,
    "runs": RunsHandler,
    "export": ExportHandler,
    "takeover": TakeoverHandler,
    "usage": UsageHandler,
    "alerts/{id}/claim": ClaimHandler,
    "alerts/{id}/acknowledge": AcknowledgeHandler,
    "channels/test": ChannelTestHandler,
    "limits/raises": RaisesHandler,
}
"""Path under ``PREFIX``, as in openapi.yaml, to its handler."""


class UnknownHandler(MeterHandler):
    """Every other path, answered in JSON instead of the server's HTML page."""

    @guarded
    async def get(self, path: str) -> None:
        """Answer that no route has this path."""
        raise UnknownRoute(f"There is no route {path!r}; openapi.yaml lists the routes.")

    post = get


def handlers(base_url: str, shared: dict[str, Any]) -> list[tuple[str, type[MeterHandler], dict[str, Any]]]:
    """Return the routes as tornado takes them.

    Args:
        base_url: The server's base URL.
        shared: The arguments of :meth:`MeterHandler.initialize`.
    """
    paths = {path.replace("{id}", "([A-Za-z0-9_-]{1,64})"): handler for path, handler in ROUTES.items()}
    paths["(.*)"] = UnknownHandler
    return [(url_path_join(base_url, PREFIX, path), handler, shared) for path, handler in paths.items()]
