"""The base of all REST routes: authentication, answers to errors, access to the service.

The ledger is read in the service's threads, and the server's loop only waits.
"""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated

from jupyter_llm_meter.core.explanation import ExplainedError
from jupyter_llm_meter.jupyter.doctor import ServerDoctor
from jupyter_llm_meter.jupyter.errors import FormatUnavailable, UnknownRoute
from jupyter_llm_meter.jupyter.events import StandingEvents
from jupyter_llm_meter.jupyter.origins import Origins
from jupyter_llm_meter.ledger import ArchiveError, BadCursor, Ledger, LedgerUnavailable, UnknownAlert
from jupyter_llm_meter.policy.errors import RaiseError, RaiseNotAllowed
from jupyter_llm_meter.service.errors import ArgumentError
from jupyter_llm_meter.service.service import Service
from llm_meter_tap.wire.shape import Shape, WireError

RESOURCE = "llm-meter"
# Jupyter Server reads a login from these.
_JUPYTER_ARGUMENTS = ("token", "_xsrf")

Result = TypeVar("Result")
Method = Callable[..., Awaitable[None]]


REFUSALS: dict[type[Exception], tuple[int, str]] = {
    ArgumentError: (400, "bad-argument"),
    WireError: (400, "bad-argument"),
    RaiseError: (400, "bad-argument"),
    BadCursor: (400, "bad-cursor"),
    RaiseNotAllowed: (403, "raise-not-allowed"),
    UnknownAlert: (404, "unknown-alert"),
    UnknownRoute: (404, "unknown-route"),
    ArchiveError: (409, "archive-unreadable"),
    FormatUnavailable: (501, "no-pyarrow"),
    LedgerUnavailable: (503, "ledger-unavailable"),
}
"""Status and ``reason`` of the answer to a request that raised one of these errors, or a subclass."""


def refusal_of(error: Exception) -> tuple[int, str]:
    """Return status and reason for an error: those of its nearest class in ``REFUSALS``."""
    return next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)


def guarded(method: Method) -> Method:
    """Refuse users whom the server does not authenticate and authorise, and answer errors with their
    reason."""

    @functools.wraps(method)
    async def answered(self: MeterHandler, *args: str) -> None:
        try:
            self.check_arguments()
            await method(self, *args)
        except tuple(REFUSALS) as error:
            status, reason = refusal_of(error)
            self.set_status(status)
            own = {"explanation": error.explanation.to_dict()} if isinstance(error, ExplainedError) else {}
            self.finish(json.dumps({"message": str(error), "reason": reason, **own}))

    # The decorators of tornado and Jupyter are not typed for asynchronous methods.
    return cast(Method, authenticated(cast(Any, authorized(cast(Any, answered)))))


class MeterHandler(APIHandler):
    """What every route shares."""

    auth_resource = RESOURCE
    arguments: tuple[str, ...] = ()
    """The names of the query arguments that the route takes."""

    def initialize(
        self,
        service: Service,
        events: StandingEvents,
        doctor: ServerDoctor,
        time_zone: str,
        origins: Origins,
    ) -> None:
        """Keep the service, the stream of events, the doctor and what finds the origins of notebooks."""
        super().initialize()
        self.doctor = doctor
        self.service = service
        self.events = events
        self.time_zone = time_zone
        self.origins = origins

    def check_arguments(self) -> None:
        """Refuse an argument that the route does not take: a mistyped filter must not become a larger sum.

        Raises:
            ArgumentError: There is one.
        """
        for name in self.request.query_arguments:
            # JupyterLab puts the time in milliseconds after the address of what no cache may answer.
            if name not in self.arguments and name not in _JUPYTER_ARGUMENTS and not name.isdigit():
                allowed = (
                    f"allowed are {', '.join(self.arguments)}" if self.arguments else "none is allowed here"
                )
                raise ArgumentError(f"There is no argument {name!r}; {allowed}.")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with an error; the one for a method that the route lacks lists its methods (RFC 9110)."""
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            own = [method for method in ("get", "post") if method in vars(type(self))]
            self.set_header("Allow", ", ".join(method.upper() for method in (*own, "options")))
        super().write_error(status_code, **kwargs)

    def read_body(self) -> Shape:
        """Read the request's body.

        Raises:
            WireError: It is not a JSON object in UTF-8.
        """
        return Shape.from_json(self.request.body)

    async def serve(self, work: Coroutine[object, object, Result]) -> Result:
        """Wait for the service without blocking the server's loop."""
        return await asyncio.wrap_future(self.service.submit(work))

    async def query(self, question: Callable[[Ledger], Result]) -> Result:
        """Query the ledger in a thread of the service."""
        return await self.serve(self.service.query_ledger(question))
