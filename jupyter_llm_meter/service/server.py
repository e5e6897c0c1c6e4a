"""The loopback listener of a service (docs/architecture.md, "The listener").

Owns HTTP: the connections, the bound on bodies, answers. What the lines mean is ``ingest``'s. Nothing of a
request is logged.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from jupyter_llm_meter.ledger.access import LedgerUnavailable
from jupyter_llm_meter.service.desk import Desk, ListenerHandler
from jupyter_llm_meter.service.reservation_handlers import RenewHandler, ReserveHandler, UsageHandler
from jupyter_llm_meter.tokenizers import RanksMissing, UnknownTokenizer

MAX_BODY_BYTES = 64 * 1024 * 1024


class Listener:
    """An HTTP server on 127.0.0.1, on a port that the system picks; all methods on the service's loop.

    Args:
        desk: Who answers.
        secret: Bearer secret that every request must carry.
    """

    def __init__(self, desk: Desk, secret: str) -> None:
        self._desk = desk
        self._spools: dict[object, str] = {}
        shared = {"desk": desk, "secret": secret, "spools": self._spools}
        application = Application(
            [
                (r"/v1/lines", LinesHandler, shared),
                (r"/v1/count", CountHandler, shared),
                (r"/v1/reserve", ReserveHandler, shared),
                (r"/v1/renew", RenewHandler, shared),
                (r"/v1/usage", UsageHandler, shared),
                (r"/v1/standing", StandingHandler, shared),
                (r"/v1/poke", PokeHandler, shared),
            ],
            default_handler_class=NowhereHandler,
            default_handler_args=shared,
            log_function=lambda _handler: None,
        )
        self._server = _TapServer(application, max_body_size=MAX_BODY_BYTES)
        self._server.gone = self._connection_closed

    def open(self) -> int:
        """Start to accept connections.

        Returns:
            The port.

        Raises:
            OSError: When no port on loopback can be bound.
        """
        sockets = bind_sockets(0, "127.0.0.1")
        self._server.add_sockets(sockets)
        port: int = sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Accept nothing more and end the connections."""
        self._server.stop()
        await self._server.close_all_connections()

    def _connection_closed(self, connection: object) -> None:
        spool = self._spools.pop(connection, None)
        if spool is not None:
            self._desk.tap_left(spool)


class _TapServer(HTTPServer):
    """tornado's server that also tells when a keep-alive connection ends."""

    gone: Callable[[object], None]

    def on_close(self, server_conn: object) -> None:
        super().on_close(server_conn)
        self.gone(server_conn)


class NowhereHandler(ListenerHandler):
    """Any other path."""

    def prepare(self) -> None:
        """Refuse, the secret first."""
        super().prepare()
        if not self._finished:
            self.refuse(404, "No such path; see docs/architecture.md, The listener.")


class LinesHandler(ListenerHandler):
    """``POST /v1/lines``."""

    async def post(self) -> None:
        """Ingest spool lines; what is acknowledged is committed."""
        spool = self.request.headers.get("X-LLM-Meter-Spool")
        if spool:
            self.spools[self.request.server_connection] = spool
        try:
            receipt = await self.desk.ingest(self.request.body)
        except LedgerUnavailable as error:
            self.refuse(503, str(error))
            return
        answer = {"acknowledged": receipt.acknowledged, "notices": receipt.notices}
        if receipt.errors:
            self.refuse(400, "; ".join(receipt.errors), **answer)
        else:
            self.finish(answer)


class CountHandler(ListenerHandler):
    """``POST /v1/count``."""

    async def post(self) -> None:
        """Count the tokens of a text, which is forgotten at once."""
        try:
            count = await self.desk.count(*_count_arguments(self.request.body))
        except (ValueError, UnknownTokenizer) as error:
            self.refuse(400, str(error))
            return
        except RanksMissing as error:
            self.refuse(503, str(error))
            return
        self.finish({"tokens": count.tokens, "tokenizer": count.tokenizer, "exact": count.exact})


class StandingHandler(ListenerHandler):
    """``GET /v1/standing``."""

    async def get(self) -> None:
        """Answer with the standing document."""
        self.finish(await self.desk.standing())


class PokeHandler(ListenerHandler):
    """``POST /v1/poke``."""

    def post(self) -> None:
        """Hear that another service committed to the same ledger."""
        self.desk.poked()
        self.set_status(204)


def _count_arguments(body: bytes) -> tuple[str, str | None, str | None]:
    try:
        given = json.loads(body)
    except ValueError:
        raise ValueError("The body is not JSON.") from None
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError('The body must be an object with a string "text".')
    model, tokenizer = given.get("model"), given.get("tokenizer")
    if not isinstance(model, str | None) or not isinstance(tokenizer, str | None):
        raise ValueError("model and tokenizer must be strings or absent.")
    return given["text"], model, tokenizer
