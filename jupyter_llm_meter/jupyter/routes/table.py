"""The REST routes (openapi.yaml, docs/architecture.md).

Owns reading arguments and shaping answers. Refuses whoever the server's own authentication and authorisation
refuse (resource ``llm-meter``). The ledger is read in the service's threads: the server's loop only waits.
"""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.utils import url_path_join

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.jupyter.arguments import ArgumentError, calls_in_outputs, choice, number, zone_name
from jupyter_llm_meter.jupyter.filter_arguments import read_filter
from jupyter_llm_meter.jupyter.handler import RESOURCE, MeterHandler, guarded
from jupyter_llm_meter.jupyter.routes.about import AboutHandler
from jupyter_llm_meter.jupyter.routes.cells import CellsHandler
from jupyter_llm_meter.jupyter.routes.export import ExportHandler
from jupyter_llm_meter.jupyter.routes.raise_request import raise_wish
from jupyter_llm_meter.jupyter.routes.takeover import hand_over
from jupyter_llm_meter.ledger.pages import ORDERS, SORTS
from jupyter_llm_meter.ledger.usage import GROUPS, SPLIT_COLUMNS

__all__ = ["GROUPS", "PREFIX", "RESOURCE", "ROUTES", "handlers"]

PREFIX = "llm-meter/api/v1"
MOST_CALLS = 500
MOST_GROUPS = 1000
LONGEST_NAME = 200


class StandingHandler(MeterHandler):
    """``GET standing``."""

    @guarded
    async def get(self) -> None:
        """Answer with the standing document; its ``seq`` is that of the last event."""
        seq = self.events.seq
        self.finish(json.dumps({**await self.serve(self.service.standing()), "seq": seq}))


class CallsHandler(MeterHandler):
    """``GET calls`` and ``POST calls``."""

    @guarded
    async def get(self) -> None:
        """Answer with a page of calls."""
        limit = number("limit", self.get_query_argument("limit", "50"), 1, MOST_CALLS)
        sort = choice("sort", self.get_query_argument("sort", "started_at"), tuple(SORTS))
        order = choice("order", self.get_query_argument("order", "desc"), ORDERS)
        cursor = self.get_query_argument("cursor", None)
        which = read_filter(self, is_searched=True)
        page = await self.ask(lambda ledger: ledger.calls(limit, cursor, which, sort, order))
        answer: dict[str, object] = {"calls": [record.to_wire() for record in page.calls]}
        if page.next_cursor is not None:
            answer["next_cursor"] = page.next_cursor
        self.finish(json.dumps(answer))

    @guarded
    async def post(self) -> None:
        """Take in calls that the frontend read out of a kernel's outputs."""
        records = calls_in_outputs(self.get_json_body(), MOST_CALLS)
        await self.serve(self.service.take_in(records))
        self.finish(json.dumps({"acknowledged": [record.call_id for record in records]}))


class TakeoverHandler(MeterHandler):
    """``POST takeover``."""

    @guarded
    async def post(self) -> None:
        """Take over what pages counted while there was no server part."""
        parts, seen = hand_over(self.get_json_body())
        taken = await self.serve(self.service.take_over(parts, seen))
        answer = [{"id": part_id, "revision": revision} for part_id, revision in taken.items()]
        self.finish(json.dumps({"taken": answer}))


class UsageHandler(MeterHandler):
    """``GET usage``."""

    @guarded
    async def get(self) -> None:
        """Answer with sums by group."""
        group_by = choice("group_by", self.get_query_argument("group_by", "none"), GROUPS)
        zone = zone_name("time_zone", self.get_query_argument("time_zone", self.time_zone))
        split_by, limit = self._split_by(group_by), self._limit()
        which = read_filter(self)
        rows = await self.ask(lambda ledger: ledger.usage(group_by, which, zone, split_by, limit))
        bounds = {"from": format_time(which.start), "to": format_time(which.end)}
        known = {name: value for name, value in bounds.items() if value is not None}
        self.finish(json.dumps({"group_by": group_by, **known, "rows": rows}))

    def _split_by(self, group_by: str) -> str | None:
        text = self.get_query_argument("split_by", None)
        allowed = [name for name in SPLIT_COLUMNS if name != group_by]
        return None if text is None else choice("split_by", text, allowed)

    def _limit(self) -> int | None:
        text = self.get_query_argument("limit", None)
        return None if text is None else number("limit", text, 1, MOST_GROUPS)


class ClaimHandler(MeterHandler):
    """``POST alerts/{id}/claim``."""

    @guarded
    async def post(self, alert_id: str) -> None:
        """Give an alert to one tab: the one that shows it."""
        body = self.get_json_body()
        claimant = body.get("claimant") if isinstance(body, dict) else None
        if not isinstance(claimant, str) or not 0 < len(claimant) <= LONGEST_NAME:
            raise ArgumentError(
                f'The body must be {{"claimant": "..."}} with 1 to {LONGEST_NAME} characters.'
            )
        is_claimed = await self.serve(self.service.claim_alert(alert_id, claimant))
        self.finish(json.dumps({"claimed": is_claimed}))


class AcknowledgeHandler(MeterHandler):
    """``POST alerts/{id}/acknowledge``."""

    @guarded
    async def post(self, alert_id: str) -> None:
        """Take note, for all tabs, that the user has seen an alert."""
        await self.serve(self.service.acknowledge_alert(alert_id))
        self.set_status(204)
        self.finish()


class RaisesHandler(MeterHandler):
    """``GET limits/raises`` and ``POST limits/raises``."""

    @guarded
    async def get(self) -> None:
        """Answer with every raise ever made, newest first."""
        raises = await self.ask(lambda ledger: ledger.raises())
        self.finish(json.dumps({"raises": [each.to_dict() for each in raises]}))

    @guarded
    async def post(self) -> None:
        """Add to a limit for a while."""
        raised = await self.serve(self.service.add_raise(raise_wish(self.get_json_body())))
        self.set_status(201)
        self.finish(json.dumps(raised.to_dict()))


ROUTES: dict[str, type[MeterHandler]] = {
    "standing": StandingHandler,
    "about": AboutHandler,
    "cells": CellsHandler,
    "calls": CallsHandler,
    "export": ExportHandler,
    "takeover": TakeoverHandler,
    "usage": UsageHandler,
    "alerts/{id}/claim": ClaimHandler,
    "alerts/{id}/acknowledge": AcknowledgeHandler,
    "limits/raises": RaisesHandler,
}
"""Path under ``PREFIX``, as in openapi.yaml, to its handler."""


def handlers(base_url: str, shared: dict[str, Any]) -> list[tuple[str, type[MeterHandler], dict[str, Any]]]:
    """Return the routes as tornado takes them.

    Args:
        base_url: The server's base URL.
        shared: What :meth:`MeterHandler.initialize` takes.
    """
    return [
        (url_path_join(base_url, PREFIX, path.replace("{id}", r"([\w-]{1,64})")), handler, shared)
        for path, handler in ROUTES.items()
    ]
