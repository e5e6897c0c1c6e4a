"""The loopback server, which taps talk to (docs/reference/protocol.md, "The service's loopback API").

It bounds the size of bodies and reports when the connection of a tap ends; what is answered is in `handlers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from jupyter_llm_meter.service.handlers import ROUTES, UnknownPathHandler

if TYPE_CHECKING:
    from jupyter_llm_meter.service.service import Service

MAX_BODY_BYTES = 64 * 1024 * 1024


class ServiceServer:
    """An HTTP server on 127.0.0.1, on a port that the system picks; all methods on the service's loop.

    Args:
        service: Answers the requests.
        secret: Bearer secret that every request must carry.
    """

    def __init__(self, service: Service, secret: str) -> None:
        self._service = service
        self._spools: dict[object, str] = {}
        shared = {"service": service, "secret": secret, "spools": self._spools}
        application = Application(
            [(path, handler, shared) for path, handler in ROUTES.items()],
            default_handler_class=UnknownPathHandler,
            default_handler_args=shared,
            log_function=_log_nothing,
        )
        self._server = _TapServer(application, max_body_size=MAX_BODY_BYTES)
        self._server.closed = self._connection_closed

    def open(self) -> int:
        """Start to accept connections.

        Returns:
            The port.

        Raises:
            OSError: No port on loopback can be bound.
        """
        sockets = bind_sockets(0, "127.0.0.1")
        self._server.add_sockets(sockets)
        port: int = sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Accept no more connections and end those that are open."""
        self._server.stop()
        await self._server.close_all_connections()

    def _connection_closed(self, connection: object) -> None:
        spool = self._spools.pop(connection, None)
        if spool is not None:
            self._service.tap_disconnected(spool)


class _TapServer(HTTPServer):
    """tornado's server, which also reports the end of a keep-alive connection."""

    closed: Callable[[object], None]

    def on_close(self, server_conn: object) -> None:
        super().on_close(server_conn)
        self.closed(server_conn)


def _log_nothing(_handler: RequestHandler) -> None:
    """Tornado logs every request by default."""
