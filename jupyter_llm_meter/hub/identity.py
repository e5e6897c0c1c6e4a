"""Finds out from the hub whose token a request carries.

Tokens of users' servers and tokens that users make come in the header ``Authorization``; a browser has a
cookie, by the hub's OAuth. An answer of the hub is kept for `KEPT_S` seconds: so long can a revoked token or
a change of groups go unnoticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tornado.web import RequestHandler

from jupyter_llm_meter.hub.members import Gateway, Member, Roles

KEPT_S = 60


class Identities(Protocol):
    """Knows who asks."""

    async def of_token(self, handler: RequestHandler) -> Member | None:
        """Return whose token is in the request's header; None: nobody's, or one without access."""

    async def of_request(self, handler: RequestHandler) -> Member | None:
        """Return who asks, by token or by the browser's cookie."""

    async def of_gateway(self, handler: RequestHandler) -> Gateway | None:
        """Return the gateway whose token is in the request's header; None: no gateway's."""

    @property
    def home_url(self) -> str:
        """The path of the hub's own page for users."""

    def login_routes(self) -> Mapping[str, type[RequestHandler]]:
        """The routes by which a browser logs in, by path below the prefix; ``login`` begins it."""


class HubIdentities:
    """Who asks, by the API of the hub that manages this service (`jupyterhub.services.auth`).

    Args:
        roles: How the hub's groups are read.
        auth: The hub's client; None: one that its environment variables (``JUPYTERHUB_*``) configure.
    """

    def __init__(self, roles: Roles, auth: Any = None) -> None:
        if auth is None:
            # Only where the extra "hub" is installed.
            from jupyterhub.services.auth import HubOAuth  # type: ignore[import-not-found,import-untyped,unused-ignore]

            auth = HubOAuth.instance(cache_max_age=KEPT_S)
            # JupyterHub 6 keeps PKCE's secret in memory, but a login can end in another process.
            # The hub knows this service by its own token.
            if auth.has_trait("pkce_enabled"):
                auth.pkce_enabled = False
        self.auth = auth
        self._roles = roles

    async def of_token(self, handler: RequestHandler) -> Member | None:
        """Return whose token is in the request's header."""
        return self._member(await self._model_of_token(handler))

    async def of_request(self, handler: RequestHandler) -> Member | None:
        """Return who asks, by token or by the browser's cookie."""
        return self._member(await self.auth.get_user(handler, sync=False))

    async def of_gateway(self, handler: RequestHandler) -> Gateway | None:
        """Return the gateway whose token is in the request's header."""
        model = await self._model_of_token(handler)
        return self._roles.gateway(model) if self._has_access(model) else None

    async def _model_of_token(self, handler: RequestHandler) -> Any:
        token = self.auth.get_token(handler, in_cookie=False)
        return await self.auth.user_for_token(token, sync=False) if token else None

    @property
    def home_url(self) -> str:
        """The path of the hub's own page for users."""
        return f"{self.auth.hub_prefix}home"

    def login_routes(self) -> Mapping[str, type[RequestHandler]]:
        """The routes of the hub's OAuth."""
        from jupyterhub.services.auth import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            HubOAuthCallbackHandler,
            HubOAuthenticated,
        )

        class LoginHandler(HubOAuthenticated, RequestHandler):  # type: ignore[misc,unused-ignore]
            """``GET login``."""

            def get(self) -> None:
                """Send the browser to the hub, which sends it back to the portal."""
                self.request.uri = self.hub_auth.base_url
                # A login that was given up would give this one's cookie a name that only this process knows.
                self.request.cookies.pop(self.hub_auth.state_cookie_name, None)
                self.redirect(self.get_login_url())

        return {"login": LoginHandler, "oauth_callback": HubOAuthCallbackHandler}

    def _member(self, model: Any) -> Member | None:
        return self._roles.member(model) if self._has_access(model) else None

    def _has_access(self, model: Any) -> bool:
        return bool(model and self.auth.check_scopes(self.auth.access_scopes, model))
