"""A channel for alerts, and how channels are read from the configuration and the environment.

A URL is never shown: errors and the text of a channel mask it. Whether the URL works is found out when a
message is sent (`sender.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from jupyter_llm_meter.alerts.errors import ChannelError
from jupyter_llm_meter.alerts.masking import mask_url
from jupyter_llm_meter.alerts.quiet_hours import QuietHours, read_quiet_hours
from jupyter_llm_meter.alerts.robots import kind_of

VARIABLE = "LLM_METER_CHANNELS"
"""Environment variable with channels as JSON, for secrets outside of configuration files."""
URLS_VARIABLE = "LLM_METER_ALERT_URLS"
"""Environment variable with the URLs of channels, with spaces or commas between them."""
SECRET_VARIABLES = (VARIABLE, URLS_VARIABLE)
"""The variables that child processes must not see."""

LANGUAGES = ("en", "zh-CN")
MOST_PER_HOUR = 20
SHORTEST_SECRET = 16
"""Characters that a webhook's secret has at least."""

_FIELDS = ("url", "secret", "language", "is_default", "most_per_hour", "quiet_hours")
_NEXT_URL = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9]*://)")
"""Between two URLs; a URL may hold commas of its own."""
_NAME = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True)
class Channel:
    """Where alerts are sent.

    Attributes:
        name: Its name in limits, problems and messages.
        url: Its address, secrets included.
        language: Of its messages, one of ``LANGUAGES``.
        is_default: Whether it gets the alerts of limits that name no channels.
        most_per_hour: Messages that it gets within an hour at most.
        secret: Signs the messages of a webhook of `webhook.py`; None for any other channel.
        quiet_hours: When its messages wait; None: never.
    """

    name: str
    url: str = field(repr=False)
    language: str = "en"
    is_default: bool = True
    most_per_hour: int = MOST_PER_HOUR
    secret: str | None = field(default=None, repr=False)
    quiet_hours: QuietHours | None = None

    @property
    def kind(self) -> str:
        """``webhook`` for a signed one, the robot's name for a robot, else the URL's scheme."""
        if self.secret is not None:
            return "webhook"
        return kind_of(self.url) or self.url.partition("://")[0].lower()

    @property
    def masked_url(self) -> str:
        """The URL without its secrets."""
        return mask_url(self.url)


def read_channels(
    configured: Any, variable: str | None, urls: str | None = None
) -> tuple[dict[str, Channel], dict[str, ChannelError]]:
    """Read the channels of the configuration and of the environment, which takes precedence.

    Args:
        configured: ``c.LLMMeter.channels``.
        variable: The value of ``VARIABLE``, if set.
        urls: The value of ``URLS_VARIABLE``, if set; these channels are named alert-1, alert-2, ...

    Returns:
        The channels by name, and what is wrong with others, by name; an empty name stands for all of them.
    """
    given, errors = _mapping(configured, "c.LLMMeter.channels")
    more, more_errors = _mapping(variable or None, VARIABLE)
    errors |= more_errors
    channels = {}
    for name, item in {**given, **_named(urls or ""), **more}.items():
        try:
            channels[name] = _read(name, item)
        except ChannelError as error:
            errors[str(name)] = error
    return channels, errors


def _mapping(given: Any, where: str) -> tuple[Mapping[Any, Any], dict[str, ChannelError]]:
    if isinstance(given, str):  # on the command line every value is text
        with suppress(ValueError):
            given = json.loads(given)
    if given is None or isinstance(given, Mapping):
        return given or {}, {}
    return {}, {"": ChannelError("channels-no-object", where=where)}


def _named(urls: str) -> dict[str, str]:
    given = _NEXT_URL.split(urls.strip()) if urls.strip() else []
    return {f"alert-{number}": url for number, url in enumerate(given, start=1)}


def _read(name: Any, item: Any) -> Channel:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ChannelError("channel-name")
    fields = {"url": item} if isinstance(item, str) else item
    if not isinstance(fields, Mapping):
        raise ChannelError("channel-no-object", allowed=", ".join(_FIELDS))
    for key in fields:
        if key not in _FIELDS:
            raise ChannelError("channel-unknown-field", field=repr(key), allowed=", ".join(_FIELDS))
    url = _url(fields.get("url"))
    return Channel(
        name,
        url,
        _language(fields.get("language")),
        _is_default(fields.get("is_default")),
        _most_per_hour(fields.get("most_per_hour")),
        _secret(fields.get("secret"), url),
        read_quiet_hours(fields.get("quiet_hours")),
    )


def _url(given: Any) -> str:
    if not isinstance(given, str) or not re.match(r"[A-Za-z][A-Za-z0-9]*://.", given.strip()):
        raise ChannelError("channel-url")
    return given.strip()


def _secret(given: Any, url: str) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or len(given) < SHORTEST_SECRET:
        raise ChannelError("channel-short-secret", least=SHORTEST_SECRET)
    if kind_of(url) or not re.match(r"https?://", url, re.IGNORECASE):
        raise ChannelError("channel-secret-of-none")
    return given


def _language(given: Any) -> str:
    if given is None:
        return LANGUAGES[0]
    if given not in LANGUAGES:
        raise ChannelError("channel-language", given=repr(given), allowed=", ".join(LANGUAGES))
    return str(given)


def _is_default(given: Any) -> bool:
    if given is None or isinstance(given, bool):
        return given is not False
    raise ChannelError("channel-is-default", given=repr(given))


def _most_per_hour(given: Any) -> int:
    if given is None:
        return MOST_PER_HOUR
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ChannelError("channel-most-per-hour", given=repr(given))
    return given
