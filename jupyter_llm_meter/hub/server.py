"""The hub's service as a tornado application: all routes below the service's prefix."""

from __future__ import annotations

from tornado.web import Application, RequestHandler

from jupyter_llm_meter.hub.handler import Shared, UnknownPathHandler
from jupyter_llm_meter.hub.routes import relay, rest

ROUTES = {**relay.ROUTES, **rest.ROUTES}
"""Every route, by its path below the prefix."""

MAX_BODY_BYTES = 64 * 1024 * 1024


def make_application(shared: Shared, prefix: str, cookie_secret: bytes) -> Application:
    """Make the application.

    Args:
        shared: What all routes share.
        prefix: Path of the service, such as ``/services/llm-meter/``.
        cookie_secret: Signs the browser's cookies; the same in all processes.
    """
    arguments = {"shared": shared}
    return Application(
        [(f"{prefix}{path}", handler, arguments) for path, handler in ROUTES.items()],
        default_handler_class=UnknownPathHandler,
        default_handler_args=arguments,
        log_function=_log_nothing,
        cookie_secret=cookie_secret,
        xsrf_cookies=True,
    )


def _log_nothing(_handler: RequestHandler) -> None:
    """Tornado logs every request by default."""
