"""What every REST route shares: who is let in, how a refusal is answered, how the service is asked.

The ledger is read in the service's threads: the server's loop only waits.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated

from jupyter_llm_meter.jupyter.arguments import ArgumentError
from jupyter_llm_meter.jupyter.events import StandingEvents
from jupyter_llm_meter.ledger import BadCursor, Ledger, LedgerUnavailable, UnknownAlert
from jupyter_llm_meter.policy.raises import RaiseError, RaiseRefused
from jupyter_llm_meter.service.service import Service

RESOURCE = "llm-meter"


class CannotWrite(Exception):
    """A form of export that cannot be written here; the message says what is needed."""


Result = TypeVar("Result")
Method = Callable[..., Awaitable[None]]


REFUSALS: dict[type[Exception], tuple[int, str]] = {
    ArgumentError: (400, "bad-argument"),
    BadCursor: (400, "bad-cursor"),
    RaiseError: (400, "bad-argument"),
    RaiseRefused: (403, "raise-not-allowed"),
    UnknownAlert: (404, "unknown-alert"),
    CannotWrite: (501, "no-pyarrow"),
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
