"""What LiteLLM's configuration names: `check_token` for ``custom_auth`` and `meter` for ``callbacks``.

The only module that imports LiteLLM. Refusals have status 402, which SDKs do not retry, in OpenAI's shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import litellm  # type: ignore[import-not-found,unused-ignore]
from fastapi import Request  # type: ignore[import-not-found,unused-ignore]
from litellm.integrations.custom_logger import CustomLogger  # type: ignore[import-not-found,unused-ignore]
from litellm.proxy._types import (  # type: ignore[import-not-found,unused-ignore]
    LitellmUserRoles,
    ProxyException,
    UserAPIKeyAuth,
)

from jupyter_llm_meter.hub.errors import HubAway
from jupyter_llm_meter.litellm.answers import provider_name
from jupyter_llm_meter.litellm.config import read_config
from jupyter_llm_meter.litellm.errors import CallRefused, HubUnreachable, NameTaken
from jupyter_llm_meter.litellm.gateway import Gateway
from jupyter_llm_meter.litellm.people import People
from jupyter_llm_meter.litellm.requests import Deployed, is_free, is_open, read_ask

REFUSED = 402
"""The status of a refusal; 429 would be retried."""

TEAM_HEADER = "x-llm-meter-team"
"""Names the team that a call counts for, if its user is in it."""

_BAD_TOKEN = (
    "This is not the token of a user of the hub who may use LLM Meter. In a notebook of the hub the key is "
    "the value of JUPYTERHUB_API_TOKEN; after the server was stopped, it has another one."
)
_CLOSED = "Users may only call models through this gateway; {} {} is not open to them."
_AWAY = "LLM Meter's service of the hub cannot be reached, so {}. Nothing was sent. Try again later."
_TAKEN = "Another request had this x-litellm-call-id. Nothing was sent. Leave the header out."
_BACKGROUND = "Background answers are not metered here. Nothing was sent. Leave out background."

_config = read_config()
_people = People(_config.hub_url)


async def check_token(request: Request, api_key: str) -> UserAPIKeyAuth:
    """Find out whose token a request carries (``general_settings.custom_auth``).

    Args:
        request: The request.
        api_key: The token, from ``Authorization``, ``api-key`` or ``x-api-key``.

    Raises:
        ProxyException: 401 for a token of nobody, 403 for a route that is closed to users, 503 while the hub
            does not answer.
    """
    meter.started()
    try:
        person = await _people.person(api_key or "")
    except HubAway:
        raise _error(_AWAY.format("your token cannot be checked"), "service_unavailable", 503) from None
    if person is None:
        raise _error(_BAD_TOKEN, "authentication_error", 401)
    path = request.url.path
    if not is_open(request.method, path):
        raise _error(_CLOSED.format(request.method, path), "permission_error", 403)
    return UserAPIKeyAuth(
        api_key=person.token_name,
        user_id=person.name,
        team_id=person.team_of(request.headers.get(TEAM_HEADER)),
        user_role=LitellmUserRoles.INTERNAL_USER,
    )


class Meter(CustomLogger):  # type: ignore[misc,unused-ignore]
    """Asks the hub before each call, and tells it what the call used (``litellm_settings.callbacks``)."""

    def __init__(self) -> None:
        super().__init__()
        self._gateway: Gateway | None = None

    def started(self) -> Gateway:
        """Return the metering of this process, which begins with the first request."""
        if self._gateway is None:
            self._gateway = Gateway(_config)
        return self._gateway

    async def async_pre_call_hook(
        self, user_api_key_dict: UserAPIKeyAuth, cache: object, data: dict[str, Any], call_type: str
    ) -> None:
        """Reserve what a call may use.

        Raises:
            ProxyException: 402 where a limit refuses it, 503 while the hub does not answer, 400 for a request
                that cannot be metered.
        """
        gateway = self.started()
        data.pop("no-log", None)  # a client could go unmetered by it
        sent = data.get("proxy_server_request") or {}
        url = str(sent.get("url") or "")
        if is_free(url):
            return
        body = sent.get("body") or {}
        if body.get("background"):
            raise _error(_BACKGROUND, "invalid_request_error", 400)
        ask = read_ask(
            url,
            body,
            data.get("model"),
            user_api_key_dict.user_id or "",
            user_api_key_dict.team_id,
            datetime.now(timezone.utc),
            _deployed(data.get("model")),
        )
        try:
            await gateway.admit(str(data.get("litellm_call_id")), ask, data.get("litellm_logging_obj"))
        except CallRefused as refused:
            raise _error(str(refused), "insufficient_quota", REFUSED) from None
        except HubUnreachable:
            raise _error(_AWAY.format("limits cannot be kept"), "service_unavailable", 503) from None
        except NameTaken:
            raise _error(_TAKEN, "invalid_request_error", 400) from None

    async def async_log_success_event(
        self, kwargs: Mapping[str, Any], response_obj: object, start_time: object, end_time: object
    ) -> None:
        """Settle a call that got an answer, or the part of one that its client has waited for."""
        if self._gateway is not None:
            payload = kwargs.get("standard_logging_object") or {}
            self._gateway.finish(str(kwargs.get("litellm_call_id")), payload, _usage(payload, response_obj))

    async def async_post_call_failure_hook(
        self,
        request_data: Mapping[str, Any],
        original_exception: Exception,
        user_api_key_dict: UserAPIKeyAuth,
        traceback_str: str | None = None,
    ) -> None:
        """Settle a call that could not be completed."""
        if self._gateway is not None:
            self._gateway.fail(str(request_data.get("litellm_call_id")), original_exception)


def _deployed(name: object) -> Deployed | None:
    """What a model's name stands for: its first deployment, by which a call is priced before it is sent."""
    from litellm.proxy.proxy_server import llm_router  # type: ignore[import-not-found,unused-ignore]

    found = llm_router.get_model_list(model_name=name) if llm_router is not None and name else None
    if not found:
        return None
    known = found[0]["litellm_params"]
    try:
        model, maker, _key, base = litellm.get_llm_provider(
            model=known["model"],
            custom_llm_provider=known.get("custom_llm_provider"),
            api_base=known.get("api_base"),
        )
    except litellm.exceptions.BadRequestError:  # a provider that LiteLLM does not know
        return None
    host = urlsplit(str(known.get("api_base") or base or "")).hostname
    return Deployed(provider_name(maker, host), model)


def _usage(payload: Mapping[str, Any], response: object) -> Mapping[str, Any]:
    found = (payload.get("metadata") or {}).get("usage_object")
    if isinstance(found, dict):
        return found
    dump = getattr(getattr(response, "usage", None), "model_dump", None)
    dumped = dump() if callable(dump) else None
    return dumped if isinstance(dumped, dict) else {}


def _error(message: str, kind: str, status: int) -> ProxyException:
    """An error in OpenAI's shape that ends a call before it is sent."""
    # SDKs go by this header before they go by the status.
    headers = {"x-should-retry": "false"} if status == REFUSED else None
    return ProxyException(message=message, type=kind, param=None, code=status, headers=headers)


# Bodies with "no-log" are metered, too.
litellm.global_disable_no_log_param = True
meter = Meter()
