"""The REST routes (openapi.yaml, docs/architecture.md).

Owns reading arguments and shaping answers. Refuses whoever the server's own authentication and authorisation
refuse (resource ``llm-meter``). The ledger is read in the service's threads: the server's loop only waits.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timezone
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from jupyter_llm_meter.core.standing import format_time
from jupyter_llm_meter.ledger import BadCursor, Ledger, LedgerUnavailable, UnknownAlert
from jupyter_llm_meter.server.arguments import (
    ArgumentError,
    calls_in_outputs,
    choice,
    instant,
    number,
    zone_name,
)
from jupyter_llm_meter.server.events import StandingEvents
from jupyter_llm_meter.server.handed_over import hand_over
from jupyter_llm_meter.service.service import Service

RESOURCE = "llm-meter"
PREFIX = "llm-meter/api/v1"
GROUPS = (
    "none", "model", "provider", "notebook", "cell", "project", "user", "team", "key", "kernel", "operation",
    "agent", "hour", "day", "month",
)  # fmt: skip
MOST_CALLS = 500
LONGEST_NAME = 200

Result = TypeVar("Result")
Method = Callable[..., Awaitable[None]]


REFUSALS: dict[type[Exception], tuple[int, str]] = {
    ArgumentError: (400, "bad-argument"),
    BadCursor: (400, "bad-cursor"),
    UnknownAlert: (404, "unknown-alert"),
    LedgerUnavailable: (503, "ledger-unavailable"),
}


def guarded(method: Method) -> Method:
    """Let in only those whom the server knows and allows, and answer a refusal with its reason."""

    @functools.wraps(method)
    async def answered(self: MeterHandler, *args: str) -> None:
        try:
            await method(self, *args)
        except tuple(REFUSALS) as error:
            status, reason = REFUSALS[type(error)]
            self.set_status(status)
            self.finish(json.dumps({"message": str(error), "reason": reason}))

    # The decorators of tornado and Jupyter know nothing of asynchronous methods' types.
    return cast(Method, authenticated(cast(Any, authorized(cast(Any, answered)))))


class MeterHandler(APIHandler):
    """What every route shares."""

    auth_resource = RESOURCE

    def initialize(self, service: Service, events: StandingEvents, time_zone: str) -> None:
        """Keep the service and the stream of events."""
        super().initialize()
        self.service = service
        self.events = events
        self.time_zone = time_zone

    async def serve(self, work: Coroutine[object, object, Result]) -> Result:
        """Wait for the service without blocking the server's loop."""
        return await asyncio.wrap_future(self.service.submit(work))

    async def ask(self, question: Callable[[Ledger], Result]) -> Result:
        """Put a question to the ledger."""
        return await self.serve(self.service.ask_ledger(question))

    def range(self) -> tuple[datetime | None, datetime | None]:
        """Return the arguments ``from`` and ``to``."""
        start, end = (instant(name, self.get_query_argument(name, None)) for name in ("from", "to"))
        if start and end and start > end:
            raise ArgumentError("from is later than to; exchange them.")
        return start, end


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
        """Answer with calls, newest first."""
        limit = number("limit", self.get_query_argument("limit", "50"), 1, MOST_CALLS)
        cursor, model, notebook = (
            self.get_query_argument(name, None) for name in ("cursor", "model", "notebook")
        )
        start, end = self.range()
        page = await self.ask(lambda ledger: ledger.calls(limit, cursor, start, end, model, notebook))
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
        start, end = self.range()
        rows = await self.ask(lambda ledger: ledger.usage(group_by, start, end, zone))
        bounds = {"from": format_time(start), "to": format_time(end)}
        known = {name: value for name, value in bounds.items() if value is not None}
        self.finish(json.dumps({"group_by": group_by, **known, "rows": rows}))


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
        now = datetime.now(timezone.utc)
        is_claimed = await self.ask(lambda ledger: ledger.claim_alert(alert_id, claimant, now))
        self.finish(json.dumps({"claimed": is_claimed}))


class AcknowledgeHandler(MeterHandler):
    """``POST alerts/{id}/acknowledge``."""

    @guarded
    async def post(self, alert_id: str) -> None:
        """Take note, for all tabs, that the user has seen an alert."""
        now = datetime.now(timezone.utc)
        await self.ask(lambda ledger: ledger.acknowledge_alert(alert_id, now))
        await self.serve(self.service.changed())
        self.set_status(204)
        self.finish()


ROUTES: dict[str, type[MeterHandler]] = {
    "standing": StandingHandler,
    "calls": CallsHandler,
    "takeover": TakeoverHandler,
    "usage": UsageHandler,
    "alerts/{id}/claim": ClaimHandler,
    "alerts/{id}/acknowledge": AcknowledgeHandler,
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
