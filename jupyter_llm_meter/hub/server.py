"""The hub's service as a tornado application: all routes below the service's prefix."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import dataclass, field

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from jupyter_llm_meter.hub.handler import Shared, UnknownPathHandler
from jupyter_llm_meter.hub.routes import credits, imports, portal, relay, requests, rest, settings, shares
from jupyter_llm_meter.hub.workers import is_worker

ROUTES = {
    **relay.ROUTES,
    **rest.ROUTES,
    **portal.ROUTES,
    **settings.ROUTES,
    **imports.ROUTES,
    **credits.ROUTES,
    **requests.ROUTES,
    **shares.ROUTES,
}
"""Every route, by its path below the prefix."""

MAX_BODY_BYTES = 64 * 1024 * 1024
STOP_PATIENCE_S = 0.5
"""How long requests under way have for their answers."""


@dataclass(frozen=True)
class Place:
    """Where the service listens.

    Attributes:
        address: Of the interface.
        port: The port, which processes of one service share.
        prefix: Path of the service, such as ``/services/llm-meter/``.
        cookie_secret: Signs the browser's cookies; the same in all processes.
    """

    address: str
    port: int
    prefix: str
    cookie_secret: bytes = field(repr=False)


async def serve(shared: Shared, place: Place) -> None:
    """Serve until this process is told to stop; requests under way are answered first.

    Args:
        shared: What all routes share.
        place: Where to listen.
    """
    application = make_application(shared, place.prefix, place.cookie_secret)
    server = HTTPServer(application, max_body_size=MAX_BODY_BYTES)
    server.add_sockets(bind_sockets(place.port, place.address, reuse_port=True))
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if is_worker():
        # The end of its input is the end of the process that started it.
        loop.add_reader(sys.stdin.fileno(), stopped.set)
    await shared.meter.start()
    await stopped.wait()
    server.stop()
    await asyncio.sleep(STOP_PATIENCE_S)
    await server.close_all_connections()
    await shared.meter.stop()


def make_application(shared: Shared, prefix: str, cookie_secret: bytes) -> Application:
    """Make the application.

    Args:
        shared: What all routes share.
        prefix: Path of the service, such as ``/services/llm-meter/``.
        cookie_secret: Signs the browser's cookies; the same in all processes.
    """
    arguments = {"shared": shared}
    logins = shared.identities.login_routes()
    return Application(
        [
            *((f"{prefix}{path}", handler, arguments) for path, handler in ROUTES.items()),
            *((f"{prefix}{path}", handler) for path, handler in logins.items()),
        ],
        default_handler_class=UnknownPathHandler,
        default_handler_args=arguments,
        log_function=_log_nothing,
        cookie_secret=cookie_secret,
        xsrf_cookies=True,
    )


def _log_nothing(_handler: RequestHandler) -> None:
    """Tornado logs every request by default."""
