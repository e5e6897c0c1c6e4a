"""The answers of the service's server (docs/reference/protocol.md, "The service's loopback API").

Every request carries the secret. Errors are JSON objects with ``error``; nothing of a request is logged.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tornado.web import RequestHandler

from jupyter_llm_meter.ledger import LedgerUnavailable
from jupyter_llm_meter.service.reservation_request import (
    read_call_ids,
    read_reservation_request,
    read_returned,
    read_usage_request,
)
from jupyter_llm_meter.tokenizers import RanksMissing, UnknownTokenizer
from llm_meter_tap.wire.shape import Shape, WireError

if TYPE_CHECKING:
    from jupyter_llm_meter.service.service import Service

STATUSES: dict[type[Exception], int] = {
    WireError: 400,
    UnknownTokenizer: 400,
    LedgerUnavailable: 503,
    RanksMissing: 503,
}
"""The status of the answer to a request that raised one of these errors, or a subclass."""

Handler = TypeVar("Handler", bound="ServiceHandler")


def explained(method: Callable[[Handler], Awaitable[None]]) -> Callable[[Handler], Awaitable[None]]:
    """Answer the errors of ``STATUSES`` with their message."""

    @functools.wraps(method)
    async def answered(self: Handler) -> None:
        try:
            await method(self)
        except tuple(STATUSES) as error:
            status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
            self.refuse(status, str(error))

    return answered


class ServiceHandler(RequestHandler):
    """A request that must carry the secret."""

    def initialize(self, service: Service, secret: str, spools: dict[object, str]) -> None:
        """Keep what all requests share.

        Args:
            service: Answers the requests.
            secret: The bearer secret.
            spools: The spool of the tap behind each connection.
        """
        self.service = service
        self.spools = spools
        self._expected = f"Bearer {secret}".encode()

    def prepare(self) -> None:
        """Refuse a request without the secret."""
        given = self.request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            self.refuse(401, "The bearer secret is missing or wrong; read the rendezvous file again.")

    def refuse(self, status: int, error: str, **more: object) -> None:
        """Answer with an error."""
        self.set_status(status)
        self.finish({"error": error, **more})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an unexpected failure without its traceback."""
        self.refuse(status_code, self._reason)


class UnknownPathHandler(ServiceHandler):
    """Any other path."""

    def prepare(self) -> None:
        """Refuse; a request without the secret does not learn which paths exist."""
        super().prepare()
        if not self._finished:
            self.refuse(404, "No such path; see docs/reference/protocol.md.")


class LinesHandler(ServiceHandler):
    """``POST /v1/lines``."""

    @explained
    async def post(self) -> None:
        """Commit spool lines; a call is acknowledged after its commit."""
        spool = self.request.headers.get("X-LLM-Meter-Spool")
        if spool:
            self.spools[self.request.server_connection] = spool
        receipt = await self.service.accept_lines(self.request.body)
        answer: dict[str, Any] = {"acknowledged": receipt.acknowledged, "notices": receipt.notices}
        if receipt.drawn:
            answer["drawn"] = [
                {"id": each.call_id, "allotment": each.allotment_id, "used": dict(each.used)}
                for each in receipt.drawn
            ]
            answer["recalled"] = self.service.recalled(receipt)
        if receipt.errors:
            self.refuse(400, "; ".join(receipt.errors), **answer)
        else:
            self.finish(answer)


class CountHandler(ServiceHandler):
    """``POST /v1/count``."""

    @explained
    async def post(self) -> None:
        """Count the tokens of a text, which is not kept."""
        shape = Shape.from_json(self.request.body)
        text, model, tokenizer = shape.any_text("text"), shape.any_text("model"), shape.any_text("tokenizer")
        if text is None:
            raise WireError('The body must be an object with a string "text".')
        count = await self.service.counting.count(text, model, tokenizer)
        self.finish({"tokens": count.tokens, "tokenizer": count.tokenizer, "exact": count.exact})


class ReserveHandler(ServiceHandler):
    """``POST /v1/reserve``."""

    @explained
    async def post(self) -> None:
        """Decide whether a call may be sent."""
        holder = self.request.headers.get("X-LLM-Meter-Spool")
        request = read_reservation_request(self.request.body, holder)
        self.finish(await self.service.reserve(request))


class ReturnHandler(ServiceHandler):
    """``POST /v1/return``."""

    @explained
    async def post(self) -> None:
        """Take back what a process does not need of its allotments."""
        await self.service.give_back(read_returned(self.request.body))
        self.finish({})


class RenewHandler(ServiceHandler):
    """``POST /v1/renew``."""

    @explained
    async def post(self) -> None:
        """Renew the leases of calls in flight."""
        self.finish(await self.service.renew(read_call_ids(self.request.body)))


class ServiceUsageHandler(ServiceHandler):
    """``POST /v1/usage``."""

    @explained
    async def post(self) -> None:
        """Sum up some calls, or those of a kernel."""
        self.finish(await self.service.sum_usage(read_usage_request(self.request.body)))


class ServiceStandingHandler(ServiceHandler):
    """``GET /v1/standing``."""

    @explained
    async def get(self) -> None:
        """Answer with the standing document."""
        self.finish(await self.service.standing())


class PokeHandler(ServiceHandler):
    """``POST /v1/poke``."""

    def post(self) -> None:
        """Note that another service committed to the same ledger."""
        self.service.peer_committed()
        self.set_status(204)


ROUTES: dict[str, type[ServiceHandler]] = {
    "/v1/lines": LinesHandler,
    "/v1/count": CountHandler,
    "/v1/reserve": ReserveHandler,
    "/v1/return": ReturnHandler,
    "/v1/renew": RenewHandler,
    "/v1/usage": ServiceUsageHandler,
    "/v1/standing": ServiceStandingHandler,
    "/v1/poke": PokeHandler,
}
